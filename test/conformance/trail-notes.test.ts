/** Known answers of our own format: what is signed, made again to equal bytes and read back. */
import {
  type Checkpoint,
  checkCosignature,
  checkNote,
  consistencyProof,
  cosign,
  fromUtf8,
  inclusionProof,
  judgeAddCheckpoint,
  judgeCheckpoint,
  parseAddCheckpoint,
  parseCheckpoint,
  parsePolicy,
  parseStatement,
  parseTlogProof,
  printAddCheckpoint,
  printCheckpoint,
  printStatementNote,
  printTlogProof,
  readEntry,
  signCheckpoint,
  signStatement,
  verifyConsistency,
  verifyTlogProof,
  withSignature,
} from '@compliance-relay/shared/trail'
import { beforeEach, expect, test } from 'vitest'
import { ed25519Sign as signOnNoble } from '../../shared/src/trail/platform/ed25519.ts'
import {
  CHECKPOINT_NAMES,
  knownBytes,
  knownKeys,
  knownLeaves,
  knownLines,
  knownSigners,
} from './known-trail.ts'
import { bytesOfHex, requireVectors } from './vectors.ts'

beforeEach(requireVectors)

/** The witness's clock, read out of the cosignature line by hand: id, then eight bytes of time. */
function secondsOf(name: string): number {
  const line = fromUtf8(knownBytes(name)).trimEnd().split('\n').at(-1) ?? ''
  return Number(Buffer.from(line.split(' ')[2] ?? '', 'base64').readBigUInt64BE(4))
}

/** A checkpoint signed by the trail again, over the leaves as they stand. */
function signedAgain(size: number): Checkpoint {
  const { trail } = knownSigners()
  return signCheckpoint({ origin: trail.name, size, root: knownLeaves().root(size) }, trail)
}

function checkpointAt(size: number): Uint8Array {
  return knownBytes(`${size}.checkpoint`)
}

test.each(CHECKPOINT_NAMES)('%s is signed and cosigned again to equal bytes', (name) => {
  const signed = signedAgain(Number.parseInt(name, 10))
  const cosigned = withSignature(signed, cosign(signed, knownSigners().witness, secondsOf(name)))
  expect(fromUtf8(printCheckpoint(cosigned))).toBe(fromUtf8(knownBytes(name)))
})

test.each(CHECKPOINT_NAMES)('%s is read and printed back, and both of its signatures hold', (name) => {
  const checkpoint = parseCheckpoint(knownBytes(name))
  const size = Number.parseInt(name, 10)
  const { trail, witness } = knownSigners()
  expect(printCheckpoint(checkpoint)).toEqual(knownBytes(name))
  expect(checkpoint).toMatchObject({ origin: trail.name, size, root: knownLeaves().root(size) })
  expect(checkNote(checkpoint.note, trail)).toBe('good')
  expect(checkCosignature(checkpoint, witness)).toEqual({ state: 'good', seconds: secondsOf(name) })
})

test.each(CHECKPOINT_NAMES)('the policy takes %s, with its quorum', (name) => {
  const policy = parsePolicy(knownBytes('policy.txt'))
  const { trail, witness } = knownKeys()
  expect(policy.logs.map((log) => log.verifier.vkey)).toEqual([trail])
  expect(policy.witnesses.map((one) => one.verifier.vkey)).toEqual([witness])
  expect(judgeCheckpoint(parseCheckpoint(knownBytes(name)), policy)).toEqual({
    log: 'good',
    witnessed: [{ name: 'server', seconds: secondsOf(name) }],
    bad: [],
    quorum: true,
  })
})

test('the policy does not take a checkpoint that no witness has cosigned', () => {
  const policy = parsePolicy(knownBytes('policy.txt'))
  expect(judgeCheckpoint(signedAgain(7), policy)).toMatchObject({ log: 'good', witnessed: [], quorum: false })
})

test('the request to cosign size 7 after size 3 is made again, read back and granted', () => {
  const { node, root } = knownLeaves()
  const proof = consistencyProof(3, 7, node)
  const bytes = knownBytes('add-checkpoint.txt')
  expect(fromUtf8(printAddCheckpoint({ old: 3, proof, checkpoint: signedAgain(7) }))).toBe(fromUtf8(bytes))

  const request = parseAddCheckpoint(bytes)
  expect(printAddCheckpoint(request)).toEqual(bytes)
  expect(verifyConsistency(3, 7, request.proof, root(3), root(7))).toBe(true)
  const trusted = [knownSigners().trail]
  expect(judgeAddCheckpoint(request, trusted, { size: 3, root: root(3) })).toEqual({
    status: 200,
    next: { size: 7, root: root(7) },
  })
  expect(judgeAddCheckpoint(request, trusted, { size: 3, root: root(4) }).status).toBe(422)
  expect(judgeAddCheckpoint(request, trusted, undefined)).toMatchObject({ status: 409, size: 0 })
})

test('the proof of the export is made again, read back, and holds for its entry alone', () => {
  const bytes = knownBytes('export.tlog-proof')
  const path = inclusionProof(6, 7, knownLeaves().node)
  const checkpoint = parseCheckpoint(checkpointAt(7))
  expect(fromUtf8(printTlogProof({ index: 6, path, checkpoint }))).toBe(fromUtf8(bytes))

  const proof = parseTlogProof(bytes)
  expect(printTlogProof(proof)).toEqual(bytes)
  expect(knownLines().map((line) => verifyTlogProof(line, proof))).toEqual([...Array(6).fill(false), true])
})

test('the e-signature is made again from its statement to equal bytes, in browsers too', () => {
  const bytes = knownBytes('esign.note')
  const { statement, note } = parseStatement(bytes)
  const { user } = knownSigners()
  expect(fromUtf8(printStatementNote(signStatement(statement, user)))).toBe(fromUtf8(bytes))
  const seed = bytesOfHex(knownKeys().userSeed)
  expect(signOnNoble(seed, new TextEncoder().encode(note.text))).toEqual(note.signatures[0]?.signature)
})

test('the e-signature is that of the sixth entry, and is of the records and the head that it names', () => {
  const { statement, note } = parseStatement(knownBytes('esign.note'))
  const { leaf, root } = knownLeaves()
  expect(readEntry(knownLines()[5] ?? new Uint8Array()).record.body['note']).toBe(
    fromUtf8(knownBytes('esign.note')),
  )
  expect(statement.records.map(({ seq }) => seq)).toEqual([1, 2])
  for (const record of statement.records) expect(record.leaf).toEqual(leaf(record.seq))
  expect(statement.checkpoint).toEqual({ trail: knownSigners().trail.name, size: 3, root: root(3) })
  expect(checkNote(note, knownSigners().user)).toBe('good')
})
