import { hash } from 'node:crypto'
import {
  type Body,
  type Checkpoint,
  consistencyProof,
  cosign,
  fromHex,
  fromUtf8,
  hex,
  inclusionProof,
  leafHash,
  macKey,
  memoryLeafStore,
  parseCheckpoint,
  parsePolicy,
  printAddCheckpoint,
  printCheckpoint,
  printTlogProof,
  signCheckpoint,
  utf8,
  verifyTrail,
  withSignature,
} from '@compliance-relay/shared/trail'
import { TrailMaker } from '../../support/make-trail.ts'
import { secret } from './secrets.ts'

const seed = 'compliance-relay test vector: whole trail'

/**
 * A whole trail with its checkpoints, policy and proofs, and what becomes of it in many hands: each case
 * is a list of lines (a number takes a line of the trail, text is a line by itself) and the findings it gives.
 */
export function trailVectors() {
  const maker = new TrailMaker(seed)
  const capture = (n: number): Body => ({
    device: 'ws-nmr-01',
    file: { path: `proj/α-10/${n}/fid`, sha256: hash('sha256', `fid ${n}`), size: 65_536 + n },
    project: 'P-17',
  })
  for (const n of [1, 2]) maker.take({ do: 'capture', body: capture(n) })
  const early = printCheckpoint(maker.checkpoint())
  maker.take({ do: 'rotate' })
  maker.take({ do: 'sign', reason: 'Spectra match the acceptance criteria of SOP-12' })
  maker.take({ do: 'capture', body: capture(3) })
  maker.take({ do: 'sign', reason: 'Reviewed again after reprocessing' })
  const late = printCheckpoint(maker.checkpoint())
  const lines = maker.lines.map((line) => fromUtf8(line))
  const policy = `log ${maker.trailKey.vkey}\nwitness server ${maker.witness.vkey}\nquorum server\n`
  const whole = {
    lines,
    early: fromUtf8(early),
    late: fromUtf8(late),
    policy,
    macKey: hash('sha256', `${seed} mac`),
  }
  const store = memoryLeafStore()
  for (const line of maker.lines) store.append(leafHash(line))
  const checkpoint = parseCheckpoint(late)
  const path = inclusionProof(2, lines.length, store.node)
  const proof = fromUtf8(printTlogProof({ index: 2, path, checkpoint }))
  const old = 3
  const addCheckpoint = fromUtf8(
    printAddCheckpoint({ old, proof: consistencyProof(old, lines.length, store.node), checkpoint }),
  )
  return {
    ...whole,
    leaves: lines.map((line) => hex(leafHash(utf8(line)))),
    proof,
    addCheckpoint,
    refusedProofs: refusedProofs(proof),
    refusedRequests: refusedRequests(addCheckpoint),
    cases: cases(lines, maker).map((one) => ({ ...one, findings: findingsOf(whole, one) })),
  }
}

function refusedProofs(good: string) {
  const edits: Record<string, string> = {
    'wrong-header': good.replace('@v1', '@v2'),
    'no-index': good.replace(/index .*\n/, ''),
    'index-with-leading-zero': good.replace('index 2', 'index 02'),
    'hash-too-short': good.replace(/(index 2\n)\S+/, '$1AAAA'),
    'no-blank-line': good.replaceAll('\n\n', '\n'),
  }
  return Object.entries(edits).map(([id, text]) => ({ id, code: 'proof-form', text }))
}

function refusedRequests(good: string) {
  const edits: Record<string, string> = {
    'no-old-size': good.replace(/old .*\n/, ''),
    'old-size-with-sign': good.replace('old 3', 'old +3'),
    'sixty-four-hashes': good.replace('old 3\n', `old 3\n${`${'A'.repeat(43)}=\n`.repeat(62)}`),
  }
  return Object.entries(edits).map(([id, text]) => ({ id, code: 'request-form', text }))
}

interface Case {
  readonly id: string
  readonly lines: readonly (number | string)[]
  /** Other checkpoints than the two of the trail. */
  readonly checkpoints?: readonly string[]
  /** The file ends inside its last line's newline. */
  readonly cut?: true
}

interface Whole {
  readonly lines: readonly string[]
  readonly early: string
  readonly late: string
  readonly policy: string
  readonly macKey: string
}

function findingsOf(
  { lines, early, late, policy, macKey: key }: Whole,
  { lines: taken, checkpoints, cut }: Case,
) {
  const text = taken.map((line) => (typeof line === 'number' ? lines[line] : line)).join('\n')
  const report = verifyTrail([utf8(cut ? text : `${text}\n`)], {
    keys: [macKey(fromHex(key, 32))],
    policy: parsePolicy(utf8(policy)),
    checkpoints: (checkpoints ?? [early, late]).map((note, i) => ({ name: String(i), bytes: utf8(note) })),
  })
  return report.findings.map(({ code, seq }) => (seq === undefined ? { code } : { code, seq }))
}

const relay = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const jane = { id: 'jdoe', name: 'Jane Doe', via: 'device-key' }
const seconds = 1_772_438_420

