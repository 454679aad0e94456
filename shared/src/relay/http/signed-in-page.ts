import type { Given } from './give-content.ts'
import { plainPage } from './problem-page.ts'

/**
 * Where the identity provider sends a browser back to, until an app of the relay takes what is in the address. It says
 * what has happened and what to do. Nothing of the address is repeated, for anybody can write one, and nothing is done:
 * a sign-in is finished by whoever began it, with the secret that was given then.
 */
export function signedInPage({
  code,
  error,
}: {
  readonly code?: string | undefined
  readonly error?: string | undefined
}): Given {
  const { title, says } = error !== undefined ? refusedAs(error) : code !== undefined ? named : opened
  return { bytes: plainPage(title, says) }
}

interface Page {
  readonly title: string
  readonly says: readonly string[]
}

const NOT_BEGUN = 'If you did not begin a sign-in, close this page: nothing has happened.'

const named: Page = {
  title: 'The identity provider has answered',
  says: [
    'You are not signed in at the relay yet. The program in which you began the sign-in has to finish it, with the ' +
      'address of this page, within ten minutes of when it was begun.',
    'Go back to that program. If it does not go on by itself, begin the sign-in again there, or sign in with your ' +
      'password of this relay.',
    `${NOT_BEGUN} Give the address of this page to nobody.`,
  ],
}

const opened: Page = {
  title: 'Nothing to finish here',
  says: [
    'The identity provider sends people to this page after they have signed in there. This time it has sent nothing.',
    'Begin the sign-in again, or sign in with your password of this relay.',
  ],
}

/** By the codes of RFC 6749, 4.1.2.1, and OpenID Connect Core, 3.1.2.6. */
const refusals: { readonly [error: string]: readonly string[] } = {
  access_denied: [
    'The identity provider did not let you in, or you have cancelled there.',
    'Begin the sign-in again. If it is refused again, ask whoever runs the identity provider whether you may use ' +
      'this relay.',
  ],
  temporarily_unavailable: [
    'The identity provider is busy or being maintained.',
    'Begin the sign-in again in a few minutes, or sign in with your password of this relay.',
  ],
  server_error: [
    'Something went wrong at the identity provider.',
    'Begin the sign-in again, or sign in with your password of this relay.',
  ],
  login_required: [
    'The identity provider asks you to sign in there first.',
    'Begin the sign-in again, and sign in at the page of the identity provider.',
  ],
}

const misunderstood = [
  'The identity provider did not accept what this relay asked of it, so its settings for this relay are probably wrong.',
  'Tell an administrator of this relay (relay rules shows the settings), and sign in with your password of this relay ' +
    'meanwhile.',
]

function refusedAs(error: string): Page {
  const says = Object.hasOwn(refusals, error) ? refusals[error] : undefined
  return {
    title: 'You are not signed in',
    says: [...(says ?? misunderstood), NOT_BEGUN],
  }
}
