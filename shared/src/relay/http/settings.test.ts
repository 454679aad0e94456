import { describe, expect, test } from 'vitest'
import { routeNames, routeOf } from '../../api/index.ts'
import { good, reason } from '../people-site.test-support.ts'
import { ApiSite, codeOf, requestOf } from './api-site.test-support.ts'

/* Settings of a workstation as people change them; how a change is decided, the workstation's own tests show. */

const acts = [
  ['addProject', { project: 'P-20' }, { what: 'project.add', project: 'P-20' }],
  [
    'addWatch',
    { folder: '/data/nmr', project: 'P-17', device: 'Avance' },
    { what: 'watch.add', folder: '/data/nmr', project: 'P-17', device: 'Avance' },
  ],
  ['changeWatch', { watch: 'w1', profile: 'any' }, { what: 'watch.change', watch: 'w1', profile: 'any' }],
  ['endWatch', { watch: 'w1' }, { what: 'watch.remove', watch: 'w1' }],
  ['addPerson', { osAccount: 'mlee', name: 'Mei Lee' }, { what: 'person.add', id: 'mlee', name: 'Mei Lee' }],
] as const

async function administrator() {
  const api = new ApiSite()
  const first = await api.site.first()
  const token = await api.token('first')
  const post = (path: string, body: object, by = token) =>
    api.ask(requestOf('POST', path, { token: by, body: JSON.stringify(body) }))
  return { api, first, post }
}

describe('what an administrator changes of the settings', { tags: ['req/P11-10g-1', 'challenge'] }, () => {
  test.each(acts)(
    'is asked for by them, with the reason, and without the password: %s',
    async (name, body, act) => {
      const { api, post } = await administrator()
      const { path } = routeOf(name)
      expect((await post(path, { ...body, password: good, reason: `  ${reason}  ` })).status).toBe(200)
      const actor = { id: 'first', name: 'First Person', via: 'password' }
      const session = expect.stringMatching(/^[0-9a-f]{32}$/)
      expect(api.settings.asked).toEqual([{ act, by: { actor, reason, session } }])
    },
  )

  test.each(acts)(
    'is not, with a wrong password, without a reason, or as somebody: %s',
    async (name, body) => {
      const { api, post } = await administrator()
      const { path } = routeOf(name)
      const codes = []
      for (const more of [
        { password: 'not the password at all', reason },
        { password: good, reason: 'x' },
        { password: good, reason, actor: { id: 'somebody' } },
        { password: good, reason, time: '2020-01-01T00:00:00.000Z' },
      ])
        codes.push(await codeOf(await post(path, { ...body, ...more })))
      expect(codes).toEqual(['password-wrong', 'reason-missing', 'bad-request', 'bad-request'])
      expect(api.settings.asked).toEqual([])
    },
  )

  test('is not, by somebody who was an administrator when the password was typed', async () => {
    const { api, first, post } = await administrator()
    await api.site.person(first, 'second', ['administrator'])
    const token = await api.token('second')
    const asked = post('/v1/projects', { project: 'P-20', password: good, reason }, token)
    // While the password is being looked at.
    await api.site.people.change(first, 'second', { roles: ['auditor'], reason })
    expect(await codeOf(await asked)).not.toBe('none')
    expect(api.settings.asked).toEqual([])
  })

  test('is refused in words of the list, for programs and for people', async () => {
    const { post } = await administrator()
    const answer = await post('/v1/projects', { project: 'P-17', password: good, reason })
    expect([answer.status, await answer.json()]).toMatchObject([
      409,
      { code: 'settings-refused', detail: 'There is a project of this name already.' },
    ])
  })

  test('asks for the password, wherever it changes something', () => {
    const changing = routeNames.filter((name) => routeOf(name).action === 'settings.change')
    const asking = changing.filter((name) => routeOf(name).asksPassword)
    expect(changing.filter((name) => !asking.includes(name))).toEqual(['lookAtFolder'])
  })
})

test('a folder is looked at without a password, and nothing is changed by it', async () => {
  const { api, post } = await administrator()
  const answer = await post('/v1/folders/look', { folder: '/data/nowhere' })
  expect(await answer.json()).toMatchObject({
    isThere: false,
    canBeWatched: false,
    detail: 'folder-not-there',
  })
  expect(api.settings.asked).toEqual([])
})
