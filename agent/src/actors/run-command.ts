import { execFileSync, spawn } from 'node:child_process'

const OUTPUT_BYTES_MAX = 1 << 20

/** What became of a program: its exit code and text; code null if it could not be run or did not end in time. */
export interface Outcome {
  readonly code: number | null
  readonly text: string
}

/** Runs a program of the operating system. */
export interface Commands {
  /** Holds everything up until it has ended: only for what is remembered. */
  now(command: string, args: readonly string[]): Outcome
  run(command: string, args: readonly string[], input?: string): Promise<Outcome>
}

/** Programs have `milliseconds` and a mebibyte of output. */
export function systemCommands(milliseconds = 5_000): Commands {
  // English texts in UTF-8: what is parsed must not depend on the workstation's language.
  const env = { ...process.env, LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8' }
  return {
    now(command, args) {
      try {
        const options = {
          env,
          timeout: milliseconds,
          maxBuffer: OUTPUT_BYTES_MAX,
          windowsHide: true,
        } as const
        const text = execFileSync(command, args, {
          ...options,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        })
        return { code: 0, text }
      } catch (error) {
        const status = error instanceof Error && 'status' in error ? error.status : null
        return { code: typeof status === 'number' ? status : null, text: '' }
      }
    },
    run: (command, args, input = '') =>
      new Promise((resolve) => {
        const child = spawn(command, args, {
          env,
          timeout: milliseconds,
          windowsHide: true,
          stdio: ['pipe', 'pipe', 'ignore'],
        })
        const chunks: Buffer[] = []
        let size = 0
        child.stdout.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > OUTPUT_BYTES_MAX) child.kill()
          else chunks.push(chunk)
        })
        child.on('error', () => resolve({ code: null, text: '' }))
        child.on('close', (code) => resolve({ code, text: Buffer.concat(chunks).toString('utf8') }))
        // A program that is not there, or does not read, breaks the pipe: its exit says so already.
        child.stdin.on('error', () => {})
        child.stdin.end(input)
      }),
  }
}
