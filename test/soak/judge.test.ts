import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Capture } from './captures.ts'
import { type Case, judge, type Remembered } from './judge.ts'
import { type Content, manifestDigest, type Step } from './steps.ts'

/* A judge that sees nothing would let every round pass: each thing it is there to see is shown to it here. */

const content = (text: string): Content => ({ sha256: hash('sha256', text), size: text.length })
const [one, other] = [content('one'), content('other')]

function capture(seq: number, verb: Capture['verb'], path: string, fields: Partial<Capture> = {}): Capture {
  const noun = fields.noun ?? 'file'
  const empty = { from: undefined, before: undefined, complete: undefined, reason: undefined }
  return { ...empty, seq, verb, path, noun, kind: `${noun}.${verb}`, digest: one.sha256, ...fields }
}

const after = (seq: number, { sha256 }: Content = one) => ({ before: { seq, digest: sha256 } })

/** A file that was made, changed and renamed, one that was deleted, and a data set of two files. */
function soundCase() {
  const manifest = manifestDigest(new Map([['fid', one], ['acqus', other]])) // biome-ignore format: one line
  const set = { noun: 'dataset', digest: manifest, complete: true } as const
  const captures = [
    capture(0, 'created', 'a'),
    capture(1, 'changed', 'a', { ...after(0), digest: other.sha256 }),
    capture(2, 'renamed', 'b', { ...after(1, other), from: 'a', digest: other.sha256 }),
    capture(3, 'created', 'c'),
    capture(4, 'deleted', 'c', { ...after(3), digest: undefined }),
    capture(5, 'created', 'run', set),
  ]
  const steps: Step[] = [
    [['a', one]],
    [['a', other]],
    [['a', undefined], ['b', other]],
    [['c', one]],
    [['c', undefined]],
    [['run/fid', one]],
    [['run/acqus', other]],
  ] // biome-ignore format: a step a line
  const disk = {
    files: new Map([['b', other], ['run/fid', one], ['run/acqus', other]]),
    folders: new Set(['run']),
  } // biome-ignore format: a table
  const remembered: Remembered[] = [
    { path: 'b', kind: 'file', state: 'recorded', digest: other.sha256, seq: 2 },
    { path: 'run', kind: 'set', state: 'recorded', digest: manifest, seq: 5 },
  ]
  return { captures, steps, disk, remembered } satisfies Case
}

/** Codes of what is found when one thing is otherwise. */
function codes(change: (sound: ReturnType<typeof soundCase>) => Partial<Case>): string[] {
  const sound = soundCase()
  return judge({ ...sound, ...change(sound) }).map(({ code, path }) => `${code} ${path}`)
}

describe('the judge', () => {
  test('finds nothing where all is sound', () => {
    expect(codes(() => ({}))).toEqual([])
  })

  test('sees a file that no record has', () => {
    expect(codes(({ captures }) => ({ captures: captures.filter(({ seq }) => seq !== 5) }))).toEqual([
      'missing run/fid',
      'missing run/acqus',
      'state run',
    ])
  })

  test('sees a wrong digest, of a file and of a data set', () => {
    const wrong = (seq: number) =>
      codes(({ captures }) => ({
        captures: captures.map((each) => (each.seq === seq ? { ...each, digest: 'f'.repeat(64) } : each)),
      }))
    expect(wrong(2)).toEqual(['follows-wrongly b', 'wrong-digest b', 'never-was b', 'state b'])
    expect(wrong(5)).toEqual(['wrong-digest run', 'never-was run', 'state run'])
  })

  test('sees a second record of what is recorded already', () => {
    const again = capture(6, 'created', 'b', { digest: other.sha256 })
    expect(codes(({ captures }) => ({ captures: [...captures, again] }))).toEqual(['twice b', 'state b'])
    const changed = capture(6, 'changed', 'b', { ...after(2, other), digest: other.sha256 })
    expect(
      codes(({ captures, remembered }) => ({
        captures: [...captures, changed],
        remembered: remembered.map((unit) => (unit.seq === 2 ? { ...unit, seq: 6 } : unit)),
      })),
    ).toEqual(['duplicate b'])
  })

  test('takes a data set recorded again because it is complete now for no duplicate', () => {
    const { captures } = soundCase()
    const set = captures[5] as Capture
    const before = { seq: 5, digest: set.digest ?? '' }
    expect(
      codes(({ remembered }) => ({
        captures: [...captures.slice(0, 5), { ...set, complete: false }, { ...set, seq: 6, verb: 'changed', before }],
        remembered: remembered.map((unit) => (unit.seq === 5 ? { ...unit, seq: 6 } : unit)),
      })),
    ).toEqual([]) // biome-ignore format: one case
  })

  test('sees a path that is gone and not ended', () => {
    expect(codes(({ captures }) => ({ captures: captures.filter(({ seq }) => seq !== 4) }))).toEqual([
      'not-ended c',
      'state c',
    ])
  })

  test('sees a record that follows one which is at its end, or none', () => {
    const follows = (seq: number) => {
      const late = capture(6, 'changed', 'c', { ...after(seq), digest: one.sha256 })
      return codes(({ captures }) => ({ captures: [...captures, late] }))[0]
    }
    expect(follows(3)).toBe('follows-wrongly c')
    expect(follows(2)).toBe('follows-wrongly c')
  })

  test('sees an end that never was', () => {
    expect(
      codes(({ steps }) => ({ steps: [...steps.slice(0, 4), ...steps.slice(5)] })),
    ).toContain('never-was c') // biome-ignore format: one case
  })

  test('sees a file of a data set with a record of its own', () => {
    const own = capture(6, 'created', 'run/fid')
    expect(codes(({ captures }) => ({ captures: [...captures, own] }))).toContain('inside-set run/fid')
    // Recorded before its folder was known for a data set it is part of it.
    const earlier = capture(4.5, 'created', 'run/fid')
    expect(codes(({ captures }) => ({ captures: captures.toSpliced(5, 0, earlier) }))).toEqual([])
  })

  test('sees what was not recorded, and what is remembered otherwise', () => {
    const refused = capture(6, 'refused', 'd', {
      kind: 'capture.refused',
      noun: 'none',
      reason: 'no-evidence',
    })
    expect(codes(({ captures }) => ({ captures: [...captures, refused] }))).toEqual(['not-recorded d'])
    expect(
      codes(({ remembered }) => ({ remembered: remembered.map((unit) => ({ ...unit, state: 'failed' })) })),
    ).toEqual(['state b', 'state run'])
  })

  test('sees a model that is not what the disk is', () => {
    expect(codes(({ steps }) => ({ steps: [...steps, [['e', one]]] }))).toEqual(['model e'])
  })
})
