import { type Parameter, parameters, parametersIn, type Route } from './route.ts'
import { type RouteName, routeNames, routeOf } from './routes.ts'

/** What stands in a path for each parameter of its route. */
export type PathParameters = { readonly [P in Parameter]?: string }

export interface Matched {
  readonly name: RouteName
  readonly parameters: PathParameters
}

/** The route of a path and method. Each place has one spelling: no escapes, no slash at the end, no other case. */
export function matchRoute(method: string, path: string): Matched | undefined {
  for (const name of routeNames) {
    if (routeOf(name).method !== method) continue
    const found = parametersOf(name, path)
    if (found !== undefined) return { name, parameters: found }
  }
  return undefined
}

/** The route that a request asks for: HEAD is answered by what answers GET. */
export function routeAsked({
  method,
  url,
}: {
  readonly method: string
  readonly url: string
}): Matched | undefined {
  return matchRoute(method === 'HEAD' ? 'GET' : method, new URL(url).pathname)
}

/** The routes under a path; none if there is nothing. */
export function routesAt(path: string): readonly Route[] {
  return routeNames.filter((name) => parametersOf(name, path) !== undefined).map(routeOf)
}

/** What can be asked at a path; nothing if there is nothing under it. */
export function methodsAt(path: string): readonly Route['method'][] {
  return routesAt(path).map(({ method }) => method)
}

/** The path of a route; throws an Error on what cannot stand in one. */
export function pathOf(name: RouteName, given: PathParameters): string {
  const { path } = routeOf(name)
  return parametersIn(path).reduce((made, parameter) => {
    const value = given[parameter]
    if (value === undefined || !new RegExp(`^${parameters[parameter].form}$`).test(value))
      throw new Error(`${name} is asked with one ${parameter}`)
    return made.replace(`:${parameter}`, value)
  }, path)
}

function parametersOf(name: RouteName, asked: string): PathParameters | undefined {
  const found = patterns.get(name)?.exec(asked)
  return found ? { ...found.groups } : undefined
}

const patterns = new Map(routeNames.map((name) => [name, patternOf(routeOf(name))]))

function patternOf({ path }: Route): RegExp {
  const steps = path.split('/').map((step) => {
    const [parameter] = parametersIn(step)
    if (parameter !== undefined) return `(?<${parameter}>${parameters[parameter].form})`
    return step.replace(/[.]/g, '\\.')
  })
  return new RegExp(`^${steps.join('/')}$`)
}
