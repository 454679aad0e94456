import { expect, test } from 'vitest'
import type { Problem } from '../../api/index.ts'
import { good, Site } from '../people-site.test-support.ts'

const tags = ['req/P11-300d-1', 'req/ENUM-1', 'challenge']

const told = (site: Site, name: string, password = 'wrong') =>
  site.people.signIn(name, password, 'tablet-1').then(
    () => undefined,
    (error: Problem) => error,
  )

test('whoever has to wait is told who can help, in the same words whether the account is there or not', {
  tags,
}, async () => {
  const site = new Site()
  await site.first()
  const wait = async (name: string) => {
    for (let i = 0; i < 5; i++) expect((await told(site, name))?.code).toBe('sign-in-refused')
    const problem = await told(site, name)
    expect(problem?.code).toBe('throttled')
    return problem?.message
  }
  const said = await wait('first')
  expect(said).toContain('an administrator can unlock the account: relay account unlock.')
  expect(await wait('nobody-at-all')).toBe(said)
})

test('an account that is locked is refused in the words of one that is not there', { tags }, async () => {
  const site = new Site()
  await site.first()
  for (let i = 0; i < 10; i++) {
    await told(site, 'first')
    site.disk.pass(3_600_000)
  }
  expect(site.people.account('first')?.locked).toBeDefined()
  const refused = await told(site, 'first', good)
  expect(refused?.code).toBe('sign-in-refused')
  expect(refused?.message).toContain('an administrator can unlock one that is locked')
  expect((await told(site, 'nobody-at-all'))?.message).toBe(refused?.message)
})
