/**
 * The law: what the bytes of a trail are, how they are made and how they are checked. Pure, synchronous,
 * the same in Node, in a browser and in a worker. FORMAT.md says it in words.
 */

export { recordsInBundle } from './bundle-records.ts'
export { base64, concat, equalBytes, fromBase64, fromHex, fromUtf8, hex, utf8 } from './bytes.ts'
export { canonical, DEPTH_MAX, type Value } from './canonical.ts'
export { emptyHead, type Head, headAfter, type Linked, Linker, link } from './chain.ts'
export {
  type Checkpoint,
  parseCheckpoint,
  printCheckpoint,
  printTreeHead,
  signCheckpoint,
  type TreeHead,
} from './checkpoint.ts'
export { CheckpointClaims, type GivenCheckpoint } from './checkpoint-claims.ts'
export { contentDigestOf, isCapture } from './content-digest.ts'
export {
  type CosignatureCheck,
  checkCosignature,
  cosign,
  cosignatureTime,
  withSignature,
} from './cosignature.ts'
export { counted } from './counted.ts'
export { type DataSetFile, dataSetManifest } from './data-set-manifest.ts'
export { EnrolledSigners } from './enrolled-signers.ts'
export {
  actorOf,
  bodyOf,
  checksumOf,
  LINE_BYTES_MAX,
  readEntry,
  readEntryParts,
  recordBytesOf,
  recordIn,
} from './entry.ts'
export { FormatError, type FormatErrorCode, formatErrors, printable, shown } from './format-error.ts'
export { HASH_BYTES, type Hash, sha256, sha256InPieces } from './hash.ts'
export {
  BLOCK_BYTES,
  BLOCK_LEAVES,
  type LeafBlocks,
  type LeafStore,
  leafStoreOver,
  memoryLeafStore,
} from './leaf-store.ts'
export { type MacKey, macKey } from './mac-key.ts'
export { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from './merkle-proof.ts'
export {
  checkNote,
  type Note,
  type NoteSignature,
  parseNote,
  parseSignatureLine,
  printNote,
  printSignatureLine,
  type SignatureState,
  signNote,
} from './note.ts'
export { judgeCheckpoint, type Policy, type PolicyVerdict, parsePolicy } from './policy.ts'
export {
  type Actor,
  type Body,
  type Draft,
  type Entry,
  isKind,
  isKindIn,
  NO_CHECKSUM,
  type TrailRecord,
} from './record.ts'
export { type ClaimFault, isClaimOf, NAMES_NONE, Refusals } from './refusals.ts'
export {
  type Finding,
  type FindingCode,
  GIVEN_OF_EACH_CODE,
  type Notice,
  type NoticeCode,
  notices,
  type Omitted,
  type Report,
  type Sighting,
  sentenceOf,
  trailFaults,
} from './report.ts'
export { SealedLines } from './sealed-lines.ts'
export {
  canTakeBack,
  type FoldedSignature,
  type SaidSignature,
  type SignatureAct,
  SignatureFold,
  signatureActIn,
} from './signature-fold.ts'
export {
  type CountedSignature,
  EVERY_PROJECT,
  isSignable,
  ruleOf,
  type SigningState,
  type SigningSteps,
  signatureState,
  signatureStates,
  standing,
  stepsFilled,
} from './signature-state.ts'
export { isSoundKey } from './sound-key.ts'
export {
  type Meaning,
  meanings,
  parseStatement,
  printStatement,
  printStatementNote,
  type Statement,
  signStatement,
} from './statement.ts'
export { readCanonical, readStrictJson } from './strict-json.ts'
export {
  hasStatement,
  heldIn,
  placesBefore,
  refusalIn,
  type Subject,
  statementIn,
  subjectsOf,
} from './subjects.ts'
export {
  decodeBundle,
  decodeTile,
  encodeBundle,
  encodeTile,
  parseTilePath,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tilesOf,
} from './tiles.ts'
export { parseTlogProof, printTlogProof, type TlogProof, verifyTlogProof } from './tlog-proof.ts'
export { TrailVerifier, type VerifyOptions } from './trail-verifier.ts'
export {
  emptyRoot,
  Frontier,
  type FrontierState,
  LeafHasher,
  leafHash,
  type NodeReader,
  nodeHash,
  rootOf,
} from './tree.ts'
export { verifyTrail, verifyTrailStream } from './verify.ts'
export { changeIn, isVersionBefore, type NamedBefore, namedBefore, type VersionChange } from './versions.ts'
export { parseVkey, type Signer, signerOf, type Verifier, verifierOf } from './vkey.ts'
export {
  type AddCheckpoint,
  judgeAddCheckpoint,
  parseAddCheckpoint,
  printAddCheckpoint,
  type WitnessAnswer,
  type WitnessState,
} from './witness.ts'
