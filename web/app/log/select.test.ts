import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Facts } from './facts.ts'
import { emptyNames } from './names.ts'
import { folded, PACK_WIDTH, Pack } from './pack.ts'
import { type Search, selectIn, selectionOf } from './select.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
process.stdout.write(`SEED=${seed} searches\n`)

const word = fc.constantFrom('run', 'Café', 'Cafe\u0301', 'FID', 'fid', 'ß', 'İ', '測定', '1', 'a b', '')
const facts: fc.Arbitrary<Facts> = fc.record({
  time: fc.integer({ min: 0, max: 9 }),
  kind: fc.constantFrom('file.created', 'file.changed', 'dataset.created', 'filer.odd'),
  person: fc.constantFrom('a', 'b', ''),
  project: fc.constantFrom('P-1', 'P-2', ''),
  device: fc.constantFrom('d', ''),
  instrument: fc.constantFrom('nmr', 'ms', ''),
  what: fc.array(word, { maxLength: 4 }).map((words) => words.join('/')),
  before: fc.constant(undefined),
  digests: fc.constant([]),
})
const some = <T>(...values: T[]) => fc.option(fc.subarray(values, { minLength: 1 }), { nil: undefined })
const time = fc.option(
  fc.integer({ min: 0, max: 9 }).map((at) => new Date(at).toISOString()),
  { nil: undefined },
)
const search = fc.record({
  projects: some('P-1', 'P-2', 'P-3'),
  persons: some('a', 'b', 'nobody'),
  kinds: some('file.*', 'dataset.created', 'none.*'),
  instruments: some('nmr', 'ms'),
  from: time,
  to: time,
  text: fc.option(
    fc.array(word, { maxLength: 2 }).map((words) => words.join(' ')),
    { nil: undefined },
  ),
})

/** The definition, record by record. */
function isTaken(one: Facts, { projects, persons, kinds, instruments, from, to, text }: Search): boolean {
  const isKind = (wanted: string) =>
    wanted === one.kind || (wanted.endsWith('.*') && one.kind.startsWith(wanted.slice(0, -1)))
  return (
    (projects?.includes(one.project) ?? true) &&
    (persons?.includes(one.person) ?? true) &&
    (instruments?.includes(one.instrument) ?? true) &&
    (kinds?.some(isKind) ?? true) &&
    (from === undefined || one.time >= Date.parse(from)) &&
    (to === undefined || one.time < Date.parse(to)) &&
    folded(text ?? '')
      .split(/\s+/)
      .every((part) => folded(one.what).includes(part))
  )
}

test('a search over columns takes what a look at each record takes, also over a pack that was stored', () => {
  fc.assert(
    fc.property(fc.array(facts, { maxLength: 40 }), search, (records, given) => {
      const wanted = Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined),
      ) as Search
      const names = emptyNames()
      const pack = new Pack()
      for (const one of records) pack.add(one, names)
      const expected = records.flatMap((one, i) => (isTaken(one, wanted) ? [1_000 + i] : []))
      const others = emptyNames()
      others.project.numberOf('met before')
      const stored = Pack.of(structuredClone(pack.stored(names)), others)
      for (const [one, known] of [
        [pack, names],
        [stored, others],
      ] as const) {
        const out = new Uint32Array(PACK_WIDTH)
        const end = selectIn(one, selectionOf(wanted, known), 1_000, out, 0)
        expect([...out.subarray(0, end)]).toEqual(expected)
        expect(records.map((_, i) => one.what(i))).toEqual(records.map(({ what }) => what))
      }
      // And goes on growing as the other does.
      pack.add({ ...(records[0] ?? lone), what: 'last one' }, names)
      expect(pack.what(records.length)).toBe('last one')
      expect(records.map((_, i) => pack.what(i))).toEqual(records.map(({ what }) => what))
    }),
    { seed, numRuns: 2_000 },
  )
})

const lone: Facts = {
  time: 0,
  kind: 'file.created',
  person: '',
  project: '',
  device: '',
  instrument: '',
  what: '',
  before: undefined,
  digests: [],
}

test('a pack that names what it does not list is none', () => {
  const names = emptyNames()
  const pack = new Pack()
  pack.add(lone, names)
  const stored = pack.stored(names)
  const broken = { ...stored, columns: { ...stored.columns, kind: Uint32Array.of(7) } }
  expect(() => Pack.of(broken, emptyNames())).toThrow(RangeError)
})

test.each([1, 256, 257, 5_000])(
  'of %i persons each is who it was, over a pack that was stored',
  (persons) => {
    const names = emptyNames()
    const pack = new Pack()
    const records = Array.from({ length: persons + 3 }, (_, i) => ({ ...lone, person: `p${i % persons}` }))
    for (const one of records) pack.add(one, names)
    const stored = pack.stored(names)
    expect(stored.columns.person.BYTES_PER_ELEMENT).toBe(persons <= 256 ? 1 : 2)
    // As it was stored by an earlier version, too.
    for (const person of [stored.columns.person, Uint32Array.from(stored.columns.person)])
      for (const met of [[], ['p1', 'met before']]) {
        const others = emptyNames()
        for (const one of met) others.person.numberOf(one)
        const again = Pack.of(structuredClone({ ...stored, columns: { ...stored.columns, person } }), others)
        const found = records.map((_, i) => others.person.textOf(again.columns.person[i] as number))
        expect(found).toEqual(records.map((one) => one.person))
      }
  },
)
