import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_RULES, Problem } from '../../api/index.ts'
import { seedOf } from '../../seed.test-support.ts'
import { commonPasswords } from './common-passwords.ts'
import {
  costOf,
  credentialDigest,
  hashPassword,
  isOutdated,
  isPassword,
  PEPPER_BYTES,
  requireSoundCost,
} from './password-hash.ts'
import { PASSWORD_LENGTH_MAX, passwordOf, requireGoodPassword } from './password-rules.ts'
import { Turns } from './turns.ts'

const isCommon = await commonPasswords()
const words = ['jdoe', 'Jane Doe-Ramírez', 'lab.example', 'Solvent Study', 'ws-nmr-01', 'compliance', 'relay']

function said(typed: string, more: { former?: string; composition?: 'none' | 'annex11' } = {}): string {
  try {
    const rules = {
      ...DEFAULT_RULES.passwords,
      ...(more.composition === undefined ? {} : { composition: more.composition }),
    }
    const former = more.former === undefined ? {} : { former: more.former }
    requireGoodPassword(passwordOf(typed), { rules, isCommon, words, ...former })
    return 'good'
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

describe('a password', () => {
  test.each([
    ['gravel spoon tundra 41', 'good'],
    ['stapler horse battery cornet', 'good'],
    ['correct horse battery staple', 'password-common'],
    ['correcthorsebatterystaple', 'password-common'],
    ['Correct-Horse-Battery-Staple', 'password-common'],
    ['correct_horse.battery staple!', 'password-common'],
    ['c0rrect horse b@ttery staple 1', 'password-common'],
    ['the quick brown fox jumps over the lazy dog', 'password-common'],
    ['To be, or not to be', 'password-common'],
    ['may the force be with you', 'password-common'],
    ['may the gravel be with spoon 41', 'good'],
    ['xK7#mq2!vLp9', 'good'],
    ['Глубокий колодец 7', 'good'],
    ['🦊🪵🧪🫖🎻🛶🦉🍋🧲🪁🦔🧊', 'good'],
    ['short one', 'password-short'],
    ['elevenchars', 'password-short'],
    ['password1234', 'password-common'],
    ['Password!2026', 'password-common'],
    ['P@ssw0rd1234', 'password-common'],
    ['123password123', 'password-common'],
    ['passwordpassword', 'password-common'],
    ['passwordsunshine', 'password-common'],
    ['drowssap4321', 'password-common'],
    ['iloveyou!!!!', 'password-common'],
    ['qwertyuiop123', 'password-common'],
    ['aaaaaaaaaaaa', 'password-repeats'],
    ['abcabcabcabc', 'password-repeats'],
    ['abcdefghijklmn', 'password-repeats'],
    ['123456789012', 'password-repeats'],
    ['xyzzyxyzzyxyzzy', 'password-repeats'],
    ['jdoe-wk41-tungsten', 'password-context'],
    ['doe gravel spoon 41', 'password-context'],
    ['does gravel spoon 41', 'good'],
    ['ramirez plays 41', 'good'],
    ['ramírez plays 41', 'password-context'],
    ['solvent gravel 41', 'password-context'],
    ['my compliance 41!', 'password-context'],
    ['3laboratory 41 gr4vel', 'good'],
    ['ex@mple gravel 41', 'password-context'],
  ])('%s: %s', (typed, expected) => {
    expect(said(typed)).toBe(expected)
  })

  test('of the list is refused, each of them, and with a digit before or after', {
    tags: ['challenge'],
  }, async () => {
    const { dictionary } = await import('@zxcvbn-ts/language-common')
    const list = dictionary['passwords-common'].map(String)
    const long = list.filter((one) => one.length >= 12)
    expect(long.length).toBeGreaterThan(100)
    expect(long.filter((one) => said(one) === 'good')).toEqual([])
    const padded = list.filter((one) => one.length >= 8 && one.length <= 20).slice(0, 3_000)
    expect(padded.filter((one) => said(`${one}2026`.padEnd(12, '!')) === 'good')).toEqual([])
  })

  test('that is much like the one before is refused', () => {
    const former = 'gravel spoon tundra 41'
    for (const typed of [
      'gravel spoon tundra 42',
      'Gravel Spoon Tundra 41',
      'gravel spoon tundra 41 x',
      'gravle spoon tundra 4',
    ])
      expect(said(typed, { former }), typed).toBe('password-similar')
    expect(said('nickel otter canvas 17', { former })).toBe('good')
  })

  test('has all kinds of characters where the site asks for it, and only there', () => {
    expect(said('gravel spoon tundra', { composition: 'annex11' })).toBe('password-composition')
    expect(said('Gravel spoon tundra 41', { composition: 'annex11' })).toBe('good')
  })

  test('is the same however a keyboard puts its letters together, and nothing of it is cut off', () => {
    expect(passwordOf('cafe\u0301 au lait 41')).toBe(passwordOf('caf\u00e9 au lait 41'))
    const long = '🦊'.repeat(PASSWORD_LENGTH_MAX)
    expect(passwordOf(long)).toBe(long)
    for (const typed of [`${long}x`, 'x'.repeat(129), 'x'.repeat(1_000_000), 'lone \ud800 surrogate'])
      expect(() => passwordOf(typed)).toThrow(Problem)
  })
})

describe('a hash of a password', () => {
  const pepper = new Uint8Array(PEPPER_BYTES).fill(7)
  const cheap = { memoryKib: 19_456, passes: 2, lanes: 1 }

  test('is Argon2id of 64 MiB and three passes, and only its own password opens it', {
    tags: ['challenge'],
  }, async () => {
    const phc = await hashPassword('gravel spoon tundra 41', pepper)
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/)
    expect(await isPassword(phc, 'gravel spoon tundra 41', pepper)).toBe(true)
    expect(await isPassword(phc, 'gravel spoon tundra 42', pepper)).toBe(false)
    expect(await isPassword(phc, 'gravel spoon tundra 41', new Uint8Array(PEPPER_BYTES).fill(8))).toBe(false)
  })

  test('is another each time, and so is its name in the trail', async () => {
    const [a, b] = [await hashPassword('x', pepper, cheap), await hashPassword('x', pepper, cheap)]
    expect(a).not.toBe(b)
    expect(credentialDigest(a)).not.toBe(credentialDigest(b))
    expect(credentialDigest(a)).toMatch(/^[0-9a-f]{64}$/)
  })

  test('any password goes in and comes out', async () => {
    const property = fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (typed) => {
      fc.pre(typed.isWellFormed())
      const phc = await hashPassword(passwordOf(typed), pepper, cheap)
      expect(await isPassword(phc, passwordOf(typed), pepper)).toBe(true)
      expect(await isPassword(phc, `${passwordOf(typed)}\0`, pepper)).toBe(false)
    })
    await fc.assert(property, { numRuns: 25, seed: seedOf('hashes') })
  })

  test.each([
    { memoryKib: 19_455, passes: 2, lanes: 1 },
    { memoryKib: 65_536, passes: 1, lanes: 1 },
    { memoryKib: 65_536, passes: 3, lanes: 0 },
    { memoryKib: Number.NaN, passes: 3, lanes: 1 },
    { memoryKib: 65_536.5, passes: 3, lanes: 1 },
  ])('is not made below the floor: %j', async (cost) => {
    expect(() => requireSoundCost(cost)).toThrow(/at least/)
    await expect(hashPassword('x', pepper, cost)).rejects.toThrow(/at least/)
  })

  test.each([
    ['argon2i', '$argon2i$v=19$m=65536,t=3,p=1$'],
    ['cheap', '$argon2id$v=19$m=8,t=1,p=1$'],
    ['of an old version', '$argon2id$v=16$m=65536,t=3,p=1$'],
    ['dearer than a relay can pay', '$argon2id$v=19$m=4194304,t=3,p=1$'],
    ['endless', '$argon2id$v=19$m=65536,t=999,p=1$'],
    ['bcrypt', '$2b$12$'],
    ['plain', ''],
  ])(
    'that is %s is not believed, though the password may be right',
    { tags: ['challenge'] },
    async (_, head) => {
      const phc = `${head}${'A'.repeat(22)}$${'A'.repeat(43)}`
      expect(() => costOf(phc)).toThrow(/not of a form/)
      await expect(isPassword(phc, 'x', pepper)).rejects.toThrow(/not of a form/)
    },
  )

  test('is made anew when the site has raised its cost', async () => {
    const phc = await hashPassword('x', pepper, cheap)
    expect(isOutdated(phc, cheap)).toBe(false)
    expect(isOutdated(phc, { ...cheap, passes: 3 })).toBe(true)
    expect(isOutdated(phc, { ...cheap, memoryKib: 65_536 })).toBe(true)
  })
})

