import { type Words, written } from '@compliance-relay/shared/bag'
import type { Face, Fonts } from './fonts.ts'

/** A piece of a line in one face. */
export interface Piece {
  readonly text: string
  readonly face: Face
  readonly width: number
}

export type Line = readonly Piece[]

/** What is never parted: a letter with its marks, or a \uXXXX or \u{XXXXX} that stands for one. */
interface Cluster extends Piece {
  readonly isRightToLeft: boolean
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Nko}]/u
/**
 * Chinese, Japanese and Korean, each letter in the one form that names are written in. Forms of other widths, radicals and
 * letters that are there for older encodings look like these, and are written out.
 */
const EASTERN =
  /^[\u3001\u3002\u3005-\u3011\u3041-\u3096\u309d\u309e\u30a1-\u30fe\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]$/
/** After these a line ends where it has to: between words, and between the folders of a path. */
const ENDS_WELL = /^[\s/\\]$/
/** And after these, where it would otherwise be left mostly empty. */
const MAY_END = /^[_.,;:=+-]$/
/** So much of a line, at least, is used before it ends well. */
const WELL_USED = 1 / 3

/**
 * Text as lines of a width: parted after spaces and folders, or after what parts names, and else between any two letters, so
 * that nothing is ever cut off. What no face has is written out as \uXXXX or \u{XXXXX}.
 *
 * Lines go from left to right. Only letters that are written from right to left do, with the spaces between them, in
 * themselves: no digit, sign or other letter changes its place by standing beside them.
 */
export function linesOf({ text, as }: Words, size: number, width: number, fonts: Fonts): readonly Line[] {
  const lines: Line[] = []
  let line: Cluster[] = []
  let used = 0
  let end = NOWHERE
  for (const cluster of clustersOf(text, as ?? 'text', fonts)) {
    const own = cluster.width * size
    // What is taken over from the line before may be too much for this one, too.
    while (used + own > width && line.length > 0) {
      const at = end.well > 0 ? end.well : end.poor
      const [kept, rest] = at > 0 ? [line.slice(0, at), line.slice(at)] : [line, []]
      lines.push(joined(kept, size, fonts))
      line = rest
      used = rest.reduce((sum, one) => sum + one.width * size, 0)
      end = NOWHERE
    }
    line.push(cluster)
    used += own
    if (ENDS_WELL.test(cluster.text))
      end = { well: used >= width * WELL_USED ? line.length : 0, poor: line.length }
    else if (MAY_END.test(cluster.text)) end = { ...end, poor: line.length }
  }
  if (line.length > 0 || lines.length === 0) lines.push(joined(line, size, fonts))
  return lines
}

/** How many clusters of a line stand before the last place where it may end. */
const NOWHERE = { well: 0, poor: 0 }

function* clustersOf(text: string, face: Face, fonts: Fonts): Generator<Cluster> {
  for (const [i, part] of text.split(WRITTEN).entries())
    if (i % 2 === 1) yield asOne(part, face, fonts)
    // Nearly all text is this.
    else if (/^[\x20-\x7e]*$/.test(part)) yield* letters(part, face, fonts)
    else for (const { segment } of segmenter.segment(part)) yield* clusterOf(segment, face, fonts)
}

const WRITTEN = /(\\u(?:[0-9a-f]{4}|\{[0-9a-f]{5,6}\}))/

function asOne(text: string, face: Face, fonts: Fonts): Cluster {
  const width = [...letters(text, face, fonts)].reduce((sum, one) => sum + one.width, 0)
  return { text, face, width, isRightToLeft: false }
}

function* letters(text: string, face: Face, fonts: Fonts): Generator<Cluster> {
  for (const letter of text)
    yield {
      text: letter,
      face,
      width: fonts.widthOf(face, letter.codePointAt(0) ?? 0),
      isRightToLeft: false,
    }
}

function* clusterOf(segment: string, face: Face, fonts: Fonts): Generator<Cluster> {
  const codePoints = [...segment].map((one) => one.codePointAt(0) ?? 0)
  const isRightToLeft = RIGHT_TO_LEFT.test(segment)
  const [only = 0, second] = codePoints
  if (second === undefined && !isRightToLeft) {
    const faces: readonly Face[] = EASTERN.test(segment) ? ['eastern'] : [face, 'text']
    const found = faces.find((one) => fonts.has(one, only))
    if (found === undefined) return yield* clustersOf(written(segment), face, fonts)
    return yield { text: segment, face: found, width: fonts.widthOf(found, only), isRightToLeft }
  }
  if (codePoints.every((one) => fonts.has('shaped', one)))
    return yield { text: segment, face: 'shaped', width: fonts.widthOfShaped(segment), isRightToLeft }
  for (const one of segment)
    if (fonts.has('text', one.codePointAt(0) ?? 0) && !/\p{M}/u.test(one)) yield* clusterOf(one, face, fonts)
    else yield* clustersOf(written(one), face, fonts)
}

/** Neighbours in one face are one piece; right to left they take the spaces between them along. */
function joined(clusters: readonly Cluster[], size: number, fonts: Fonts): Line {
  const pieces: { text: string; face: Face; width: number; isRightToLeft: boolean }[] = []
  for (const [i, { text, face, width, isRightToLeft }] of clusters.entries()) {
    const last = pieces.at(-1)
    const isBetween = text === ' ' && last?.isRightToLeft === true && clusters[i + 1]?.isRightToLeft === true
    if (last !== undefined && (isBetween || (last.face === face && last.isRightToLeft === isRightToLeft))) {
      last.text += text
      last.width += width
    } else pieces.push({ text, face, width, isRightToLeft })
  }
  return pieces.map(({ text, face, width, isRightToLeft }) => ({
    text,
    face,
    width: size * (isRightToLeft ? fonts.widthOfShaped(text) : width),
  }))
}
