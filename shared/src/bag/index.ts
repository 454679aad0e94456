/** Sealed exports: what is in a bag, how one is made, and how one is checked by whoever has no secret and no network. */
export { TIME_STAMP_BYTES_MAX } from '../time-stamp/bounds.ts'
export { aboutText, actorText, recordText } from './about.ts'
export { type Anchors, readAnchors } from './anchors.ts'
export { type BagFacts, type BagInfo, bagInfoOf, parseBagInfo, printBagInfo } from './bag-info.ts'
export { type BagSource, linesIn } from './bag-source.ts'
export type { SeenRecord } from './check-records.ts'
export { printLeaves } from './check-seal.ts'
export { answersText, type Claim, ClaimsInBag } from './claims-in-bag.ts'
export { csvColumns, csvHeader, csvRow } from './csv.ts'
export { type BagFaultCode, type BagFinding, BagRepacked, BagUnreadable, bagFaults } from './faults.ts'
export { type ExportFilter, type FilterList, filterText, readFilter, takenBy } from './filter.ts'
export { readFingerprints } from './fingerprints.ts'
export { type LaterVersion, LaterVersions } from './later-versions.ts'
export * from './layout.ts'
export {
  type BagProgress,
  type BagSink,
  makeBag,
  NothingAskedFor,
  type Sealed,
  type ToExport,
  type TrailToExport,
} from './make-bag.ts'
export { type Manifest, parseManifest, printManifest } from './manifest.ts'
export type { Block, Cell, Column, EveryPage, PrintedCopy, Row, Words } from './printed/blocks.ts'
export { type PrintedCopyFacts, printedCopy } from './printed/copy.ts'
export { printedPage } from './printed/page.ts'
export { plainText, written } from './printed/plain-text.ts'
export { boundsOf, type ProvenBound } from './proven-bounds.ts'
export { recipes } from './recipe.ts'
export {
  bagFacts,
  checkedTexts,
  type FindingText,
  findingText,
  notCheckedTexts,
  omittedText,
  provedText,
  reportText,
  TIME_STAMPS_ONLY,
  UNTRUSTED_TEXT,
  uncheckedText,
  unreadableText,
  verdictText,
} from './report-text.ts'
export {
  BAG_FORMAT,
  BAG_TRAILS_MAX,
  readSeal,
  SEALED,
  type Seal,
  type SealedTrail,
  sealBody,
  withheldBy,
} from './seal.ts'
export {
  type ExportState,
  exportStates,
  SignatureStates,
  type StateAct,
  stateActIn,
} from './signature-states.ts'
export { changedText, type SignatureInBag, SignaturesInBag } from './signatures-in-bag.ts'
export { type EndOfTrailBefore, endOfTrailBefore } from './trail-before.ts'
export { type BagOptions, type BagReport, fingerprintOf, type Trust, verifyBag } from './verify-bag.ts'
export {
  type ProvedTime,
  type StampToVerify,
  type TimeStampFinding,
  type VerifiedStamps,
  verifyStamps,
} from './verify-stamps.ts'
export { openZipBag, type ZipBag, ZipSink } from './zip.ts'
export { isBagFolder, type ZipFault, zipFaults } from './zip-form.ts'
