import { describe, expect, test } from 'vitest'
import { ScrollPlace } from './scroll-place.ts'

/** A bar as a browser has it: it moves by what it is told, within what is scrolled. */
class Bar {
  top = 0
  readonly place: ScrollPlace
  readonly #height: number

  constructor(place: ScrollPlace, height: number) {
    this.place = place
    this.#height = height
  }

  to(top: number): this {
    this.top = Math.max(0, Math.min(this.place.window().spacer - this.#height, top))
    this.place.scrolled(this.top)
    return this
  }
}

describe.each([100, 10_000, 1_000_000, 20_000_000])('a list of %i rows', (rows) => {
  const [row, height] = [48, 700]
  const made = () => {
    const place = new ScrollPlace()
    place.measure(rows, row, height)
    return { place, bar: new Bar(place, height) }
  }

  test('begins with the first row and ends with the last, whole and in sight', () => {
    const { place, bar } = made()
    expect(place.window()).toMatchObject({ first: 0, offset: 0 })
    bar.to(Number.MAX_SAFE_INTEGER)
    const { first, last, offset, spacer } = place.window()
    expect(last).toBe(rows)
    expect(offset + (rows - first) * row).toBe(height)
    expect(spacer).toBeLessThanOrEqual(8_000_000)
  })

  test('the wheel moves by the pixel, wherever it stands', () => {
    const { place, bar } = made()
    for (const start of [0, 0.3, 0.9]) {
      bar.to(start * (place.window().spacer - height))
      const before = place.window()
      bar.to(bar.top + 100)
      const after = place.window()
      const moved = after.first * row - after.offset - (before.first * row - before.offset)
      expect(moved).toBeCloseTo(100, 6)
    }
  })

  test('a row that is asked for is in sight, and all rows between the edges are drawn', () => {
    const { place } = made()
    for (const index of [0, rows - 1, rows >> 1, (rows >> 1) + 3, 5]) {
      place.show(index)
      const { first, last, offset } = place.window()
      const top = offset + (index - first) * row
      expect(top).toBeGreaterThanOrEqual(-1e-6)
      expect(top + row).toBeLessThanOrEqual(height + 1e-6)
      expect(offset).toBeLessThanOrEqual(1e-6)
      expect(offset + (last - first) * row).toBeGreaterThanOrEqual(Math.min(height, rows * row) - 1e-6)
    }
  })
})
