import type { ProblemDetail } from '@compliance-relay/shared/api'

/** The command cannot begin: a file that is not there, an option that makes no sense. One plain sentence. */
export class UnusableInput extends Error {
  override readonly name = 'UnusableInput'
  /** What of it is told to whoever asked by HTTP: there nothing is said that stands in no list. */
  readonly detail: ProblemDetail | undefined
  /** What there is to choose from, a line each, for whoever typed the command. */
  readonly lines: readonly string[]

  constructor(
    message: string,
    {
      detail,
      lines = [],
      ...options
    }: ErrorOptions & { readonly detail?: ProblemDetail; readonly lines?: readonly string[] } = {},
  ) {
    super(message, options)
    this.detail = detail
    this.lines = lines
  }
}
