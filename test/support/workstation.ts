import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readEntry, type TrailRecord, utf8 } from '@compliance-relay/shared/trail'
import { ask } from '../../agent/src/control.ts'
import { type CommandAnswer, CommandThread } from './command-thread.ts'

const relayScript = join(import.meta.dirname, '../../agent/bin/relay.mjs')

/** The account the tests run under, enrolled as a person in every workstation made here. */
export const account = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim()
export const personName = 'Test Person'

export interface RelayStatus {
  readonly state: string
  readonly trail: string
  readonly size: number
  readonly left?: string
  readonly settled: boolean
  readonly badge: string | null
  readonly recoveryBehind: readonly string[]
  readonly people: { readonly standing: { readonly recoveryFilesWaiting: number } | null } | null
  readonly http: { readonly port: number; readonly state: string } | null
  readonly held: { readonly reason: string } | null
  readonly notary: { readonly state: string; readonly behind: boolean }
  readonly needs: readonly { readonly code: string }[]
  readonly key: string
  readonly timeStamps: {
    readonly last: { readonly size: number; readonly time: string } | null
    readonly owed: number
    readonly fault: { readonly says: string } | null
  } | null
  readonly units: Readonly<Record<'recorded' | 'unclaimed' | 'failed' | 'absent', number>>
  readonly capture: {
    readonly pending: number
    readonly watches: readonly { readonly id: string; readonly state: string; readonly hints: string }[]
    readonly oldest: readonly {
      readonly path: string
      readonly stage: string
      readonly missing?: readonly string[]
      readonly open?: boolean
      readonly waits?: boolean
      readonly failure?: string
    }[]
    readonly large: {
      readonly total: number
      readonly long: number
      readonly shown: readonly {
        readonly watch: string
        readonly path: string
        readonly bytes: number
        readonly ofBytes: number
        readonly since: number
      }[]
    }
  }
}

export interface WorkstationOptions {
  /** Where its folders are made; a folder of its own under the system's unless given. */
  readonly base?: string
  readonly person?: boolean
  /** False: `start` resolves as soon as the relay says that it runs, before it has looked through its folders. */
  readonly waitReady?: boolean
  readonly init?: readonly string[]
  /** Of the relay. */
  readonly name?: string
  /** True: no port is named, so it asks for the usual one. */
  readonly usualPort?: boolean
  /** Before the relay's own command line: a tracer, a clock. */
  readonly through?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Another relay than the one that lies here: the script that begins it. */
  readonly script?: string
}

/** One for all workstations of a test process. */
let thread: CommandThread | undefined

/** A real relay process on folders of its own. */
export class Workstation {
  readonly base: string
  data: string
  notary: string
  folder: string
  readonly #options: WorkstationOptions
  #process: ChildProcess | undefined
  readonly #script: string
  #errors = ''

  constructor(options: WorkstationOptions = {}) {
    this.#options = options
    this.#script = options.script ?? relayScript
    this.base = realpathSync(mkdtempSync(join(options.base ?? tmpdir(), 'relay-ws-')))
    this.data = join(this.base, 'data')
    this.notary = join(this.base, 'data-notary')
    this.folder = join(this.base, 'instrument')
    mkdirSync(this.folder)
  }

  init(): string {
    const person = this.#options.person === false ? [] : ['--person', `${account}=${personName}`]
    return this.#done(
      'init', '--data', this.data, '--org', 'lab.example', '--name', this.#options.name ?? 'ws-test', '--project', 'P-17', '--watch', this.folder,
      ...person, ...(this.#options.init ?? []),
    ) // biome-ignore format: one command line
  }

