import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** What one check said. */
export interface Line {
  readonly passed: boolean
  readonly text: string
}

export interface Outcome {
  readonly code: number
  readonly lines: readonly Line[]
  readonly trouble: string
}

/** A program that is not ours: takes a folder, prints `ok` or `FAIL` lines, exits 1 if one failed. */
export interface Checker {
  readonly name: string
  readonly check: (folder: string, ...more: readonly string[]) => Promise<Outcome>
}

const goPath = '/usr/share/gocode' // where Debian puts the sources of Go packages

/** What this machine lacks, as the end of a sentence; undefined if it has all. */
export function missing(): string | undefined {
  const says = (program: string, ...args: readonly string[]) =>
    spawnSync(program, args, { encoding: 'utf8' }).stdout
  if (!says('bash', '--version')) return 'bash is not installed'
  if (!says('basenc', '--version')) return 'basenc is not installed (coreutils 8.31 or later)'
  // pkeyutl reads a whole message (-rawin) from 3.0 on.
  if (!/^OpenSSL [3-9]/.test(says('openssl', 'version') ?? '')) return 'openssl 3 is not installed'
  const mod = join(goPath, 'src/golang.org/x/mod/sumdb')
  if (!says('go', 'version') || !existsSync(mod)) {
    return 'go is not installed (apt-get install golang-go golang-golang-x-mod-dev)'
  }
  return undefined
}

/** bash, openssl and coreutils. */
export function shellChecker(): Checker {
  const script = join(import.meta.dirname, 'check.sh')
  return { name: 'check.sh', check: (...args) => run('bash', [script, ...args]) }
}

/** golang.org/x/mod. Builds the program in `folder`, without the network. Throws if it does not build. */
export function goChecker(folder: string): Checker {
  const program = join(folder, 'foreign')
  const env = {
    ...process.env,
    GO111MODULE: 'off',
    GOPATH: goPath,
    GOFLAGS: '',
    GOPROXY: 'off',
    CGO_ENABLED: '0',
    GOCACHE: join(folder, 'go-cache'),
  }
  const cwd = join(import.meta.dirname, 'go')
  const { status, stderr } = spawnSync('go', ['build', '-o', program, '.'], { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`go build: ${stderr}`)
  return { name: 'go', check: (...args) => run(program, args) }
}

function run(program: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 300_000 }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, lines: linesOf(stdout), trouble: stderr.trim() })
    })
  })
}

function linesOf(output: string): readonly Line[] {
  return output
    .split('\n')
    .filter((line) => /^(ok|FAIL) /.test(line))
    .map((line) => ({ passed: line.startsWith('ok'), text: line.slice(5) }))
}
