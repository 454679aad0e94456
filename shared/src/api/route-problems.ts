import type { ProblemCode } from './problem.ts'
import { type RouteName, routeOf } from './routes.ts'

/** Every refusal a route can give: those of its own and those of all routes like it. */
export function problemsOf(name: RouteName): readonly ProblemCode[] {
  const { method, action, asksPassword, problems } = routeOf(name)
  return [
    ...new Set<ProblemCode>([
      ...everywhere,
      ...(method === 'GET' ? [] : changing),
      ...(action === undefined ? [] : signedIn),
      ...(asksPassword ? askingPassword : []),
      ...problems,
    ]),
  ]
}

const everywhere = ['host-refused', 'origin-refused', 'bad-request', 'internal'] as const
const changing = ['body-type', 'body-unreadable', 'body-too-large', 'held'] as const
const signedIn = [
  'unauthenticated',
  'password-change-needed',
  'forbidden',
  'throttled',
  'trail-altered',
] as const
const askingPassword = ['password-wrong', 'busy'] as const