describe('turns', () => {
  const tick = () => new Promise<void>((resolve) => setImmediate(resolve))

  /** Turns are handed on within a few ticks: what has not come by then never comes, and is a failure, not a wait. */
  async function untilOne(list: readonly unknown[]): Promise<void> {
    for (let ticks = 0; list.length === 0; ticks++) {
      if (ticks === 1_000) throw new Error('nobody has come to their turn')
      await tick()
    }
  }

  /** What is said at once to whoever asks for a turn: `waits` if nothing is. */
  function toldAt(once: Promise<unknown>): Promise<string> {
    const told = once.then(
      () => 'done',
      (error: { readonly code?: string }) => String(error.code),
    )
    return Promise.race([
      told,
      tick()
        .then(tick)
        .then(() => 'waits'),
    ])
  }

  test('two work at once, the others in the order they came, and one too many is told so', async () => {
    const turns = new Turns(2, 3)
    const began: number[] = []
    const ends: (() => void)[] = []
    const work = (i: number) =>
      turns.take(async () => {
        began.push(i)
        await new Promise<void>((resolve) => ends.push(resolve))
        return i
      })
    const all = [0, 1, 2, 3, 4].map(work)
    expect(await toldAt(work(5))).toBe('busy')
    expect(began).toEqual([0, 1])
    for (let next = 0; next < 5; next++) {
      await untilOne(ends)
      expect(began.length - next).toBeLessThanOrEqual(2)
      ends.shift()?.()
      await all[next]
    }
    expect(began).toEqual([0, 1, 2, 3, 4])
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3, 4])
  })

  test('each who is known has a place, whatever strangers and others who are known have waiting', {
    tags: ['challenge'],
  }, async () => {
    const turns = new Turns()
    const ends: (() => void)[] = []
    const work = (known?: string) =>
      turns.take(() => new Promise<void>((resolve) => ends.push(resolve)), known)
    const all = [work(), work()]
    for (const insider of ['mallory', 'trudy']) for (let i = 0; i < 4; i++) all.push(work(insider))
    for (let i = 0; i < 24; i++) all.push(work())
    expect(await toldAt(work())).toBe('busy')
    expect(await toldAt(work('mallory'))).toBe('busy')
    for (let i = 0; i < 40; i++) {
      const one = work(`person-${i}`)
      expect(await toldAt(one)).toBe('waits')
      all.push(one)
    }
    expect(await toldAt(work('person-0'))).toBe('busy')
    for (let done = 0; done < all.length; done++) {
      await untilOne(ends)
      ends.shift()?.()
    }
    expect(await Promise.all(all)).toHaveLength(74)
  })

  test('work that fails gives its turn on', async () => {
    const turns = new Turns(1, 1)
    const first = turns.take(() => Promise.reject(new Error('it failed')))
    const second = turns.take(async () => 'done')
    await expect(first).rejects.toThrow('it failed')
    expect(await second).toBe('done')
    expect(await turns.take(async () => 'again')).toBe('again')
  })
})
