import { describe, expect, test } from 'vitest'
import { ApiSite, codeOf, requestOf } from './api-site.test-support.ts'

const api = new ApiSite()

async function page(query: string): Promise<string> {
  const answer = await api.ask(requestOf('GET', `/signed-in${query}`))
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  return answer.text()
}

describe('the page an identity provider sends people back to', () => {
  test.each([
    ['?code=abc&state=def', 'You are not signed in at the relay yet.'],
    ['?code=abc&state=def&iss=https%3A%2F%2Fidp.example&session_state=1', 'Go back to that program.'],
    ['', 'This time it has sent nothing.'],
    ['?state=def', 'This time it has sent nothing.'],
    ['?error=access_denied&error_description=no', 'did not let you in, or you have cancelled there.'],
    ['?error=temporarily_unavailable', 'is busy or being maintained.'],
    ['?error=server_error&code=abc', 'Something went wrong at the identity provider.'],
    ['?error=login_required', 'asks you to sign in there first.'],
    ['?error=invalid_scope', 'its settings for this relay are probably wrong.'],
    ['?error=constructor', 'its settings for this relay are probably wrong.'],
  ])('says what has happened and what to do: %s', async (query, says) => {
    const text = await page(query)
    expect(text).toContain(says)
    expect(text).toMatch(/Begin the sign-in again|begin the sign-in again|sign in with your password/)
    expect(text).not.toMatch(/<(?:script|style|link|img|form|a)\b|\b(?:href|src|style|on[a-z]+)=/)
  })

  test('repeats nothing of its address, records nothing and signs nobody in', {
    tags: ['challenge'],
  }, async () => {
    const before = api.site.disk.records.length
    for (const name of ['code', 'state', 'iss', 'error', 'error_description'])
      for (const said of ['call+0800-evil', '%3Cscript%3Ealert(1)%3C/script%3E', 'zq7'])
        expect(await page(`?${name}=${said}`)).not.toMatch(/0800|alert|zq7/)
    expect(api.site.disk.records).toHaveLength(before)
  })

  test('is not there for an address that names one thing twice', { tags: ['challenge'] }, async () => {
    expect(await codeOf(await api.ask(requestOf('GET', '/signed-in?code=a&code=b')))).toBe('bad-request')
  })
})
