import { describe, expect, test } from 'vitest'
import { Turns } from '../passwords/turns.ts'
import { good, other, problemOf, Site } from '../people-site.test-support.ts'
import { DeviceMarks, MARK_MILLISECONDS } from './device-mark.ts'
import { DEVICE_FAILURES, STRAINED_LOOKS } from './device-strain.ts'
import { FREE_FAILURES } from './sign-in-guard.ts'

const secret = new Uint8Array(32).fill(7)
const NOW = Date.parse('2026-03-02T08:00:00.000Z')
const marks = new DeviceMarks(secret)

/** Wrong passwords from this machine, a flood of them, by whoever shows no mark; also under the names of those who are here. */
async function strangers(site: Site, names: readonly string[]): Promise<void> {
  for (const name of names)
    for (let i = 0; i < 5; i++) await problemOf(site.people.signIn(name, other, 'local'))
  for (let i = 0; i < DEVICE_FAILURES + STRAINED_LOOKS; i++)
    await problemOf(site.people.signIn(`name${i}`, other, 'local'))
}

describe('a mark', { tags: ['req/P11-300d-2', 'challenge'] }, () => {
  test('is read by the relay that made it, for thirty days, and as nothing else than it was made', () => {
    const text = marks.make('jdoe', NOW, 'a1')
    expect(new DeviceMarks(secret).read(text, NOW + MARK_MILLISECONDS - 1)).toEqual({
      name: 'jdoe',
      id: 'a1',
    })
    expect(marks.read(text, NOW + MARK_MILLISECONDS)).toBeUndefined()
    expect(new DeviceMarks(new Uint8Array(32).fill(8)).read(text, NOW)).toBeUndefined()
    const [said = '', sum = ''] = text.split('.')
    const forged = Buffer.from(JSON.stringify(['first', 'a1', NOW])).toString('base64url')
    for (const one of [
      '',
      '.',
      said,
      `${said}.`,
      `.${sum}`,
      `${forged}.${sum}`,
      `${text}.`,
      `${text}A`,
      ` ${text}`,
    ])
      expect(marks.read(one, NOW), one).toBeUndefined()
    for (let at = 0; at < text.length; at++) {
      const altered = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
      expect(marks.read(altered, NOW), altered).toBeUndefined()
    }
  })

  test('keeps its owner from waiting for what strangers got wrong, over a restart; who has none waits', async () => {
    const site = new Site()
    await site.first()
    const { mark } = await site.people.signIn('first', good, 'local')
    await strangers(site, ['first'])
    const signIn = (given?: string) => problemOf(site.people.signIn('first', good, 'local', given))
    for (const start of [false, true]) {
      if (start) {
        site.start()
        await strangers(site, [])
      }
      expect(await signIn()).toBe('throttled')
      expect(await signIn('no mark')).toBe('throttled')
      expect(await signIn(mark)).toBe('none')
    }
  })

  test('is one of one name: with another’s, a name is a stranger’s', async () => {
    const site = new Site()
    const first = await site.first()
    await site.person(first, 'mlee', ['operator'])
    const { mark } = await site.people.signIn('mlee', good, 'local')
    await strangers(site, [])
    expect(await problemOf(site.people.signIn('first', good, 'local', mark))).toBe('throttled')
    expect(await problemOf(site.people.signIn('mlee', good, 'local', mark))).toBe('none')
  })

  test('spares nobody their own guesses: five, then waiting, over a restart, and ten lock the account', async () => {
    const site = new Site()
    await site.first()
    const { mark } = await site.people.signIn('first', good, 'local')
    for (let i = 0; i < 5; i++)
      expect(await problemOf(site.people.signIn('first', other, 'local', mark))).toBe('sign-in-refused')
    expect(await problemOf(site.people.signIn('first', good, 'local', mark))).toBe('throttled')
    site.start()
    expect(await problemOf(site.people.signIn('first', good, 'local', mark))).toBe('throttled')
    for (let i = 0; i < 5; i++) await problemOf(site.people.signIn('first', other, 'local'))
    expect(site.people.account('first')?.locked).toBeDefined()
  })

  test('is had by the right password only, and says nothing of whether a name is there', async () => {
    const site = new Site()
    await site.first()
    const answer = async (name: string, mark: string) => {
      try {
        await site.people.signIn(name, other, 'local', mark)
      } catch (error) {
        return String(error)
      }
      return 'let in'
    }
    const stranger = new DeviceMarks(new Uint8Array(32).fill(9))
    for (const mark of [stranger.make('first', site.disk.wall, 'a1'), 'x', ''])
      expect(await answer('first', mark)).toBe(await answer('nobody-here', mark))
  })

  test('is what a session has: an act that asks for the password waits for no stranger', async () => {
    const site = new Site()
    const first = await site.caller('first', good).catch(() => site.first())
    await strangers(site, ['first'])
    expect(await problemOf(site.people.checkOwn(first, good, 'account.list'))).toBe('none')
  })

  test('does not have to be shown with a one-time code: the right one waits for nobody', async () => {
    const site = new Site()
    const first = await site.first()
    const code = await site.people.add(first, {
      id: 'mlee',
      name: 'M Lee',
      roles: ['operator'],
      reason: 'is new in the team',
    })
    await strangers(site, ['mlee'])
    expect(await problemOf(site.people.setPasswordByCode('mlee', 'A'.repeat(22), good, 'local'))).toBe(
      'throttled',
    )
    expect(await problemOf(site.people.setPasswordByCode('mlee', code, good, 'local'))).toBe('none')
  })
})

