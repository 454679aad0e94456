import { describe, expect, test } from 'vitest'
import type { Account } from './accounts/account.ts'
import { CODE_MILLISECONDS, isCodeOf, newCode } from './one-time-code.ts'

const NOW = Date.parse('2026-03-02T08:00:00.000Z')

function codeAndOwner() {
  const { text, code } = newCode(NOW)
  return { text, owner: { code } as Account }
}

describe('a one-time code', { tags: ['challenge'] }, () => {
  test('has at least 128 random bits, in groups, and no letter that is taken for another', () => {
    for (let i = 0; i < 500; i++) {
      const { text } = codeAndOwner()
      expect(text).toMatch(/^[0-9A-Z]{4}(?:-[0-9A-Z]{4})+$/)
      expect(text).not.toMatch(/[ILOU]/)
      expect(text.replaceAll('-', '').length * 5).toBeGreaterThanOrEqual(128)
    }
  })

  test('is the same in small letters, with spaces or no dashes, and with O, I and L typed for 0 and 1', () => {
    let looked = 0
    while (looked < 50) {
      const { text, owner } = codeAndOwner()
      if (!/0.*1|1.*0/.test(text)) continue
      looked++
      for (const typed of [
        text,
        text.toLowerCase(),
        text.replaceAll('-', ''),
        text.replaceAll('-', ' '),
        `  ${text}\t`,
        text.replaceAll('0', 'O').replaceAll('1', 'I'),
        text.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l'),
      ])
        expect(isCodeOf(owner, typed, NOW)).toBe(true)
    }
  })

  test('is not another one: any letter changed, left out or added, or two that changed places', () => {
    const { text, owner } = codeAndOwner()
    const letters = text.replaceAll('-', '')
    for (const [i, letter] of [...letters].entries()) {
      const before = letters.slice(0, i)
      const after = letters.slice(i + 1)
      for (const other of '0123456789ABCDEFGHJKMNPQRSTVWXYZU*=$')
        if (other !== letter) expect(isCodeOf(owner, before + other + after, NOW)).toBe(false)
      expect(isCodeOf(owner, before + after, NOW)).toBe(false)
      expect(isCodeOf(owner, `${before}${letter}${letter}${after}`, NOW)).toBe(false)
      const next = after.charAt(0)
      if (next !== '' && next !== letter)
        expect(isCodeOf(owner, before + next + letter + after.slice(1), NOW)).toBe(false)
    }
    for (const none of ['', '-', ' ', '0'.repeat(28), `${letters}${' '.repeat(64)}`])
      expect(isCodeOf(owner, none, NOW)).toBe(false)
  })

  test('is over after a quarter of an hour, however it is spelled', () => {
    const { text, owner } = codeAndOwner()
    expect(isCodeOf(owner, text.toLowerCase(), NOW + CODE_MILLISECONDS - 1)).toBe(true)
    expect(isCodeOf(owner, text, NOW + CODE_MILLISECONDS)).toBe(false)
    expect(isCodeOf(owner, text.toLowerCase(), NOW + CODE_MILLISECONDS)).toBe(false)
  })
})
