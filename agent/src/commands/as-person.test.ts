import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signHello } from '@compliance-relay/shared/relay'
import { fromUtf8, type Signer, signerOf } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writePort } from '../port-file.ts'
import { openDatabase } from '../sqlite/database.ts'
import { TrailStore } from '../sqlite/trail-store.ts'
import { asPerson } from './as-person.ts'

const password = 'gravel spoon tundra 41'
const origin = 'lab.example/t/ws-nmr-01/20260302-7f3a'
const relayKey = signerOf(origin, 'note', new Uint8Array(32).fill(2))
let data: string
const servers: Server[] = []
/** All that was sent to whoever answers. */
let sent: string

beforeEach(() => {
  sent = ''
  data = mkdtempSync(join(tmpdir(), 'relay-as-'))
  const database = openDatabase(join(data, 'relay.db'))
  new TrailStore(database).addTrail({ id: 1, origin, vkey: relayKey.vkey })
  database.exec("INSERT INTO entry (trail, seq, prev, leaf, line) VALUES (1, 0, '', x'', x'')")
  database.close()
})
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
  rmSync(data, { recursive: true })
})

/** Answers at a port as a relay does, with a hello as `helloFor` makes it, and takes every password. */
async function answering(
  helloFor: (nonce: string, port: number) => Promise<string> | string,
): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => {
      body += piece
    })
    request.on('end', async () => {
      sent += `${request.url} ${body}\n`
      const { port } = server.address() as AddressInfo
      const nonce = new URL(request.url ?? '', 'http://x').searchParams.get('nonce') ?? ''
      response.setHeader('connection', 'close')
      if (request.method === 'DELETE') return response.writeHead(204).end()
      const account = {
        id: 'asmith',
        name: 'A',
        roles: ['administrator'],
        mustChange: false,
        passwordChange: null,
        passwordEnds: null,
      }
      const notice = { last: null, failures: 0, passwordEndsSoon: null }
      const answer =
        request.method === 'POST'
          ? { token: 'A'.repeat(43), mark: 'mark', account, notice }
          : {
              version: '0.1.0',
              trail: origin,
              provider: false,
              isNew: false,
              note: await helloFor(nonce, port),
            }
      return response.end(JSON.stringify(answer))
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return String((server.address() as AddressInfo).port)
}

function helloOf(nonce: string, port: number, signer: Signer = relayKey): string {
  const origins = [`http://127.0.0.1:${port}`, `http://localhost:${port}`]
  return fromUtf8(
    signHello({ nonce, trail: origin, version: '0.1.0', time: '2026-03-02T08:00:00.000Z', origins }, signer),
  )
}

const asking = { ask: async () => password, close: () => {} }
const ask = (port: string, folder: string | undefined = data) =>
  asPerson({ as: 'asmith', port, data: folder }, asking, async () => 'done')

test('the relay of the folder is sent the password, once it has shown its key', async () => {
  const port = await answering(helloOf)
  expect(await ask(port)).toBe('done')
  expect(sent).toMatch(/^\/v1\/hello\?nonce=[A-Za-z0-9_-]{43} \n\/v1\/session /)
  expect(sent).toContain(password)
})

test.each([
  ['has no key', () => 'no note'],
  [
    'has a key of its own',
    (nonce: string, port: number) =>
      helloOf(nonce, port, signerOf(origin, 'note', new Uint8Array(32).fill(3))),
  ],
  ['has what the relay said to somebody else', (_: string, port: number) => helloOf('B'.repeat(43), port)],
  [
    'passes on what the relay says at another port',
    async (nonce: string) => {
      const real = await answering(helloOf)
      const answer = await fetch(`http://127.0.0.1:${real}/v1/hello?nonce=${nonce}`)
      return ((await answer.json()) as { readonly note: string }).note
    },
  ],
] as const)(
  'whoever took its port and %s is sent no password',
  { tags: ['challenge'] },
  async (_, helloFor) => {
    const port = await answering(helloFor)
    await expect(ask(port)).rejects.toThrow('is not the relay of')
    expect(sent).not.toContain(password)
    expect(sent).not.toContain('/v1/session')
  },
)

test('the port is found in the folder, and whoever the file there leads to is sent no password, either', {
  tags: ['challenge'],
}, async () => {
  const found = () => asPerson({ as: 'asmith', data }, asking, async () => 'done')
  await expect(found()).rejects.toThrow('no relay is running on')
  writePort(join(data, 'port'), Number(await answering(helloOf)))
  expect(await found()).toBe('done')
  sent = ''
  writePort(join(data, 'port'), Number(await answering(() => 'no note')))
  await expect(found()).rejects.toThrow('is not the relay of')
  expect(sent).not.toContain(password)
})

test('without the folder nothing is checked', async () => {
  expect(
    await asPerson({ as: 'asmith', port: await answering(() => 'no note') }, asking, async () => 'done'),
  ).toBe('done')
})
