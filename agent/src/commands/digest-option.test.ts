import { expect, test } from 'vitest'
import { UnusableInput } from '../unusable-input.ts'
import { accountCommand } from './account.ts'
import { digestOption } from './digest-option.ts'

const digest = 'a1'.repeat(32)
const out = {
  write: () => {
    throw new Error('nothing is to be said')
  },
}

test('a digest is taken whole, as it was printed or in capitals', () => {
  for (const given of [digest, digest.toUpperCase(), ` ${digest}\n`])
    expect(digestOption(given, 'it')).toBe(digest)
})

test.each(['review', 'confirm-recovery'])(
  'account %s refuses a digest that is none in a sentence, before it asks for a password or a relay',
  { tags: ['challenge'] },
  async (verb) => {
    const data = '/nonexistent/relay'
    for (const [given, says] of [
      [digest.slice(1), 'this one has 63'],
      [`${digest}0`, 'this one has 65'],
      ['', 'this one has 0'],
      [`${digest.slice(1)}g`, 'this one has other characters in it'],
      [`0x${digest}`, 'this one has other characters in it'],
    ] as const) {
      const why = ['--reason', 'as agreed with the head of the laboratory']
      const args = [verb, '--as', 'quinn', '--data', data, `--digest=${given}`, ...why]
      const said = accountCommand.run(args, out)
      await expect(said).rejects.toBeInstanceOf(UnusableInput)
      await expect(said).rejects.toThrow(/^--digest is the 64 hexadecimal digits that relay account /)
      await expect(said).rejects.toThrow(says)
    }
  },
)