  /** Runs a command to its end; throws if it says no. */
  relay(...args: string[]): string {
    return execFileSync(process.execPath, [this.#script, ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** What each test asks for, without a process for each; what this says is what a process would. */
  #done(...args: string[]): string {
    const answer = this.#inThread(...args)
    return answer?.code === 0 ? answer.out : this.relay(...args)
  }

  #inThread(...args: string[]): CommandAnswer {
    if (this.#options.script !== undefined) return undefined
    thread ??= new CommandThread()
    return thread.run(...args)
  }

  /** Runs a command to its end, whatever it says. */
  tryRelay(...args: string[]): { readonly code: number; readonly out: string; readonly error: string } {
    return this.tryRelayWith('', ...args)
  }

  /** The same, with something on its standard input. */
  tryRelayWith(
    input: string,
    ...args: string[]
  ): { readonly code: number; readonly out: string; readonly error: string } {
    const options = { encoding: 'utf8', input, maxBuffer: 1 << 30, stdio: 'pipe' } as const
    try {
      return { code: 0, out: execFileSync(process.execPath, [this.#script, ...args], options), error: '' }
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string }
      return { code: status, out: stdout, error: stderr }
    }
  }

  /** As `tryRelay`, while this process goes on. */
  tryRelayMeanwhile(
    ...args: string[]
  ): Promise<{ readonly code: number; readonly out: string; readonly error: string }> {
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [this.#script, ...args], (_, out, error) =>
        resolve({ code: child.exitCode ?? -1, out, error }),
      )
    })
  }

  /** Starts the relay; resolves when it has said that it runs. Rejects if it ends before that. */
  async start(...args: string[]): Promise<void> {
    const command = [
      ...(this.#options.through ?? []),
      process.execPath,
      this.#script,
      'run',
      '--data',
      this.data,
      ...(this.#options.usualPort === true ? [] : ['--port', '0']),
      ...args,
    ]
    const child = spawn(command[0] as string, command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that a tracer's child ends with it.
      detached: true,
      env: { ...process.env, ...this.#options.env },
    })
    this.#process = child
    this.#errors = ''
    child.stderr?.on('data', (text: Buffer) => {
      this.#errors = (this.#errors + text).slice(-100_000)
    })
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', (text: Buffer) => {
        if (text.includes('is running')) resolve()
      })
      child.once('exit', (code) => reject(new Error(`the relay ended with ${code}: ${this.#errors}`)))
    })
    if (this.#options.waitReady !== false)
      await this.until('it is at work', ({ state }) => state === 'running')
  }

  get pid(): number {
    const pid = this.#process?.pid
    if (pid === undefined) throw new Error('no relay is running')
    return pid
  }

  /** What it wrote to its log since it was started. */
  get log(): string {
    return this.#errors
  }

  /** Resolves with its exit code when it ends by itself. */
  async ended(): Promise<number | null> {
    const child = this.#process
    if (child === undefined) throw new Error('no relay is running')
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once('exit', resolve))
    return child.exitCode
  }

  /** Ends the relay, in order unless told otherwise. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    process.kill(-(child.pid ?? 0), signal)
    await ended
  }

  /** Ends the relay at once, without waiting: for a process that is ending itself. */
  kill(): void {
    const { pid, exitCode, signalCode } = this.#process ?? {}
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL')
  }

  async status(): Promise<RelayStatus> {
    return (await ask(join(this.data, 'control'), { command: 'status', arguments: {} }, 60)) as RelayStatus
  }

  /** Has every file looked at, now. */
  async scan(): Promise<void> {
    await ask(join(this.data, 'control'), { command: 'scan', arguments: {} }, 300)
  }

  async ask(command: string, args: Record<string, unknown>): Promise<unknown> {
    return ask(join(this.data, 'control'), { command, arguments: args }, 60)
  }