test('a thousand guesses at once are five, of passwords and of codes: nobody is locked out by them', {
  tags: ['req/P11-300d-2', 'challenge'],
}, async () => {
  const site = new Site()
  await site.first()
  const tried = async (guess: () => Promise<unknown>) => {
    const codes = await Promise.all(Array.from({ length: 1_000 }, () => problemOf(guess())))
    return codes.filter((code) => code !== 'throttled')
  }
  const passwords = await tried(() => site.people.signIn('first', other, 'local'))
  expect(passwords).toEqual(Array(FREE_FAILURES).fill('sign-in-refused'))
  expect(site.people.account('first')?.locked).toBeUndefined()
  await site.caller('first', good, 'tablet-1')
  site.disk.pass(86_400_000)
  const codes = await tried(() => site.people.setPasswordByCode('first', 'A'.repeat(22), other, 'tablet-1'))
  expect(codes).toEqual(Array(FREE_FAILURES).fill('code-refused'))
  expect(site.people.account('first')?.locked).toBeUndefined()
})

describe('turns', { tags: ['challenge'] }, () => {
  /** A thousand wait or were told to come again; what is done, in order. */
  function flooded() {
    const turns = new Turns(1, 2, 4)
    const done: string[] = []
    const ask = (who: string, known?: string) =>
      problemOf(
        turns.take(async () => {
          await new Promise((resolve) => setImmediate(resolve))
          done.push(who)
        }, known),
      )
    const strange = Array.from({ length: 1_000 }, (_, i) => ask(`stranger ${i}`))
    return { done, ask, strange }
  }

  test('are kept for those who are known, however many strangers there are, and the other way round', async () => {
    const { done, ask, strange } = flooded()
    const known = [ask('jdoe', 'jdoe'), ask('mlee', 'mlee'), ask('asmith', 'asmith')]
    expect(await Promise.all(known)).toEqual(['none', 'none', 'none'])
    expect((await Promise.all(strange)).filter((one) => one === 'none')).toHaveLength(3)
    expect(done).toEqual(['stranger 0', 'jdoe', 'stranger 1', 'mlee', 'stranger 2', 'asmith'])
  })

  test('are not all one’s who asks again and again', async () => {
    const turns = new Turns(1, 4, 8)
    const ask = (known?: string) =>
      problemOf(turns.take(() => new Promise((resolve) => setImmediate(resolve)), known))
    const mad = Array.from({ length: 9 }, () => ask('jdoe'))
    expect(await ask('mlee')).toBe('none')
    expect((await Promise.all(mad)).filter((one) => one === 'busy')).toHaveLength(4)
  })
})
