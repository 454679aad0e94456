import { execFileSync } from 'node:child_process'
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
import { answerRequests, ask, REQUEST_BYTES_MAX } from './control.ts'
import { UnusableInput } from './unusable-input.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-control-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const name = '12345678-1234-1234-1234-123456789abc'
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