function cases(lines: readonly string[], maker: TrailMaker): Case[] {
  const all = lines.map((_, i) => i)
  const edit = (at: number, from: string, to: string): (number | string)[] =>
    all.map((i) => (i === at ? (lines[at] ?? '').replace(from, to) : i))
  const kidOf = (at: number): string => JSON.parse(lines[at] ?? '').record.kid as string
  return [
    { id: 'sound', lines: all },
    { id: 'record-edited', lines: edit(1, '65537', '65538') },
    { id: 'record-deleted', lines: all.toSpliced(2, 1) },
    { id: 'records-swapped', lines: [0, 2, 1, ...all.slice(3)] },
    { id: 'record-doubled', lines: [0, 1, 1, ...all.slice(2)] },
    { id: 'newest-removed', lines: all.slice(0, -1) },
    { id: 'first-removed', lines: all.slice(1) },
    { id: 'final-newline-missing', lines: all, cut: true },
    { id: 'line-unreadable', lines: edit(1, 'checksum', 'chequesum') },
    { id: 'other-trail', lines: edit(2, '7f3a","v"', '7f3b","v"') },
    { id: 'key-not-in-force', lines: edit(1, kidOf(1), kidOf(4)) },
    { id: 'key-not-given', lines: edit(3, '"fresh":false', '"fresh":true') },
    { id: 'signature-edited', lines: edit(5, 'approved', 'rejected') },
    { id: 'signature-repeated', lines: [...all.slice(0, 6), 5, ...all.slice(6)] },
    ...checkpointCases(all, maker),
    ...sealedCases(JSON.parse(lines[5] ?? '').record.body.note as string),
  ]
}

function checkpointCases(all: readonly number[], maker: TrailMaker): Case[] {
  const checkpoint = maker.checkpoint()
  const signed = signCheckpoint(checkpoint, maker.trailKey)
  const forked = signCheckpoint({ ...checkpoint, root: secret('another root') }, maker.trailKey)
  const other = new TrailMaker('another trail', maker.trail.replace('7f3a', '7f3b'))
  const cosigned = (one: Checkpoint, by: Checkpoint): string =>
    fromUtf8(printCheckpoint(withSignature(one, cosign(by, maker.witness, seconds))))
  return [
    {
      id: 'checkpoint-of-another-trail',
      lines: all,
      checkpoints: [fromUtf8(printCheckpoint(other.checkpoint()))],
    },
    { id: 'checkpoint-of-another-root', lines: all, checkpoints: [cosigned(forked, forked)] },
    { id: 'checkpoint-not-cosigned', lines: all, checkpoints: [fromUtf8(printCheckpoint(signed))] },
    { id: 'checkpoint-badly-cosigned', lines: all, checkpoints: [cosigned(signed, forked)] },
    {
      id: 'checkpoint-not-signed',
      lines: all,
      checkpoints: [cosigned(signed, signed).replace(/— lab.example\/t.*\n/, '')],
    },
  ]
}

/** Faults that only the key's holder could write: every line is sealed, and no checkpoint stands in the way. */
function sealedCases(note: string): Case[] {
  const made = (id: string, write: (maker: TrailMaker) => void): Case => {
    const maker = new TrailMaker(seed)
    write(maker)
    return { id, lines: maker.lines.map((line) => fromUtf8(line)), checkpoints: [] }
  }
  const enrol = (maker: TrailMaker): void =>
    maker.record('key.enrolled', relay, { key: maker.signer.vkey, user: 'jdoe' })
  const foreign = new TrailMaker(seed, 'lab.example/t/ws-nmr-02/20260302-0000')
  foreign.take({ do: 'sign', reason: 'Signed elsewhere' })
  const [foreignNote] = foreign.lines
    .slice(-1)
    .map((line) => JSON.parse(fromUtf8(line)).record.body.note as string)
  return [
    made('rotation-names-no-key', (maker) =>
      maker.record('key.rotated', relay, { fresh: false, next: 'soon' }),
    ),
    made('rotation-names-another-key', (maker) =>
      maker.record('key.rotated', relay, { fresh: false, next: '0123456789abcdef' }),
    ),
    made('enrolment-of-no-key', (maker) => maker.record('key.enrolled', relay, { user: 'jdoe' })),
    made('enrolment-twice', (maker) => {
      enrol(maker)
      enrol(maker)
    }),
    made('revocation-of-no-key', (maker) => maker.record('key.revoked', relay, { key: 'x' })),
    made('signature-without-enrolment', (maker) => maker.record('signature.applied', jane, { note })),
    made('signature-of-other-records', (maker) => {
      enrol(maker)
      maker.record('signature.applied', jane, { note })
    }),
    made('signature-by-another-actor', (maker) => {
      maker.take({ do: 'sign', reason: 'The first' })
      maker.record('signature.applied', { ...jane, id: 'asmith' }, { note: foreignNote ?? '' })
    }),
    made('signature-for-another-trail', (maker) => {
      enrol(maker)
      maker.record('signature.applied', jane, { note: foreignNote ?? '' })
    }),
    made('signature-after-revocation', (maker) => {
      maker.take({ do: 'sign', reason: 'In time' })
      maker.record('key.revoked', relay, { key: maker.signer.vkey })
      maker.take({ do: 'sign', reason: 'Too late' })
    }),
    made('signature-without-a-note', (maker) => maker.record('signature.applied', jane, { note: null })),
  ]
}
