/** The same function of byte strings, asked only once about the same ones. */
export function remembered<Args extends Uint8Array[]>(
  ask: (...args: Args) => boolean,
): (...args: Args) => boolean {
  const answers = new Map<string, boolean>()
  return (...args) => {
    const question = args.map((bytes) => Buffer.from(bytes).toString('latin1')).join(`\n${args.length} `)
    const answer = answers.get(question) ?? ask(...args)
    answers.set(question, answer)
    return answer
  }
}
