import { type Route, type RouteName, routeNames, routeOf } from './routes.ts'

export interface Matched {
  readonly name: RouteName
  /** The user id in the path, as it stands there; undefined where there is none. */
  readonly id: string | undefined
}

/** The route of a path and method. Each place has one spelling: no escapes, no slash at the end, no other case. */
export function matchRoute(method: string, path: string): Matched | undefined {
  for (const name of routeNames) {
    if (routeOf(name).method !== method) continue
    const found = idIn(routeOf(name), path)
    if (found !== undefined) return { name, id: found.id }
  }
  return undefined
}

/** What can be asked at a path; nothing if there is nothing under it. */
export function methodsAt(path: string): readonly Route['method'][] {
  return routeNames
    .map(routeOf)
    .filter((route) => idIn(route, path) !== undefined)
    .map(({ method }) => method)
}

/** The path of a route; throws an Error on an id that cannot stand in one. */
export function pathOf(name: RouteName, id: string | undefined): string {
  const { path } = routeOf(name)
  if (!path.includes(':id')) return path
  if (id === undefined || !ID.test(id)) throw new Error(`${name} is asked of one account`)
  return path.replace(':id', id)
}

/** Whatever could be meant for a user id. Which account that is, if any, the relay says. */
const ID = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/

function idIn({ path }: Route, asked: string): { readonly id: string | undefined } | undefined {
  const [before, after] = path.split(':id')
  if (after === undefined) return asked === path ? { id: undefined } : undefined
  if (!asked.startsWith(before ?? '') || !asked.endsWith(after)) return undefined
  const id = asked.slice(before?.length ?? 0, asked.length - after.length)
  return ID.test(id) ? { id } : undefined
}
