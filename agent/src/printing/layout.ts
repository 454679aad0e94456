import type { Block, Cell, Column, Row } from '@compliance-relay/shared/bag'
import type { Fonts } from './fonts.ts'
import { type Line, linesOf } from './typesetting.ts'

/** A4 on its side, in points; y goes down. */
export const sheet = { width: 841.89, height: 595.28, left: 34, right: 34, top: 40, bottom: 34 } as const
const WIDTH = sheet.width - sheet.left - sheet.right
const FOOT = sheet.height - sheet.bottom
const CELL_GAP = 6
const ROW_GAP = 3
const NAME_WIDTH = 80
/** Room for the first of what stands below a heading. */
const FOLLOWING = 80

const sizes = { title: 15, heading: 11, paragraph: 8.5, alarm: 10, cell: 7 } as const
const LINE = 1.25

export interface SetLine {
  readonly line: Line
  readonly x: number
  /** Of its upper edge. */
  readonly y: number
  readonly size: number
  readonly isAlarm: boolean
}

/** - `rule`: a line is drawn under it, at `bottom`. */
export type Item =
  | { readonly as: 'title' | 'heading' | 'paragraph'; readonly lines: readonly SetLine[] }
  | {
      readonly as: 'row'
      readonly isHead: boolean
      readonly cells: readonly (readonly SetLine[])[]
      readonly bottom: number
    }

export type Sheet = readonly Item[]

/**
 * Blocks on pages, one page after the other: no more than one is held, however many there are. A row stands whole on one
 * page if any page can hold it; the names of columns stand above on each; a heading is never the last on a page.
 */
export async function* layout(blocks: AsyncIterable<Block>, fonts: Fonts): AsyncGenerator<Sheet> {
  const setter = new Setter(fonts)
  for await (const block of blocks) {
    if (block.as === 'facts') setter.facts(block.facts)
    else if (block.as !== 'table') setter.text(block.as, block.text)
    else {
      setter.table(block.columns)
      for await (const row of block.rows) {
        setter.row(row)
        yield* setter.done()
      }
      setter.endTable()
    }
    yield* setter.done()
  }
  yield setter.last()
}

class Setter {
  readonly #fonts: Fonts
  #items: Item[] = []
  #done: Sheet[] = []
  #y: number = sheet.top
  #columns: readonly Column[] | undefined

  constructor(fonts: Fonts) {
    this.#fonts = fonts
  }

  *done(): Generator<Sheet> {
    const done = this.#done
    this.#done = []
    yield* done
  }

  last(): Sheet {
    return this.#items
  }

  text(as: 'title' | 'heading' | 'paragraph' | 'alarm', text: string): void {
    const size = sizes[as]
    const isStrong = as !== 'paragraph'
    const lines = linesOf(isStrong ? { text, as: 'strong' } : { text }, size, WIDTH, this.#fonts)
    const gap = as === 'heading' ? 10 : 3
    // A heading takes the first lines of what it is of along.
    const needs = lines.length * size * LINE + (as === 'heading' ? FOLLOWING : 0)
    if (this.#y + gap + needs > FOOT) this.#turn()
    if (this.#y > sheet.top) this.#y += gap
    const set = lines.map((line, i) => ({
      line,
      x: sheet.left,
      y: this.#y + i * size * LINE,
      size,
      isAlarm: as === 'alarm',
    }))
    this.#items.push({ as: as === 'alarm' ? 'paragraph' : as, lines: set })
    this.#y += lines.length * size * LINE + 2
  }

  facts(facts: readonly (readonly [name: string, value: Cell])[]): void {
    this.#y += 4
    for (const [name, value] of facts)
      this.#cells([[{ text: name }], value], [NAME_WIDTH, WIDTH - NAME_WIDTH], false)
  }

  table(columns: readonly Column[]): void {
    this.#y += 2
    this.#columns = columns
    this.#head()
  }

  endTable(): void {
    this.#columns = undefined
    this.#y += 4
  }

  row(row: Row): void {
    const isWhole = row.length === 1
    // What stands over the whole width is of what follows, and never the last on a page.
    if (isWhole && this.#y + FOLLOWING > FOOT && this.#canTurn()) {
      this.#turn()
      this.#head()
    }
    const widths = isWhole ? [WIDTH] : this.#widths()
    this.#cells(row, widths, false)
  }

  #widths(): number[] {
    const columns = this.#columns ?? []
    const all = columns.reduce((sum, { share }) => sum + share, 0)
    return columns.map(({ share }) => (WIDTH * share) / all)
  }

  #head(): void {
    const names = (this.#columns ?? []).map(({ name }) => [{ text: name, as: 'strong' as const }])
    this.#cells(names, this.#widths(), true)
  }

  #cells(cells: Row, widths: readonly number[], isHead: boolean): void {
    const size = sizes.cell
    const step = size * LINE
    let lines = cells.map((cell, i) =>
      cell.flatMap((words) => linesOf(words, size, (widths[i] ?? 0) - CELL_GAP, this.#fonts)),
    )
    for (;;) {
      const most = Math.max(1, ...lines.map(({ length }) => length))
      const room = Math.floor((FOOT - this.#y - ROW_GAP) / step)
      const isWhole = most <= room
      // What a whole page cannot hold is parted; anything else begins on the next one.
      if (!isWhole && !isHead && (room < 3 || most <= PAGE_LINES) && this.#canTurn()) {
        this.#turn()
        if (this.#columns !== undefined) this.#head()
        continue
      }
      const count = isWhole ? most : room
      this.#place(
        lines.map((cell) => cell.slice(0, count)),
        widths,
        isHead,
        count * step,
      )
      if (isWhole) return
      lines = lines.map((cell) => cell.slice(count))
    }
  }

  /** There is more on this page than what would be at the top of the next one. */
  #canTurn(): boolean {
    const [first, second] = this.#items
    return first !== undefined && !(first.as === 'row' && first.isHead && second === undefined)
  }

  #place(
    cells: readonly (readonly Line[])[],
    widths: readonly number[],
    isHead: boolean,
    height: number,
  ): void {
    const size = sizes.cell
    let x: number = sheet.left
    const set = cells.map((cell, column) => {
      const left = x
      x += widths[column] ?? 0
      return cell.map((line, i) => ({
        line,
        x: left,
        y: this.#y + ROW_GAP / 2 + i * size * LINE,
        size,
        isAlarm: false,
      }))
    })
    this.#y += height + ROW_GAP
    this.#items.push({ as: 'row', isHead, cells: set, bottom: this.#y })
  }

  #turn(): void {
    this.#done.push(this.#items)
    this.#items = []
    this.#y = sheet.top
  }
}

/** As many lines as a page holds under the names of the columns. */
const PAGE_LINES = Math.floor((FOOT - sheet.top) / (sizes.cell * LINE)) - 5
