import { createHash } from 'node:crypto'
import {
  type Draft,
  emptyHead,
  type Head,
  LINE_BYTES_MAX,
  Linker,
  leafHash,
  link,
  type MacKey,
  macKey,
  meanings,
  memoryLeafStore,
  printStatementNote,
  readEntry,
  signStatement,
} from '@compliance-relay/shared/trail'
import type { Chance, Person, Secrets } from './secrets.ts'

export interface Trail {
  readonly lines: readonly Uint8Array[]
  /** Sizes at which there is a checkpoint, the whole trail's last. */
  readonly sizes: readonly number[]
}

/** When the record at this place was made: one every two seconds of a made-up day. */
export function timeAt(seq: number): Date {
  return new Date(Date.UTC(2026, 2, 2, 8) + seq * 2000)
}

/**
 * A trail of `least` to `most` records, 300 or more, with everything in it that a checker of another make
 * might read otherwise: wide and hostile characters, a key rotation, e-signatures of two people, the longest
 * line there may be.
 */
export function makeTrail(chance: Chance, secrets: Secrets, least: number, most: number): Trail {
  const drawn = chance.integer(least, most)
  // Not a multiple of 256, so that the last tile is a partial one.
  const size = drawn % 256 === 0 ? drawn + 1 : drawn
  const sizes = [chance.integer(60, 200), 256, chance.integer(257, size - 30), size]
  const steps = stepsOf(chance, secrets, sizes)
  const [first, second] = secrets.macSecrets.map(macKey) as [MacKey, MacKey]
  const leaves = memoryLeafStore()
  let head = emptyHead(secrets.origin)
  const lines: Uint8Array[] = []
  for (let seq = 0; seq < size; seq++) {
    const step = steps.get(seq) ?? (() => fileRecord(chance, seq))
    const linked = link(head, step(leaves, head), head.kid === second.kid ? second : first)
    lines.push(linked.line)
    leaves.append(leafHash(linked.line))
    head = linked.head
  }
  return { lines, sizes }
}

type Leaves = ReturnType<typeof memoryLeafStore>
type Step = (leaves: Leaves, head: Head) => Draft

/** The records that are not of files, each at its place. */
function stepsOf(chance: Chance, secrets: Secrets, sizes: readonly number[]): ReadonlyMap<number, Step> {
  const { origin, people, trailKey, macSecrets } = secrets
  const [small = 0, middle = 0, large = 0] = sizes
  const own =
    (kind: string, body: Draft['body']) =>
    (_: Leaves, { size }: Head) => ({
      actor: { id: 'nmr-01', name: 'nmr-01', via: 'relay' },
      body,
      kind,
      time: timeAt(size).toISOString(),
    })
  const enrolled = ({ signer, user }: Person) => own('key.enrolled', { key: signer.vkey, user })
  const signed =
    (person: Person, seen: number, count: number, withdrawn?: number) => (leaves: Leaves, head: Head) =>
      signatureRecord(
        chance,
        person,
        { trail: origin, size: seen, root: leaves.root(seen) },
        count,
        leaves,
        head,
        withdrawn,
      )
  const first = small + chance.integer(0, 20)
  const steps = new Map<number, Step>([
    [0, own('trail.opened', { key: trailKey.vkey, node: 'nmr-01', previous: null })],
    [1, enrolled(people[0])],
    [chance.integer(2, 40), enrolled(people[1])],
    [chance.integer(41, 59), longestRecord],
    [first, signed(people[0], small, 1)],
    [middle - chance.integer(1, 20), signed(people[1], small, 1)],
    [large + chance.integer(0, 10), signed(people[0], large, 2)],
    [large + chance.integer(11, 20), signed(people[1], middle, 2)],
    [large + chance.integer(21, 24), signed(people[0], large, 3, first)],
  ])
  const rotated = own('key.rotated', { fresh: false, next: macKey(macSecrets[1]).kid })
  let place = chance.integer(45, large + 25)
  while (steps.has(place)) place = chance.integer(45, large + 25)
  return steps.set(place, rotated)
}

/** What is said of a record; taking back is said of a signature. */
const verdicts: readonly (typeof meanings)[number][] = meanings.filter((meaning) => meaning !== 'withdrawn')

