import { createInterface } from 'node:readline'
import { UnusableInput } from '../unusable-input.ts'

/** Longer than any password, code or passphrase. */
const LENGTH_MAX = 1_024
const ENTER = new Set(['\r', '\n'])
const BACKSPACE = new Set(['\b', '\u007f'])
const INTERRUPT = '\u0003'

/** Asks for what is not to be seen: no option, for other programs and the shell's history see those. */
export interface SecretInput {
  ask(prompt: string): Promise<string>
  close(): void
}

/** From the terminal, without showing it; where there is none, a line of standard input for each question. */
function secretInput(
  input: NodeJS.ReadStream = process.stdin,
  show: (text: string) => void = (text) => void process.stderr.write(text),
): SecretInput {
  return input.isTTY ? fromTerminal(input, show) : fromLines(input)
}

/** For as long as the work takes: standard input is let go of after it, whatever became of it. */
export async function withSecretInput<Result>(
  work: (asking: SecretInput) => Promise<Result>,
): Promise<Result> {
  const asking = secretInput()
  try {
    return await work(asking)
  } finally {
    asking.close()
  }
}

function fromLines(input: NodeJS.ReadStream): SecretInput {
  const lines = createInterface({ input })
  const iterator = lines[Symbol.asyncIterator]()
  return {
    async ask(prompt) {
      const { value, done } = await iterator.next()
      if (done === true) throw new UnusableInput(`${prompt}: nothing was typed`)
      return requireShort(String(value))
    },
    close() {
      lines.close()
      input.destroy()
    },
  }
}

function fromTerminal(input: NodeJS.ReadStream, show: (text: string) => void): SecretInput {
  return {
    ask: (prompt) =>
      new Promise((resolve, reject) => {
        let typed: string[] = []
        show(`${prompt}: `)
        input.setRawMode(true)
        input.setEncoding('utf8')
        input.resume()
        const end = (settle: () => void): void => {
          input.off('data', take)
          input.setRawMode(false)
          input.pause()
          show('\n')
          settle()
        }
        const take = (text: string): void => {
          for (const one of text) {
            if (ENTER.has(one)) return end(() => resolve(requireShort(typed.join(''))))
            if (one === INTERRUPT) return end(() => reject(new UnusableInput('it was given up')))
            typed = BACKSPACE.has(one) ? typed.slice(0, -1) : [...typed, one]
          }
        }
        input.on('data', take)
      }),
    close() {},
  }
}

function requireShort(text: string): string {
  if (text.length > LENGTH_MAX) throw new UnusableInput(`that has more than ${LENGTH_MAX} characters`)
  return text
}