  /** Waits until something holds of the relay's status. Throws with the last status if it does not. */
  async until(what: string, holds: (status: RelayStatus) => boolean, seconds = 120): Promise<RelayStatus> {
    const until = Date.now() + seconds * 1_000
    for (;;) {
      const status = await this.status()
      if (holds(status)) return status
      if (Date.now() > until)
        throw new Error(`not within ${seconds} s: ${what}; ${JSON.stringify(status)}\n${this.#errors}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** Waits until all that was seen is recorded and in the notary's hands, and stays so. */
  async settled(seconds = 120): Promise<RelayStatus> {
    for (;;) {
      const { size } = await this.until('everything seen is recorded', ({ settled }) => settled, seconds)
      await new Promise((resolve) => setTimeout(resolve, 700))
      const status = await this.status()
      if (status.settled && status.size === size) return status
    }
  }

  /** Writes a file into the watched folder, with the folders it lies in. */
  write(path: string, content: string | Uint8Array = 'x'): void {
    const to = join(this.folder, path)
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, content)
  }

  /** The first record of a file, once there is one. */
  async recordOf(path: string): Promise<TrailRecord> {
    let found: TrailRecord | undefined
    let seen = ''
    await this.until(`${path} is recorded`, ({ trail, size }) => {
      // Reading it takes a process: it is read when there is more of it.
      if (seen === `${trail} ${size}`) return false
      seen = `${trail} ${size}`
      found = this.records().find(({ body }) => body['path'] === path)
      return found !== undefined
    })
    return found as TrailRecord
  }

  records(...args: string[]): TrailRecord[] {
    return this.#done('trail', '--data', this.data, ...args)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => readEntry(utf8(line)).record)
  }

  manifest(seq: number): string {
    return this.relay('manifest', '--data', this.data, '--', String(seq))
  }

  verify(): { readonly code: number; readonly out: string } {
    return this.#inThread('verify', '--data', this.data) ?? this.tryRelay('verify', '--data', this.data)
  }

  /**
   * What somebody does to the database who has the file in hand: no trigger is in the way, and all are there afterwards.
   * No relay runs on it.
   */
  inDatabase<Result>(work: (database: DatabaseSync) => Result): Result {
    const database = new DatabaseSync(join(this.data, 'relay.db'), { defensive: false })
    try {
      const triggers = database.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
      for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`)
      const result = work(database)
      for (const { sql } of triggers) database.exec(String(sql))
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      return result
    } finally {
      database.close()
    }
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL')
    rmSync(this.base, { recursive: true, force: true })
  }
}

/** SHA-256 of every file below a folder by path, as the system's own sha256sum has it. */
export function truthOf(folder: string): Map<string, string> {
  const text = execFileSync('bash', ['-c', 'find . -type f -print0 | xargs -0 -r sha256sum -z'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  return new Map(
    text
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => [line.slice(66).replace(/^\.\//, ''), line.slice(0, 64)]),
  )
}

/** What a trail says there is: path and digest of each file, those of data sets taken from their last manifest. */
export function recordedFiles(station: Workstation, records: readonly TrailRecord[]): Map<string, string> {
  const files = new Map<string, string>()
  const forget = (path: string): void => {
    for (const known of files.keys()) if (known === path || known.startsWith(`${path}/`)) files.delete(known)
  }
  for (const { kind, body, seq } of records) {
    const path = String(body['path'])
    if (/^(?:file|dataset)\.renamed$/.test(kind)) forget(String((body['from'] as { path: string }).path))
    if (/^(?:file|dataset)\.deleted$/.test(kind)) forget(path)
    if (/^file\.(?:created|changed|renamed)$/.test(kind)) files.set(path, String(body['sha256']))
    if (/^dataset\.(?:created|changed|renamed)$/.test(kind)) {
      forget(path)
      for (const [member, digest] of membersOf(station, body, seq)) files.set(`${path}/${member}`, digest)
    }
  }
  return files
}

/** The files of a data set's record: in it, or in the manifest kept beside the trail. */
function membersOf(station: Workstation, body: TrailRecord['body'], seq: number): [string, string][] {
  const files = body['files'] as readonly { readonly path: string; readonly sha256: string }[] | undefined
  if (files !== undefined) return files.map(({ path, sha256 }) => [path, sha256])
  return station
    .manifest(seq)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [line.replace(/^[0-9a-f]{64} {2}[0-9]+ {2}/, ''), line.slice(0, 64)])
}
