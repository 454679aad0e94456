import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { create, type Font } from 'fontkit'
import { unpacked, withoutTables } from './sfnt.ts'

export type Face = 'text' | 'strong' | 'code' | 'shaped' | 'eastern'

/**
 * The letters a PDF is printed with: DejaVu (Bitstream Vera licence, see NOTICE), which has Latin, Greek, Cyrillic,
 * Armenian, Georgian, Hebrew and Arabic; and for Chinese, Japanese and Korean UnifontEX (SIL OFL), whose letters are of
 * squares: one file of 3 MB has them all, where others take 10 MB for each language. It is read when it is needed.
 *
 * Three of its faces come without the tables by which letters are joined, moved together and put over each other: each
 * letter is as wide as it is, wherever it stands, and a million lines are set in seconds instead of hours. `shaped` has
 * these tables, for what cannot be read without: Arabic, and marks over letters.
 */
export class Fonts {
  readonly #faces = new Map<Face, { readonly bytes: Buffer; readonly font: Font }>()
  readonly #widths = new Map<Face, Map<number, number>>()

  /** Those that were needed so far. */
  get needed(): readonly (readonly [face: Face, bytes: Buffer])[] {
    return [...this.#faces].map(([face, { bytes }]) => [face, bytes])
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

  /** How far a face stands above its baseline, at size 1: letters of two faces in one line stand on the same. */
  ascentOf(face: Face): number {
    const { font } = this.#of(face)
    return font.ascent / font.unitsPerEm
  }

  /** Of text that is shaped as a whole, at size 1. */
  widthOfShaped(text: string): number {
    const { font } = this.#of('shaped')
    return font.layout(text, []).advanceWidth / font.unitsPerEm
  }

  #of(face: Face): { readonly bytes: Buffer; readonly font: Font } {
    const known = this.#faces.get(face)
    if (known !== undefined) return known
    const bytes = files[face]()
    const font = create(bytes)
    if (!('layout' in font)) throw new Error('a font that is a collection')
    const one = { bytes, font }
    this.#faces.set(face, one)
    this.#widths.set(face, new Map())
    return one
  }
}

const SHAPING = ['GSUB', 'GPOS', 'GDEF', 'kern']
/** What a TrueType font has to have; this one has tables for typesetting mathematics, too. */
const NEEDED = ['OS/2', 'cmap', 'glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp', 'name', 'post']

const files: { readonly [face in Face]: () => Buffer } = {
  text: () => withoutTables(dejavu('SansCondensed'), SHAPING),
  strong: () => withoutTables(dejavu('SansCondensed-Bold'), SHAPING),
  code: () => withoutTables(dejavu('SansMono'), SHAPING),
  // Of another name: a PDF has one font of each.
  shaped: () => dejavu('Sans'),
  eastern: () => unpacked(file('@fontsource/unifontex/files/unifontex-latin-400-normal.woff'), NEEDED),
}

function dejavu(name: string): Buffer {
  return file(`dejavu-fonts-ttf/ttf/DejaVu${name}.ttf`)
}

function file(name: string): Buffer {
  return readFileSync(createRequire(import.meta.url).resolve(name))
}
