import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fonts } from './fonts.ts'
import { linesOf } from './typesetting.ts'

const fonts = new Fonts()
const textOf = (text: string, width = 1_000) =>
  linesOf({ text }, 7, width, fonts).map((line) => line.map((piece) => piece.text).join(''))

describe('set text', { tags: ['req/P11-10b-1', 'challenge'] }, () => {
  test('of any letters is whole in its lines, and none is wider than it may be', () => {
    const seed = seedOf('text that is set')
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...'ab /-_ ÄЖא ب山😀'), fc.string({ unit: 'binary-ascii' })),
    })
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 30, max: 300 }),
        fc.constantFrom('strong', 'code', undefined),
        (own, width, as) => {
          const lines = linesOf(as === undefined ? { text: own } : { text: own, as }, 7, width, fonts)
          const all = lines.flatMap((line) => line.map((piece) => piece.text)).join('')
          const shown = [...own].map((letter) => (all.includes(letter) ? letter : asWritten(letter))).join('')
          expect(all).toBe(shown)
          for (const line of lines)
            expect(line.reduce((sum, piece) => sum + piece.width, 0)).toBeLessThanOrEqual(width + 0.001)
        },
      ),
      { seed, numRuns: 300 },
    )
  })

  test('is parted after what parts names, and within a name where it has to be', () => {
    expect(textOf('projects/P-17/run', 50)).toEqual(['projects/P-17/', 'run'])
    expect(textOf('A'.repeat(30), 50).join('')).toBe('A'.repeat(30))
  })

  test('is parted between the folders of a path rather than within a name, and never within a \\uXXXX', () => {
    expect(textOf('C:\\Data\\long_name_of_a_folder\\run_1.D', 70)).toEqual([
      'C:\\Data\\',
      'long_name_of_a_',
      'folder\\run_1.D',
    ])
    expect(textOf('at 2026-11-30 04:21:22', 70)).toEqual(['at 2026-11-30 ', '04:21:22'])
    for (let width = 30; width < 90; width++)
      for (const line of textOf(`${'\\u202e'.repeat(3)}ab/${'\\u200b'.repeat(5)}山ü𠀀𠀀`, width))
        expect(line.replace(/\\u(?:[0-9a-f]{4}|\{[0-9a-f]{5}\})/g, '')).not.toContain('\\')
  })

  test('that no font has is written out; a letter that only another face has is taken from that', () => {
    expect(textOf('𠀀.raw')).toEqual(['\\u{20000}.raw'])
    expect(textOf('run 🧪.raw')).toEqual(['run \\u{1f9ea}.raw'])
    expect(linesOf({ text: 'Жא', as: 'code' }, 7, 500, fonts)[0]?.map(({ face }) => face)).toEqual([
      'code',
      'shaped',
    ])
  })

  test('is Chinese, Japanese and Korean as it is, and what only looks so is written out', () => {
    for (const name of ['山田太郎', '王小明', '김민수', 'やまだ・データー々', '「試験」、良好。'])
      expect(linesOf({ text: name, as: 'strong' }, 7, 500, fonts)).toMatchObject([
        [{ text: name, face: 'eastern' }],
      ])
    // Of another width, a radical, for an older encoding, in pieces.
    for (const [text, written] of Object.entries({
      Ａ: 'ff21',
      ｱ: 'ff71',
      '⼭': '2f2d',
      '\ufa10': 'fa10',
      ᄀ: '1100',
    }))
      expect(textOf(text)).toEqual([`\\u${written}`])
  })

  test('from right to left is a piece of its own, and digits beside it stay where they are', () => {
    const [line = []] = linesOf({ text: 'דוד כהן 12 מסמך.raw' }, 7, 500, fonts)
    expect(line.map(({ text, face }) => [text, face])).toEqual([
      ['דוד כהן', 'shaped'],
      [' 12 ', 'text'],
      ['מסמך', 'shaped'],
      ['.raw', 'text'],
    ])
  })
})

function asWritten(letter: string): string {
  const code = (letter.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
}

/** A number printed with every random test, so that a failure can be run again. */
function seedOf(what: string): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`SEED=${seed} ${what}\n`)
  return seed
}
