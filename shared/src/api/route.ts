import type { z } from 'zod'
import type { Action } from './policy.ts'
import type { ProblemCode } from './problem.ts'

/** One place of the interface: what it takes, what it gives, and who may ask. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** What begins with a colon stands for a parameter: see `parameters`. */
  readonly path: string
  /** What whoever asks has to be allowed to do; undefined where nobody has to be signed in. */
  readonly action: Action | undefined
  /** The body holds the password of whoever asks, and nothing is done unless it is right (ASVS 7.5.3). */
  readonly asksPassword: boolean
  /** A feed token opens it, too. */
  readonly takesFeedToken?: true
  /** Another site may send a browser there, as a whole page: it reads and does nothing. */
  readonly isLandedOn?: true
  /** What may stand behind a question mark, each once; nothing where this is left out. Never a secret (ASVS 14.2.1). */
  readonly query?: z.ZodObject
  readonly body: z.ZodType | undefined
  /** Where a body may be larger than those of other routes. */
  readonly bodyBytesMax?: number
  /** Undefined where there is nothing to say but that it is done. */
  readonly result: z.ZodType | Content | undefined
  /** A page asks it by itself, whether anybody sits there or not: it is no use of a session, which ends all the same. */
  readonly isBackground?: true
  /** What one request takes from what a session may ask for; 1 where this is left out. */
  readonly cost?: number
  /** Refusals of its own, besides those that `problemsOf` knows every place like it to give. */
  readonly problems: readonly ProblemCode[]
  /** For the document. */
  readonly says: string
}

/** What is given as bytes and not as JSON of a schema. */
export interface Content {
  readonly mediaTypes: readonly string[]
  /** How a cache may keep it. Nothing keeps any of it where this is empty. */
  readonly caching: readonly Caching[]
  /** Given piece by piece, for as long as somebody listens. */
  readonly isStream: boolean
}

export function isContent(result: Route['result']): result is Content {
  return result !== undefined && 'mediaTypes' in result
}

/** What a cache is told (RFC 9111, RFC 8246): asked again each time, or never. */
export const caching = {
  askedAgain: 'no-cache',
  unchanging: 'private, max-age=31536000, immutable',
} as const
export type Caching = keyof typeof caching

/**
 * What may stand in a path, and how it is written there: one spelling each, and nothing that a path could be taken
 * apart by. What it names, if anything, the relay says.
 */
export const parameters = {
  id: { form: '[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}', says: 'User id.' },
  trail: { form: '[0-9a-f]{16}', says: 'Which trail, as the list of trails calls it.' },
  level: { form: '[0-9]{1,2}', says: 'Level of the tile: 0 holds the hashes of entries.' },
  tile: {
    form: '(?:x[0-9]{3}/){0,5}[0-9]{3}(?:\\.p/[0-9]{1,3})?',
    says: 'Which tile, as C2SP tlog-tiles writes it: `x001/x234/067`, or `x001/x234/067.p/8` of one that is not full.',
  },
  export: { form: '[0-9a-f]{32}', says: 'Which export, by the id that asking for it gave.' },
  code: { form: '[a-z]+(?:-[a-z]+)*', says: 'Code of a refusal.' },
} as const satisfies { readonly [name: string]: { readonly form: string; readonly says: string } }
export type Parameter = keyof typeof parameters

/** The parameters of a path, in order. */
export function parametersIn(path: string): readonly Parameter[] {
  return [...path.matchAll(/:([a-z]+)/g)].map(([, name = '']) => {
    if (!Object.hasOwn(parameters, name)) throw new Error(`${path} names a parameter that is none`)
    return name as Parameter
  })
}