// A shell, a JSON reader or a terminal might take each of these for something else.
const pieces = [
  ...'α Zürich 測定 🧪 e\u0301 \u202e \u007f \u2028 \ufeff \u0000 \u001f \ttab line\nbreak'.split(' '),
  ...'a"b c:\\d\\ \\n \\u0041 =HYPERLINK("x") %s%n $(id) `id` it\'s -n * é'.split(' '),
]

function fileRecord(chance: Chance, seq: number): Draft {
  const time = timeAt(seq).toISOString()
  const path = Array.from({ length: chance.integer(1, 6) }, () => chance.pick(pieces)).join('/')
  const sha256 = createHash('sha256').update(`content ${seq}`).digest('hex')
  const file = { mtime: time, path: `proj/${path}`, sha256, size: chance.integer(0, 2 ** 31) }
  // Two names that sort one way by UTF-16 units, as RFC 8785 wants, and the other way by UTF-8 bytes.
  const tags = { [chance.pick(pieces)]: -seq, '\ufb33': null, '🧪': true, '': [Number.MAX_SAFE_INTEGER, {}] }
  const body = { device: 'nmr-01', file, project: chance.pick(pieces), tags }
  return { actor: { id: 'LAB\\jdoe', name: 'Jane Doe', via: 'os-session' }, body, kind: 'file.created', time }
}

function longestRecord(_: Leaves, head: Head): Draft {
  const key = { ...macKey(new Uint8Array(32)), kid: head.kid ?? '' }
  const draft = (text: string): Draft => ({
    actor: { id: 'nmr-01', name: 'nmr-01', via: 'relay' },
    body: { text },
    kind: 'note.written',
    time: timeAt(head.size).toISOString(),
  })
  const room = LINE_BYTES_MAX - link(head, draft(''), key).line.length
  return draft('x'.repeat(room))
}

function signatureRecord(
  chance: Chance,
  { signer, user, name }: Person,
  checkpoint: { readonly trail: string; readonly size: number; readonly root: Uint8Array },
  count: number,
  leaves: Leaves,
  head: Head,
  /** The record of an own signature that is taken back. */
  withdrawn?: number,
): Draft {
  const seqs = new Set(
    withdrawn === undefined
      ? Array.from({ length: chance.integer(1, 8) }, () => chance.integer(0, checkpoint.size - 1))
      : [withdrawn],
  )
  const time = timeAt(head.size).toISOString()
  const statement = {
    at: time,
    checkpoint,
    count,
    meaning: withdrawn === undefined ? chance.pick(verdicts) : 'withdrawn',
    name,
    reason: `Checked against ${chance.pick(pieces)} and ${chance.pick(pieces)}`,
    records: [...seqs].sort((a, b) => a - b).map((seq) => ({ seq, leaf: leaves.leaf(seq).slice() })),
    user,
  }
  const note = new TextDecoder().decode(printStatementNote(signStatement(statement, signer)))
  return { actor: { id: user, name, via: 'device-key' }, body: { note }, kind: 'signature.applied', time }
}

/** What an insider with the MAC keys can do: the same trail linked anew, from drafts that were changed. */
export function relink(
  { lines, sizes }: Trail,
  secrets: Secrets,
  change: (drafts: Draft[]) => void,
  keyOfEpoch: (seq: number, epoch: 0 | 1) => 0 | 1 = (_, epoch) => epoch,
): Trail {
  const drafts: Draft[] = lines
    .map((line) => readEntry(line).record)
    .map(({ actor, body, kind, time }) => ({ actor, body, kind, time }))
  change(drafts)
  const linkers = [
    new Linker(macKey(secrets.macSecrets[0])),
    new Linker(macKey(secrets.macSecrets[1])),
  ] as const
  let head = emptyHead(secrets.origin)
  let epoch: 0 | 1 = 0
  const relinked = drafts.map((draft, seq) => {
    // The linker refuses a key that is not in force; the insider's would not.
    const linked = linkers[keyOfEpoch(seq, epoch)].link({ ...head, kid: undefined }, draft)
    head = linked.head
    if (draft.kind === 'key.rotated') epoch = 1
    return linked.line
  })
  return { lines: relinked, sizes }
}
