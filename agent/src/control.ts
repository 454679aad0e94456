import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from './error-message.ts'
import { accountName, ownerName, systemFault } from './system-faults.ts'
import { UnusableInput } from './unusable-input.ts'

/*
 * How people at the workstation reach the running relay: a request is a file in the data folder's `control`,
 * the answer another. Only the relay's own account and the administrator can write there, and who wrote a file
 * is told by the operating system, not by the request.
 */

export const REQUEST_BYTES_MAX = 65_536
const ANSWER_BYTES_MAX = 16 << 20
/** Requests answered in one go: each is written and synced, and others want to have their turn. */
export const REQUESTS_AT_ONCE = 100
/** What was being written so long ago, whoever wrote it has ended. */
const HALF_WRITTEN_OLD_MILLISECONDS = 60_000
/** An answer that nobody came for so long, nobody will come for: the longest that is waited for one is two minutes. */
const ANSWER_OLD_MILLISECONDS = 600_000
const requestSchema = z.strictObject({
  command: z.string().max(40),
  arguments: z.record(z.string(), z.unknown()),
})

export interface Request {
  readonly command: string
  readonly arguments: { readonly [key: string]: unknown }
}

export interface Asker {
  /** Owner of the request file, as its stat says. */
  readonly uid: number
  /** The request file; none for the account this process runs under. */
  readonly path?: string
}

export type Answer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly problem: string }

/** The disk of the data folder is full: nothing can be asked, or the answer has no room. */
export class NoRoom extends UnusableInput {}

export type Handler = (request: Request, asker: Asker) => Promise<unknown>

/**
 * Answers what has been asked, a hundred at a time, and removes what those left who ended before they were done.
 * Returns how many requests there were. Throws what the disk throws, once all have had their turn, but for a full one.
 * A request whose answer cannot be written is removed all the same: it has been done, and whoever asked sees that there
 * is no answer to come.
 */
export async function answerRequests(
  folder: string,
  handle: Handler,
  now: () => number = Date.now,
): Promise<number> {
  let all: string[]
  try {
    all = readdirSync(folder)
  } catch {
    return 0
  }
  removeLeftovers(folder, all, now())
  const names = all.filter((name) => /^[0-9a-f-]{36}\.request$/.test(name)).slice(0, REQUESTS_AT_ONCE)
  const faults: unknown[] = []
  for (const name of names) {
    const path = join(folder, name)
    const answer = await answerOne(path, handle)
    // The answer first: a request without one is asked again after a crash, and answered as it then stands.
    try {
      writeWhole(folder, name.replace(/request$/, 'answer'), JSON.stringify(answer))
    } catch (error) {
      // It has been done, and must not be done again each time that the answer cannot be written.
      if (!isNoRoom(error)) faults.push(error)
    }
    rmSync(path, { recursive: true, force: true })
  }
  if (faults.length > 0) throw faults[0]
  return names.length
}

/** Half of a request or an answer whose writer was killed, and answers that nobody came for. */
function removeLeftovers(folder: string, names: readonly string[], now: number): void {
  for (const name of names) {
    const isAnswer = /^[0-9a-f-]{36}\.answer$/.test(name)
    if (!isAnswer && !/^[0-9a-f-]{36}\.(?:request|answer)\.[0-9]+\.new$/.test(name)) continue
    const path = join(folder, name)
    const written = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs
    const old = isAnswer ? ANSWER_OLD_MILLISECONDS : HALF_WRITTEN_OLD_MILLISECONDS
    // A time to come is no time: the clock was set back, or somebody wrote it there.
    if (written !== undefined && Math.abs(now - written) > old) rmSync(path, { recursive: true, force: true })
  }
}

function isNoRoom(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT'].includes(String(error.code))
}

