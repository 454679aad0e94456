import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { answerRequests, ask, REQUEST_BYTES_MAX, REQUESTS_AT_ONCE } from './control.ts'
import { UnusableInput } from './unusable-input.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-control-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const name = '12345678-1234-1234-1234-123456789abc'
function noRoom(): never {
  throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
}
const echo = async (request: unknown, asker: unknown): Promise<unknown> => ({ request, asker })

describe('a request', () => {
  test('is answered, with the account that wrote it', async () => {
    const answer = ask(folder, { command: 'status', arguments: {} }, 10)
    while ((await answerRequests(folder, echo)) === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await answer).toEqual({
      request: { command: 'status', arguments: {} },
      asker: { uid: process.getuid?.(), path: expect.stringContaining('.request') },
    })
    expect(readdirSync(folder)).toEqual([])
  })

  test('is answered where a full disk has left half an answer before', async () => {
    writeFileSync(join(folder, `${name}.request`), '{"command":"status","arguments":{}}')
    writeFileSync(join(folder, `${name}.answer.${process.pid}.new`), '')
    expect(await answerRequests(folder, echo)).toBe(1)
    expect(readdirSync(folder)).toEqual([`${name}.answer`])
  })

  test('whose answer cannot be written is done once, and those behind it have their turn', {
    tags: ['req/DI-2', 'challenge', 'fault'],
  }, async () => {
    const second = name.replace('1', '2')
    for (const one of [name, second])
      writeFileSync(join(folder, `${one}.request`), '{"command":"x","arguments":{}}')
    mkdirSync(join(folder, `${name}.answer`, 'in the way'), { recursive: true })
    let done = 0
    const count = async () => {
      done++
    }
    await expect(answerRequests(folder, count)).rejects.toThrow()
    expect(await answerRequests(folder, count)).toBe(0)
    expect(done).toBe(2)
    expect(readdirSync(folder).filter((one) => one.endsWith('.request'))).toEqual([])
    expect(readFileSync(join(folder, `${second}.answer`), 'utf8')).toContain('"ok":true')
  })

  test('that is no UTF-8 is not in form', { tags: ['challenge'] }, async () => {
    writeFileSync(join(folder, `${name}.request`), Buffer.from('7b22636f6d6d616e64223a22ff227d', 'hex'))
    await answerRequests(folder, echo)
    expect(readFileSync(join(folder, `${name}.answer`), 'utf8')).toContain('not in form')
  })

  test('whose answer finds no room is done once, and whoever asked is told', {
    tags: ['req/DI-2', 'fault'],
  }, async () => {
    const refused = expect(ask(folder, { command: 'x', arguments: {} }, 10)).rejects.toThrow(
      'the disk of the data folder is full',
    )
    let done = 0
    const fills = async (): Promise<unknown> => {
      done++
      // What stands in for the disk: JSON asks it for its text, and that is where it says that there is no room.
      return { toJSON: () => noRoom() }
    }
    while ((await answerRequests(folder, fills)) === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await refused
    await answerRequests(folder, fills)
    expect(done).toBe(1)
    expect(readdirSync(folder)).toEqual([])
  })

  test('that was left half written, and an answer nobody came for, are removed after a while', async () => {
    const names = [`${name}.request.77.new`, `${name}.answer.77.new`, `${name}.answer`, 'notes.new']
    for (const one of names) writeFileSync(join(folder, one), '')
    await answerRequests(folder, echo)
    expect(readdirSync(folder)).toHaveLength(4)
    await answerRequests(folder, echo, () => Date.now() + 120_000)
    expect(readdirSync(folder).sort()).toEqual([`${name}.answer`, 'notes.new'])
    await answerRequests(folder, echo, () => Date.now() + 3_600_000)
    expect(readdirSync(folder)).toEqual(['notes.new'])
  })

  test('is one of thousands: they are answered a hundred at a time, and all of them', async () => {
    const ids = Array.from({ length: 1_050 }, () => randomUUID())
    for (const id of ids) writeFileSync(join(folder, `${id}.request`), '{"command":"status","arguments":{}}')
    let rounds = 0
    for (let count = -1; count !== 0; rounds++) {
      count = await answerRequests(folder, echo)
      expect(count).toBeLessThanOrEqual(REQUESTS_AT_ONCE)
    }
    expect(rounds).toBe(12)
    expect(readdirSync(folder).sort()).toEqual(ids.map((id) => `${id}.answer`).sort())
  })

  test('that is refused tells its problem to whoever asked', async () => {
    const refused = expect(ask(folder, { command: 'x', arguments: {} }, 10)).rejects.toThrow(
      'there is no such thing',
    )
    const refuse = async (): Promise<never> => {
      throw new UnusableInput('there is no such thing')
    }
    while ((await answerRequests(folder, refuse)) === 0)
      await new Promise((resolve) => setTimeout(resolve, 5))
    await refused
  })

  test.each([
    ['that is no JSON', (path: string) => writeFileSync(path, '{')],
    [
      'that names an actor',
      (path: string) => writeFileSync(path, '{"command":"status","arguments":{},"actor":"jdoe"}'),
    ],
    ['that is too large', (path: string) => writeFileSync(path, ' '.repeat(REQUEST_BYTES_MAX + 1))],
    ['that is a folder', (path: string) => mkdirSync(path)],
    ['that is a link', (path: string) => symlinkSync('/etc/hostname', path)],
    ['that is a pipe', (path: string) => execFileSync('mkfifo', [path])],
    [
      'that is a second name of a file',
      (path: string) => {
        writeFileSync(`${path}.first`, '{"command":"status","arguments":{}}')
        linkSync(`${path}.first`, path)
      },
    ],
  ])('%s is refused and not done', { tags: ['req/P11-10e-2', 'challenge'] }, async (_, make) => {
    make(join(folder, `${name}.request`))
    let done = 0
    await answerRequests(folder, async () => done++)
    expect(done).toBe(0)
    expect(JSON.parse(readFileSync(join(folder, `${name}.answer`), 'utf8'))).toMatchObject({ ok: false })
    expect(readdirSync(folder).filter((one) => one.endsWith('.request'))).toEqual([])
  })
})
