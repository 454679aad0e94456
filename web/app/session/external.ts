import { ask } from './ask.ts'
import { begin, markOfDevice } from './session.ts'

const KEY = 'relay-external'

/** Goes to the site's identity provider. What is kept here meanwhile opens nothing without what the provider says. */
export async function startExternalSignIn(): Promise<void> {
  const mark = markOfDevice()
  const { url, binding } = await ask('startExternalSignIn', { body: mark === null ? {} : { mark } })
  sessionStorage.setItem(KEY, binding)
  location.assign(url)
}

/** What a provider has put into the address it sent the browser back to. */
export type Landed =
  | { readonly is: 'code'; readonly code: string; readonly state: string; readonly iss: string | null }
  /** `error` is a code of OAuth 2.0; whatever else it says is not repeated, for anybody can write an address. */
  | { readonly is: 'error'; readonly error: string }
  | { readonly is: 'nothing' }

/** Pure. */
export function landedIn(search: string): Landed {
  const given = new URLSearchParams(search)
  const [error, code, state] = ['error', 'code', 'state'].map((name) => given.get(name))
  if (typeof error === 'string') return { is: 'error', error }
  if (typeof code !== 'string' || typeof state !== 'string') return { is: 'nothing' }
  return { is: 'code', code, state, iss: given.get('iss') }
}

/** Signs in with what the provider gave. False if this browser has not begun it: then nobody is signed in. */
export async function finishExternalSignIn({
  code,
  state,
  iss,
}: Extract<Landed, { readonly is: 'code' }>): Promise<boolean> {
  const binding = sessionStorage.getItem(KEY)
  if (binding === null) return false
  sessionStorage.removeItem(KEY)
  const more = iss === null ? {} : { iss }
  begin(await ask('finishExternalSignIn', { body: { binding, state, code, ...more } }))
  return true
}