async function answerOne(path: string, handle: Handler): Promise<Answer> {
  try {
    const { text, uid } = readRequest(path)
    const request = requestSchema.parse(JSON.parse(text))
    return { ok: true, result: (await handle(request, { uid, path })) ?? null }
  } catch (error) {
    if (error instanceof UnusableInput || (error instanceof Error && error.name === 'SettingsError'))
      return { ok: false, problem: error.message }
    const isNoText = (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
    if (error instanceof z.ZodError || error instanceof SyntaxError || isNoText)
      return { ok: false, problem: 'the request is not in form' }
    if (isRefused(error, path))
      return {
        ok: false,
        problem: `the relay runs as ${accountName()} and cannot read what another account asks: run this as ${accountName()}, e.g. with sudo -u ${accountName()}`,
      }
    if ((error as NodeJS.ErrnoException).code === 'ELOOP')
      return { ok: false, problem: 'a request is a file of its own, not a link to one' }
    return { ok: false, problem: systemFault(error) ?? `it failed (${messageOf(error)})` }
  }
}

/** The system does not let this account use the file. */
function isRefused(error: unknown, path: string): boolean {
  const { code, path: at } = error as NodeJS.ErrnoException
  return (code === 'EACCES' || code === 'EPERM') && at === path
}

function readRequest(path: string): { readonly text: string; readonly uid: number } {
  const descriptor = openSync(
    path,
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  )
  try {
    const stat = fstatSync(descriptor)
    // A second name for somebody else's file would make that person the asker.
    if (!stat.isFile() || stat.nlink !== 1) throw new UnusableInput('a request is a file of its own')
    if (stat.size > REQUEST_BYTES_MAX)
      throw new UnusableInput(`a request has at most ${REQUEST_BYTES_MAX} bytes`)
    // Not more than it had: it may be growing.
    const bytes = Buffer.alloc(stat.size)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(descriptor, bytes, length, bytes.length - length, length)
    return {
      text: new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length)),
      uid: stat.uid,
    }
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Asks the running relay, and waits for its answer. Throws `UnusableInput` with the problem, or if none comes; `NoRoom`
 * where the disk has no room for the question or its answer.
 */
export async function ask(folder: string, request: Request, seconds = 120): Promise<unknown> {
  const id = randomUUID()
  const question = join(folder, `${id}.request`)
  const answer = join(folder, `${id}.answer`)
  try {
    writeWhole(folder, `${id}.request`, JSON.stringify(request))
  } catch (error) {
    if (isNoRoom(error))
      throw new NoRoom(
        'the disk of the data folder is full: the running relay cannot be asked, nothing was done',
      )
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    const owner = ownerName(folder)
    throw new UnusableInput(
      `the relay runs as ${owner} and takes no request of another account: run this as ${owner}, e.g. with sudo -u ${owner}`,
    )
  }
  for (const until = Date.now() + seconds * 1_000; Date.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    // In this order: an answer is there before its question is gone.
    const isTaken = lstatSync(question, { throwIfNoEntry: false }) === undefined
    const text = tryRead(answer)
    if (text === undefined) {
      if (!isTaken) continue
      throw new NoRoom(
        'the disk of the data folder is full: the running relay took the request, and its answer found no room',
      )
    }
    rmSync(answer, { force: true })
    const parsed = JSON.parse(text) as Answer
    if (parsed.ok) return parsed.result
    throw new UnusableInput(parsed.problem)
  }
  rmSync(question, { force: true })
  throw new UnusableInput(
    `the running relay did not answer within ${seconds} seconds: it is still verifying its trail after a start, or it stands still; its log says which`,
  )
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').slice(0, ANSWER_BYTES_MAX)
  } catch {
    return undefined
  }
}

/** A file appears whole or not at all. */
function writeWhole(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const temporary = join(folder, `${name}.${process.pid}.new`)
  // What a full disk or a crash left half written must not stand in the way of every answer after it.
  rmSync(temporary, { force: true })
  const descriptor = openSync(temporary, 'wx', 0o600)
  try {
    try {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, join(folder, name))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
