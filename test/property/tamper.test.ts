import { type Report, verifyTrail } from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seedOf, step } from '../support/arbitraries.ts'
import { fileOf, type MadeTrail, makeTrail } from '../support/make-trail.ts'
import { times } from '../support/repetitions.ts'

const TRAILS = times(60, 250)
const CHANGES_OF_EACH = 100
const tags = ['req/P11-10a-2', 'oq', 'challenge'] as const

interface Change {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A random place in [0, 1), to be scaled to whatever is there. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

const madeTrail = fc
  .record({ seed: fc.string(), steps: fc.array(step, { minLength: 2, maxLength: 14 }), early: fc.nat(10) })
  .map(({ seed, steps, early }) => makeTrail(seed, steps, [early]))

/** Every way a line-based file is changed by accident or by hand. Each gives bytes that differ from the trail's. */
const kinds = ['flip', 'delete', 'insert', 'swap', 'double', 'truncate lines', 'truncate bytes'] as const

function change(
  lines: readonly Uint8Array[],
  kind: (typeof kinds)[number],
  a: number,
  b: number,
  noise: Uint8Array,
): Change {
  const at = (n: number, fraction: number): number => Math.floor(fraction * n)
  const file = fileOf(lines)
  const i = at(lines.length, a)
  const named = (changed: readonly Uint8Array[], where: string): Change => ({
    name: `${kind} ${where}`,
    bytes: fileOf(changed),
  })
  switch (kind) {
    case 'flip': {
      const bit = at(file.length * 8, a)
      const bytes = file.slice()
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return { name: `flip bit ${bit}`, bytes }
    }
    case 'delete':
      return named(lines.toSpliced(i, 1), `line ${i}`)
    case 'insert': {
      const line = noise.filter((byte) => byte !== 0x0a)
      return named(lines.toSpliced(at(lines.length + 1, a), 0, line), `a line before ${i}`)
    }
    case 'swap': {
      const j = (i + 1 + at(lines.length - 1, b)) % lines.length
      return named(
        lines.map((line, k) => (k === i ? lines[j] : k === j ? lines[i] : line) ?? line),
        `lines ${i} and ${j}`,
      )
    }
    case 'double':
      return named(lines.toSpliced(at(lines.length + 1, b), 0, lines[i] ?? new Uint8Array()), `line ${i}`)
    case 'truncate lines':
      return named(lines.slice(0, i), `to ${i} lines`)
    case 'truncate bytes': {
      const size = at(file.length, a)
      return { name: `truncate to ${size} bytes`, bytes: file.slice(0, size) }
    }
  }
}

const changeOf = fc.record({
  kind: fc.constantFrom(...kinds),
  a: place,
  b: place,
  noise: fc.uint8Array({ maxLength: 40 }),
})

function verify(trail: MadeTrail, bytes: Uint8Array): Report {
  const { key, policy } = trail
  const checkpoints = trail.checkpoints.map((one, i) => ({ name: String(i), bytes: one }))
  return verifyTrail([bytes], { keys: [key], policy, checkpoints })
}

test('an unchanged random trail gives no finding', {
  tags: ['req/P11-10a-2', 'oq'],
  timeout: 120_000,
}, () => {
  const property = fc.property(madeTrail, (trail) => {
    const { findings, notices, checked } = verify(trail, fileOf(trail.lines))
    expect(findings).toEqual([])
    expect(notices).toEqual([])
    expect(checked.checksums).toBe(trail.lines.length)
    expect(checked.coveredSize).toBe(trail.lines.length)
  })
  fc.assert(property, { numRuns: 500, seed: seedOf('unchanged trails') })
})

test('every flip, deletion, insertion, swap, doubling or truncation of a random trail is found', {
  tags: [...tags],
  timeout: 600_000,
}, () => {
  let cases = 0
  const perKind = new Map<string, number>()
  const changes = fc.array(changeOf, { minLength: CHANGES_OF_EACH, maxLength: CHANGES_OF_EACH })
  const property = fc.property(madeTrail, changes, (trail, wanted) => {
    for (const { kind, a, b, noise } of wanted) {
      const changed = change(trail.lines, kind, a, b, noise)
      const { findings } = verify(trail, changed.bytes)
      expect(findings.length, changed.name).toBeGreaterThan(0)
      cases++
      perKind.set(kind, (perKind.get(kind) ?? 0) + 1)
    }
  })
  fc.assert(property, { numRuns: TRAILS, seed: seedOf('changed trails'), endOnFailure: true })
  process.stdout.write(
    `${cases} changes, 0 missed: ${[...perKind].map(([kind, n]) => `${n} ${kind}`).join(', ')}\n`,
  )
  expect(cases).toBe(TRAILS * CHANGES_OF_EACH)
})

test('a deleted, swapped or doubled line is named at the place where the trail breaks', {
  tags: [...tags],
  timeout: 120_000,
}, () => {
  const property = fc.property(madeTrail, place, (trail, a) => {
    const i = Math.floor(a * (trail.lines.length - 1))
    const { findings } = verify(trail, fileOf(trail.lines.toSpliced(i, 1)))
    const first = findings.find((finding) => finding.code === 'seq-mismatch')
    expect(first).toMatchObject({ seq: i, line: i + 1, expected: String(i), found: String(i + 1) })
  })
  fc.assert(property, { numRuns: 300, seed: seedOf('deleted lines') })
})

test('every bit of a checkpoint matters', { tags: [...tags] }, () => {
  const trail = makeTrail('every bit', [{ do: 'sign', reason: 'because' }])
  const [checkpoint = new Uint8Array()] = trail.checkpoints
  for (let bit = 0; bit < checkpoint.length * 8; bit++) {
    const bytes = checkpoint.slice()
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const { findings, checked } = verify({ ...trail, checkpoints: [bytes] }, fileOf(trail.lines))
    expect(findings.length, `bit ${bit}`).toBeGreaterThan(0)
    expect(checked.checkpoints).toBe(0)
  }
})

test('without a checkpoint all changes are found but the removal of newest lines, which nothing in a trail can show', {
  tags: [...tags],
  timeout: 120_000,
}, () => {
  const property = fc.property(
    madeTrail,
    fc.array(changeOf, { minLength: 20, maxLength: 20 }),
    (trail, wanted) => {
      for (const { kind, a, b, noise } of wanted) {
        const changed = change(trail.lines, kind, a, b, noise)
        const { findings } = verifyTrail([changed.bytes], { keys: [trail.key] })
        const isPrefix = trail.lines.some(
          (_, n) => Buffer.compare(fileOf(trail.lines.slice(0, n)), changed.bytes) === 0,
        )
        expect(findings.length > 0, changed.name).toBe(!isPrefix)
      }
    },
  )
  fc.assert(property, {
    numRuns: 100,
    seed: seedOf('changed trails without a checkpoint'),
    endOnFailure: true,
  })
})
