import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { create, type Font } from 'fontkit'
import { withoutTables } from './sfnt.ts'

export const faces = ['text', 'strong', 'code', 'shaped'] as const
export type Face = (typeof faces)[number]

/**
 * The letters a PDF is printed with: DejaVu (Bitstream Vera licence, see NOTICE), which has Latin, Greek, Cyrillic,
 * Armenian, Georgian, Hebrew and Arabic, and no Chinese, Japanese or Korean.
 *
 * Three of its faces come without the tables by which letters are joined, moved together and put over each other: each
 * letter is as wide as it is, wherever it stands, and a million lines are set in seconds instead of hours. `shaped` has
 * these tables, for what cannot be read without: Arabic, and marks over letters.
 */
export class Fonts {
  readonly #faces = new Map<Face, { readonly bytes: Buffer; readonly font: Font }>()
  readonly #widths = new Map<Face, Map<number, number>>()

  constructor() {
    const shaping = ['GSUB', 'GPOS', 'GDEF', 'kern']
    this.#add('text', withoutTables(file('DejaVuSansCondensed.ttf'), shaping))
    this.#add('strong', withoutTables(file('DejaVuSansCondensed-Bold.ttf'), shaping))
    this.#add('code', withoutTables(file('DejaVuSansMono.ttf'), shaping))
    // Of another name: a PDF has one font of each.
    this.#add('shaped', file('DejaVuSans.ttf'))
  }

  bytes(face: Face): Buffer {
    return this.#of(face).bytes
  }

  has(face: Face, codePoint: number): boolean {
    return this.#of(face).font.hasGlyphForCodePoint(codePoint)
  }

  /** Of a character by itself, at size 1. */
  widthOf(face: Face, codePoint: number): number {
    const known = this.#widths.get(face)?.get(codePoint)
    if (known !== undefined) return known
    const { font } = this.#of(face)
    const width = font.glyphForCodePoint(codePoint).advanceWidth / font.unitsPerEm
    this.#widths.get(face)?.set(codePoint, width)
    return width
  }

  /** Of text that is shaped as a whole, at size 1. */
  widthOfShaped(text: string): number {
    const { font } = this.#of('shaped')
    return font.layout(text, []).advanceWidth / font.unitsPerEm
  }

  #add(face: Face, bytes: Buffer): void {
    const font = create(bytes)
    if (!('layout' in font)) throw new Error('a font that is a collection')
    this.#faces.set(face, { bytes, font })
    this.#widths.set(face, new Map())
  }

  #of(face: Face): { readonly bytes: Buffer; readonly font: Font } {
    const one = this.#faces.get(face)
    if (one === undefined) throw new Error(`no face ${face}`)
    return one
  }
}

function file(name: string): Buffer {
  return readFileSync(createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${name}`))
}
