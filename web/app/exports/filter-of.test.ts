import { expect, test } from 'vitest'
import { filterOf, filterTexts, isExportable } from './filter-of.ts'

test('a search is a filter but for its words, and says that it is not the whole of it', () => {
  const search = {
    projects: ['P-1'],
    states: ['held'],
    from: '2026-03-01T00:00:00.000Z',
    text: 'menthol',
  } as const
  expect(filterOf(search)).toEqual({ projects: ['P-1'], states: ['held'], from: '2026-03-01T00:00:00.000Z' })
  expect(isExportable(search)).toBe(false)
  expect(isExportable({ text: ' ' })).toBe(true)
  expect(isExportable({})).toBe(true)
  expect(filterOf({})).toEqual({})
})

test('a filter is said a field at a time', () => {
  expect(filterTexts({ kinds: ['file.created'], projects: ['A', 'B'] })).toEqual([
    ['Project', 'A or B'],
    ['Kind', 'File created'],
  ])
  expect(filterTexts({})).toEqual([])
})
