import { exportStateField, type Problem } from '@compliance-relay/shared/api'
import { exportStates } from '@compliance-relay/shared/bag'
import { expect, test } from 'vitest'
import { UnusableInput } from '../unusable-input.ts'
import { checkedFilter, filterOf, nothingOf } from './export-filter.ts'

test('each option names what an export takes', () => {
  expect(
    filterOf({
      project: ['P-17'],
      device: ['nmr-1'],
      instrument: ['bruker'],
      person: ['LAB\\jdoe'],
      kind: ['file.*', 'signature.applied'],
      state: ['approved', 'held'],
      from: '2026-03-02',
      to: '2026-03-02T08:00:00+01:00',
    }),
  ).toEqual({
    projects: ['P-17'],
    devices: ['nmr-1'],
    instruments: ['bruker'],
    persons: ['LAB\\jdoe'],
    kinds: ['file.*', 'signature.applied'],
    states: ['approved', 'held'],
    from: '2026-03-02T00:00:00.000Z',
    to: '2026-03-02T07:00:00.000Z',
  })
  expect(filterOf({})).toEqual({})
})

test('what can be no name, kind, state or time is refused with its option', { tags: ['challenge'] }, () => {
  for (const [args, said] of [
    [{ state: ['signed'] }, /--state is one of unsigned, reviewed, approved, rejected, held, not "?signed/],
    [{ kind: ['file'] }, /--kind is a kind of record/],
    [{ kind: ['*'] }, /--kind/],
    [{ project: [''] }, /--project is a name/],
    [{ person: ['x'.repeat(301)] }, /--person is a name/],
    [{ device: ['\ud800'] }, /--device is a name/],
    [{ instrument: Array.from({ length: 101 }, () => 'x') }, /--instrument can be given 100 times/],
    [{ from: 'yesterday' }, /--from is a day \(UTC\) or a time/],
    [
      { from: '2026-03-02', to: '2026-03-02' },
      /no record is between --from and --to: --to is the first time that is left out/,
    ],
  ] as const) {
    const work = () => filterOf(args as Parameters<typeof filterOf>[0])
    expect(work).toThrow(UnusableInput)
    expect(work).toThrow(said)
  }
})

test('a name that no record has is said with its option', () => {
  expect(nothingOf({ list: 'projects', value: 'P-71' }, {})).toMatch(
    /^no record has the project "?P-71"?, .*--project.*relay settings/,
  )
  expect(nothingOf({ list: 'states', value: 'rejected' }, {})).toMatch(/^no record is rejected now/)
  expect(nothingOf({ list: 'kinds', value: 'file.creatd' }, {})).toContain('the nearest are file.created, ')
  expect(nothingOf({ list: 'persons', value: 'jdo' }, {})).toContain('relay settings lists persons')
  expect(nothingOf({ list: 'instruments', value: 'bruker' }, {})).toContain('relay profiles lists them')
})

test('where only times were asked for, nothing is said but that no record is of them', () => {
  const from = '2030-01-01T00:00:00.000Z'
  expect(nothingOf(undefined, { from })).toBe(`no record is from ${from} on, so nothing was exported`)
  expect(nothingOf(undefined, { from, to: from })).toContain(` on and before ${from}, so nothing`)
  expect(nothingOf(undefined, { from, kinds: ['file.*'] })).toMatch(
    /^no record is all that .* take an option/,
  )
  expect(() => filterOf({ from: '2030-01-02', to: '2030-01-01' })).toThrow(
    '--to, 2030-01-01T00:00:00.000Z, is before --from, 2030-01-02T00:00:00.000Z',
  )
})

test('what is wrong in a filter asked by HTTP is named by its field', () => {
  const pointer = (asked: Parameters<typeof checkedFilter>[0]) => {
    try {
      checkedFilter(asked)
    } catch (error) {
      return (error as Problem).details.pointer
    }
    return 'none'
  }
  expect(pointer({ kinds: ['File'] })).toBe('/filter/kinds')
  expect(pointer({ projects: ['P-17'], from: 'yesterday' })).toBe('/filter/from')
  expect(pointer({ from: '2030-01-02', to: '2030-01-01' })).toBe('/filter/to')
})

test('what is asked by HTTP comes to the same filter, or is refused as a whole', {
  tags: ['challenge'],
}, () => {
  expect(
    checkedFilter({ projects: ['P-17'], kinds: ['file.*'], states: ['held'], from: '2026-03-02' }),
  ).toEqual({
    projects: ['P-17'],
    kinds: ['file.*'],
    states: ['held'],
    from: '2026-03-02T00:00:00.000Z',
  })
  expect(checkedFilter({})).toEqual({})
  for (const wrong of [
    { kinds: ['No Kind'] },
    { from: 'yesterday' },
    { from: '2026-02-30' },
    { from: '2026-03-02', to: '2026-03-01' },
    { persons: ['\ud800'] },
  ])
    expect(() => checkedFilter(wrong)).toThrow(
      expect.objectContaining({
        code: 'bad-request',
        details: { pointer: expect.stringMatching(/^\/filter\/[a-z]+$/) },
      }),
    )
})

test('by HTTP as by command, the states are those that a bag knows', () => {
  expect([...exportStateField.options].sort()).toEqual([...exportStates].sort())
})

test('a day no calendar has is refused, not taken for another', { tags: ['challenge'] }, () => {
  for (const wrong of [
    '2026-02-30',
    '2026-11-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2025-02-29',
    '2026-04-31T08:00:00.000Z',
    '2026-03-02T24:00:00Z',
    '2026-03-02T23:59:60Z',
    '2026-03-02T08:00:00+25:00',
    '9999-12-31T23:00:00-02:00',
    '0000-01-01T00:00:00+02:00',
    '2026-03-02T08:00:00.0001Z',
    '2026-03-02T',
  ])
    for (const option of ['from', 'to'])
      expect(() => filterOf({ [option]: wrong }), wrong).toThrow(
        new RegExp(`^--${option} is a day \\(UTC\\) or a time, .* not "?${wrong.replaceAll(/[.+]/g, '.')}`),
      )
  expect(filterOf({ from: '2024-02-29' }).from).toBe('2024-02-29T00:00:00.000Z')
})

test('a time without a zone is refused: it would be another in each shell', { tags: ['challenge'] }, () => {
  for (const wrong of ['2026-03-02T08:00', '2026-03-02T08:00:00', '2026-03-02T08:00:00.000'])
    expect(() => filterOf({ to: wrong })).toThrow(/^--to is a time without a zone: .*Z for UTC/)
  expect(filterOf({ from: '2026-03-02T08:00Z' }).from).toBe('2026-03-02T08:00:00.000Z')
})
