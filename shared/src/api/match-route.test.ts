import { expect, test } from 'vitest'
import { matchRoute, methodsAt, pathOf } from './match-route.ts'
import { parametersIn } from './route.ts'
import { routeNames, routeOf } from './routes.ts'

const examples = {
  id: 'j.doe-2_x',
  trail: '0123456789abcdef',
  level: '0',
  tile: 'x001/x234/067.p/8',
  export: '0123456789abcdef0123456789abcdef',
  code: 'last-administrator',
}

test('each route is found by its own path and method, and no two share them', () => {
  for (const name of routeNames) {
    const named = parametersIn(routeOf(name).path).map((one) => [one, examples[one]])
    const parameters = Object.fromEntries(named)
    expect(matchRoute(routeOf(name).method, pathOf(name, parameters))).toEqual({ name, parameters })
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
  '/v1/trails/0123456789abcdef',
  '/v1/trails/0123456789ABCDEF/checkpoint',
  '/v1/trails/0123456789abcde/checkpoint',
  '/v1/trails/0123456789abcdef/tile/0',
  '/v1/trails/0123456789abcdef/tile/0/1',
  '/v1/trails/0123456789abcdef/tile/0/000/',
  '/v1/trails/0123456789abcdef/tile/0/000.p/',
  '/v1/trails/0123456789abcdef/tile/0/x001/../000',
  '/v1/trails/0123456789abcdef/tile/0/x001%2f000',
  '/v1/trails/0123456789abcdef/tile/entry/000',
  '/v1/trails/../trails/0123456789abcdef/checkpoint',
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
    expect(() => pathOf('disableAccount', { ...(id === undefined ? {} : { id }) })).toThrow('one id')
  },
)
