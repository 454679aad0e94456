/** The command cannot begin: a file that is not there, an option that makes no sense. One plain sentence. */
export class UnusableInput extends Error {
  override readonly name = 'UnusableInput'
}
