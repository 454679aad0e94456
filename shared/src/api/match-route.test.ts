import { expect, test } from 'vitest'
import { matchRoute, methodsAt, pathOf } from './match-route.ts'
import { routeNames, routeOf } from './routes.ts'

test('each route is found by its own path and method, and no two share them', () => {
  for (const name of routeNames) {
    const id = routeOf(name).path.includes(':id') ? 'j.doe-2_x' : undefined
    expect(matchRoute(routeOf(name).method, pathOf(name, id))).toEqual({ name, id })
  }
  const places = routeNames.map((name) => `${routeOf(name).method} ${routeOf(name).path}`)
  expect(new Set(places).size).toBe(places.length)
})

test.each([
  '',
  '/',
  '/v1/session/',
  '/v1/SESSION',
  '/v1/accounts/',
  '/v1/accounts/:id/disable',
  '/v1/accounts//disable',
  '/v1/accounts/a/b/disable',
  '/v1/accounts/%6adoe/disable',
  '/v1/accounts/../disable',
  '/v1/accounts/disable',
  '/v1/accounts/jdoe/disable/x',
  '/v1/accounts/jdoe/constructor',
  '/__proto__',
])('nothing is under %s', (path) => {
  expect(methodsAt(path)).toEqual([])
  for (const method of ['GET', 'POST', 'DELETE']) expect(matchRoute(method, path)).toBeUndefined()
})

test('a method has one spelling', () => {
  expect(matchRoute('get', '/v1/session')).toBeUndefined()
  expect(methodsAt('/v1/session')).toEqual(['POST', 'GET', 'DELETE'])
})

test.each([undefined, '', '..', 'a/b', 'a?b', 'a#b', 'j%64oe', 'j doe', 'jdøe'])(
  'the client makes no path of the id %s',
  (id) => {
    expect(() => pathOf('disableAccount', id)).toThrow('one account')
  },
)
