import type { EveryPage, PrintedCopy } from '@compliance-relay/shared/bag'
import PDFDocument from 'pdfkit'
import { Fonts } from './fonts.ts'
import { type Item, layout, type SetLine, type Sheet, sheet } from './layout.ts'
import { type Line, linesOf } from './typesetting.ts'

/** Up to here rows and cells are tagged for screen readers: that takes 30 KB of memory a row until the end. */
export const TAGGED_PAGES_MAX = 100

const INK = '#111111'
const ALARM = '#b00000'
const RULE = '#bbbbbb'

/**
 * A printed copy as PDF/A-2b (ISO 19005-2): fonts embedded, colours defined, nothing loaded and nothing run. It is laid out
 * twice, first to know how many pages there are, so memory goes by the page and not by the record. Its dates are those of
 * the bag: the same bag gives the same bytes.
 */
export async function* printedPdf(copy: PrintedCopy): AsyncGenerator<Uint8Array> {
  const fonts = new Fonts()
  const { page, blocks } = copy
  let pages = 0
  for await (const _ of layout(blocks(), fonts)) pages++
  const isTagged = pages <= TAGGED_PAGES_MAX
  const document = new PDFDocument({
    size: [sheet.width, sheet.height],
    margin: 0,
    autoFirstPage: false,
    pdfVersion: '1.7',
    subset: 'PDF/A-2b',
    tagged: isTagged,
    lang: 'en',
    displayTitle: true,
    fontLayoutCache: false,
    // None before ours: the usual one would not be embedded.
    font: '',
    info: {
      Title: page.title,
      Subject: `Bag ${page.bag}`,
      Creator: 'Compliance Relay',
      Producer: 'Compliance Relay',
      CreationDate: new Date(page.sealed ?? 0),
    },
  })
  for (const [face, bytes] of fonts.needed) document.registerFont(face, bytes)
  const drawing = new Drawing(document, fonts, isTagged)
  let number = 0
  for await (const one of layout(blocks(), fonts)) {
    number++
    drawing.page(one, [
      top(page, fonts),
      bottom(`Bag ${page.bag} (SHA-256 of its manifest)`, 'left', fonts),
      bottom(`Page ${number} of ${pages}`, 'right', fonts),
    ])
    yield* written(document)
  }
  drawing.end()
  document.end()
  yield* written(document)
}

/** What it has ready. It makes it all at once, whenever it is told to. */
function* written(document: PDFKit.PDFDocument): Generator<Uint8Array> {
  for (let piece = document.read(); piece !== null; piece = document.read()) yield piece as Uint8Array
}

const SMALL = 7

function top({ title, alarm }: EveryPage, fonts: Fonts): SetLine {
  const line = lineOf(
    alarm ?? `${title}, for reading: the bag is the evidence`,
    alarm === undefined ? undefined : 'strong',
    fonts,
  )
  return { line, x: sheet.left, y: 20, size: SMALL, isAlarm: alarm !== undefined }
}

function bottom(text: string, side: 'left' | 'right', fonts: Fonts): SetLine {
  const line = lineOf(text, undefined, fonts)
  const width = line.reduce((sum, piece) => sum + piece.width, 0)
  const x = side === 'left' ? sheet.left : sheet.width - sheet.right - width
  return { line, x, y: sheet.height - 24, size: SMALL, isAlarm: false }
}

function lineOf(text: string, as: 'strong' | undefined, fonts: Fonts): Line {
  return linesOf(as === undefined ? { text } : { text, as }, SMALL, sheet.width, fonts)[0] ?? []
}

class Drawing {
  readonly #document: PDFKit.PDFDocument
  readonly #fonts: Fonts
  /** Undefined if nothing is tagged. */
  readonly #root: PDFKit.PDFStructureElement | undefined

  constructor(document: PDFKit.PDFDocument, fonts: Fonts, isTagged: boolean) {
    this.#document = document
    this.#fonts = fonts
    this.#root = isTagged ? document.struct('Document') : undefined
    if (this.#root !== undefined) document.addStructure(this.#root)
  }

  page(items: Sheet, every: readonly SetLine[]): void {
    this.#document.addPage()
    let table: PDFKit.PDFStructureElement | undefined
    for (const item of items) {
      if (item.as !== 'row') table = undefined
      else if (this.#root !== undefined && (table === undefined || item.isHead)) {
        table = this.#document.struct('Table')
        this.#root.add(table)
      }
      this.#item(item, item.as === 'row' ? table : this.#root)
    }
    this.#artifact(() => {
      for (const line of every) this.#line(line)
    })
  }

  end(): void {
    this.#root?.end()
  }

  #item(item: Item, parent: PDFKit.PDFStructureElement | undefined): void {
    if (item.as !== 'row') {
      const tag = item.as === 'title' ? 'H1' : item.as === 'heading' ? 'H2' : 'P'
      return this.#tagged(tag, parent, item.lines)
    }
    const row = parent && this.#document.struct('TR')
    if (row !== undefined) parent?.add(row)
    for (const cell of item.cells) this.#tagged(item.isHead ? 'TH' : 'TD', row, cell)
    this.#artifact(() => {
      this.#document
        .moveTo(sheet.left, item.bottom)
        .lineTo(sheet.width - sheet.right, item.bottom)
        .lineWidth(item.isHead ? 0.8 : 0.3)
        .stroke(item.isHead ? INK : RULE)
    })
  }

  #tagged(tag: string, parent: PDFKit.PDFStructureElement | undefined, lines: readonly SetLine[]): void {
    const draw = (): void => {
      for (const line of lines) this.#line(line)
    }
    if (parent === undefined) draw()
    else parent.add(this.#document.struct(tag, tag === 'TH' ? ofColumn : {}, draw))
  }

  /** What is no content: a reader passes over it. */
  #artifact(draw: () => void): void {
    if (this.#root !== undefined) this.#document.markContent('Artifact', { type: 'Pagination' })
    draw()
    if (this.#root !== undefined) this.#document.endMarkedContent()
  }

  #line({ line, x, y, size, isAlarm }: SetLine): void {
    this.#document.fillColor(isAlarm ? ALARM : INK).fontSize(size)
    let at = x
    for (const { text, face, width } of line) {
      // Its width is known: it is not to be measured again.
      const options = { lineBreak: false, features: [], textWidth: width, wordCount: 1 }
      // What is drawn with hangs from its ascent.
      const lower = this.#fonts.ascentOf('text') - this.#fonts.ascentOf(face)
      this.#document.font(face).text(text, at, y + lower * size, options)
      at += width
    }
  }
}

/** The library takes it, its types do not know it. */
const ofColumn: object = { scope: 'Column' }
