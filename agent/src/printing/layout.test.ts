import type { Block, Row } from '@compliance-relay/shared/bag'
import { describe, expect, test } from 'vitest'
import { Fonts } from './fonts.ts'
import { type Item, layout, type SetLine, type Sheet, sheet } from './layout.ts'

const fonts = new Fonts()
const columns = [
  { name: 'One', share: 1 },
  { name: 'Two', share: 3 },
]

async function sheetsOf(rows: readonly Row[], before: readonly Block[] = []): Promise<readonly Sheet[]> {
  async function* all(): AsyncGenerator<Row> {
    yield* rows
  }
  async function* blocks(): AsyncGenerator<Block> {
    yield* before
    yield { as: 'heading', text: 'A table' }
    yield { as: 'table', columns, rows: all() }
  }
  const sheets: Sheet[] = []
  for await (const one of layout(blocks(), fonts)) sheets.push(one)
  return sheets
}

const linesIn = (item: Item): readonly SetLine[] => (item.as === 'row' ? item.cells.flat() : item.lines)
const textIn = (lines: readonly SetLine[]) =>
  lines.map(({ line }) => line.map(({ text }) => text).join('')).join('')

/** Each row as it stands on the pages, heads left out. */
const rowsOn = (sheets: readonly Sheet[]) =>
  sheets.flat().flatMap((item) => (item.as === 'row' && !item.isHead ? [item.cells.map(textIn)] : []))

describe('pages', { tags: ['req/P11-10b-1', 'challenge'] }, () => {
  test('have every row, under the names of the columns, within their edges and none over another', async () => {
    const rows = Array.from({ length: 400 }, (_, i) => [
      [{ text: String(i) }],
      [{ text: `${'long/'.repeat((i * 7) % 60)}${i}` }, { text: 'more' }],
    ])
    const sheets = await sheetsOf(rows)
    expect(rowsOn(sheets)).toEqual(
      rows.map((row) => row.map((cell) => cell.map(({ text }) => text).join(''))),
    )
    expect(sheets.length).toBeGreaterThan(5)
    for (const items of sheets) {
      const [first] = items.filter(({ as }) => as === 'row')
      expect(first).toMatchObject({ isHead: true })
      let edge = 0
      for (const item of items) {
        const lines = linesIn(item)
        for (const { y, size, x, line } of lines) {
          expect(y).toBeGreaterThanOrEqual(edge)
          expect(y + size * 1.2).toBeLessThanOrEqual(sheet.height - sheet.bottom + 2)
          expect(x + line.reduce((sum, { width }) => sum + width, 0)).toBeLessThanOrEqual(
            sheet.width - sheet.right,
          )
        }
        edge = Math.max(edge, ...lines.map(({ y, size }) => y + size))
      }
    }
  })

  test('a row that no page can hold goes on over several, and nothing of it is lost', async () => {
    const text = Array.from({ length: 6_000 }, (_, i) => `file-${i}/`).join('')
    const sheets = await sheetsOf([
      [[{ text: 'before' }], []],
      [[{ text: 'x' }], [{ text }]],
      [[{ text: 'after' }], []],
    ])
    expect(sheets.length).toBeGreaterThan(3)
    expect(
      rowsOn(sheets)
        .map(([, two]) => two)
        .join(''),
    ).toBe(text)
  })

  test('a heading is never the last on a page', async () => {
    for (let lines = 0; lines < 60; lines++) {
      const before = Array.from({ length: lines }, () => ({ as: 'paragraph' as const, text: 'x' }))
      const sheets = await sheetsOf([[[{ text: 'a' }], [{ text: 'b' }]]], before)
      for (const items of sheets) expect(items.at(-1)?.as).not.toBe('heading')
    }
  })
})
