import { expect, test } from 'vitest'
import { Problem, routeOf } from '../../api/index.ts'
import { readQuery } from './read-query.ts'

function refusalOf(query: string): string {
  try {
    readQuery(new Request(`http://127.0.0.1:7411/v1/feed?${query}`), routeOf('readFeed').query)
    return 'none'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return `${error.code} ${error.details.pointer ?? 'nowhere'}`
  }
}

test.each([
  ['limit=100&wait=1', 'none'],
  ['limit=abc', 'bad-request /limit'],
  ['limit=1001', 'bad-request /limit'],
  ['limit=1&wait=31', 'bad-request /wait'],
  ['wait=1&wait=1', 'bad-request /wait'],
  // What the route does not have is not repeated.
  ['limits=1', 'bad-request nowhere'],
  ['limits=1&limits=2', 'bad-request nowhere'],
  ['__proto__=1', 'bad-request nowhere'],
])('what is asked for by %s is answered: %s', (query, refusal) => {
  expect(refusalOf(query)).toBe(refusal)
})

test('of a value that is none of a few, those there are are said', () => {
  const asked = new Request('http://127.0.0.1:7411/v1/exports/e/report?form=docx')
  expect(() => readQuery(asked, routeOf('readReport').query)).toThrow(/ There is pdf, html\.$/)
})
