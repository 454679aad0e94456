/*
 * What a printed copy is made of, whatever it is printed as. All text in it is safe to print: `plainText` has written out
 * what would not be seen. What a page or a PDF cannot show beyond that is for it to write out.
 */

export interface Words {
  readonly text: string
  readonly as?: 'strong' | 'code'
}

/** Each of its lines begins anew, and is wrapped where it is too long. */
export type Cell = readonly Words[]
/** A cell for each column; or one cell alone, over the whole width. */
export type Row = readonly Cell[]

export interface Column {
  readonly name: string
  /** Of the width of the page, against those of the others. */
  readonly share: number
}

export type Block =
  | { readonly as: 'title' | 'heading' | 'paragraph' | 'alarm'; readonly text: string }
  /** Names with what they say. */
  | { readonly as: 'facts'; readonly facts: readonly (readonly [name: string, value: Cell])[] }
  /** Rows come one by one, for there may be a million; the names of the columns stand on each page anew. */
  | {
      readonly as: 'table'
      readonly columns: readonly Column[]
      readonly rows: AsyncIterable<Row>
    }

/** What stands on every page. */
export interface EveryPage {
  readonly title: string
  /** Which bag it is a copy of. */
  readonly bag: string
  /** Undefined if nothing was found. */
  readonly alarm: string | undefined
  /** When the bag was sealed, ISO 8601; undefined if nothing in it says so. */
  readonly sealed: string | undefined
}

export interface PrintedCopy {
  readonly page: EveryPage
  /** From the beginning at each call. */
  readonly blocks: () => AsyncIterable<Block>
}

export function words(text: string): Words {
  return { text }
}

export function strong(text: string): Words {
  return { text, as: 'strong' }
}

export function code(text: string): Words {
  return { text, as: 'code' }
}
