import type { ProblemDetail } from '@compliance-relay/shared/api'

/** The command cannot begin: a file that is not there, an option that makes no sense. One plain sentence. */
export class UnusableInput extends Error {
  override readonly name = 'UnusableInput'
  /** What of it is told to whoever asked by HTTP: there nothing is said that stands in no list. */
  readonly detail: ProblemDetail | undefined

  constructor(
    message: string,
    { detail, ...options }: ErrorOptions & { readonly detail?: ProblemDetail } = {},
  ) {
    super(message, options)
    this.detail = detail
  }
}
