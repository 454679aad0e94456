import { expect, test } from 'vitest'
import { LargePlaces, PLACES_EACH } from './large-places.ts'

test('whoever fills all places of one size takes none of another', { tags: ['challenge'] }, () => {
  const places = new LargePlaces()
  const [run, day] = [17 << 20, 2 ** 40]
  for (let i = 0; i < PLACES_EACH; i++) expect(places.take(day)).toBe(true)
  expect(places.take(day)).toBe(false)
  expect(places.take(run)).toBe(true)
  places.free(day)
  expect(places.take(day)).toBe(true)
  expect(places.take(day)).toBe(false)
})
