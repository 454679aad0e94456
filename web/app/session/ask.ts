import type {
  Asked,
  ContentRoute,
  ProblemCode,
  ProblemDetails,
  ResultOf,
  RouteName,
} from '@compliance-relay/shared/api'
import { proxy } from 'comlink'
import { log } from '../log/use-log.ts'
import { currentToken } from './token.ts'
import { used } from './used.ts'

/** What a worker gives back of a question: an error with fields of its own does not pass between threads as it is. */
export type Answered<Result> =
  | { readonly is: 'answer'; readonly result: Result }
  | {
      readonly is: 'refusal'
      readonly code: ProblemCode
      readonly details: ProblemDetails
      readonly says: string
    }
  | { readonly is: 'silence'; readonly says: string }

/** The relay refused: `message` says why, to people. */
export class Refusal extends Error {
  readonly code: ProblemCode
  readonly details: ProblemDetails

  constructor(code: ProblemCode, details: ProblemDetails, says: string) {
    super(says)
    this.code = code
    this.details = details
  }
}

/** There was no answer that this version knows: whether something was done is not known. */
export class Silence extends Error {}

/**
 * Asks the relay in the name of whoever is signed in. The worker asks, and checks the answer: the page has neither the
 * schemas nor the wait. Rejects with a `Refusal` or a `Silence`.
 */
export async function ask<Name extends Exclude<RouteName, ContentRoute>>(
  name: Name,
  asked: Asked<Name>,
): Promise<ResultOf<Name>> {
  const at = Date.now()
  const result = resultOf((await log.ask(name, asked as never, currentToken())) as Answered<ResultOf<Name>>)
  used(at)
  return result
}

/** A bag, or a copy of it to read. `onBytes` is told now and then how many bytes have come. Rejects as `ask` does. */
export async function fetchFile<Name extends 'readBag' | 'readReport'>(
  name: Name,
  asked: Asked<Name>,
  onBytes: (bytes: number) => void,
): Promise<Blob> {
  return resultOf((await log.fetchFile(name, asked as never, proxy(onBytes))) as Answered<Blob>)
}

function resultOf<Result>(answered: Answered<Result>): Result {
  if (answered.is === 'answer') return answered.result
  if (answered.is === 'silence') throw new Silence(answered.says)
  throw new Refusal(answered.code, answered.details, answered.says)
}

/** Why something did not come to pass, to people. */
export function saidOf(error: unknown): string {
  if (error instanceof Silence) return 'The relay does not answer. Nothing on this device is lost.'
  return error instanceof Error ? error.message : String(error)
}
