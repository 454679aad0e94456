import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listen } from './http.ts'
import { UNTAKEN_MILLISECONDS_MAX } from './untaken-answers.ts'

/* A client that does not read, at the port as a relay opens it. */

const MEBIBYTE = 2 ** 20
/** More than the system takes for a client that does not read. */
const ANSWER_BYTES = 96 * MEBIBYTE
const STEP_BYTES = 16 * MEBIBYTE

let now: number
let looks: Set<() => void>
let port: number
let close: () => Promise<void>
let isCancelled: boolean
const clients: Socket[] = []

const answers: Record<string, () => Response> = {
  '/bytes': () => new Response(new Uint8Array(ANSWER_BYTES)),
  '/text': () => new Response('x'.repeat(ANSWER_BYTES)),
  '/stream': () => new Response(endless(), { headers: { 'content-type': 'application/zip' } }),
}

beforeEach(async () => {
  now = 0
  looks = new Set()
  isCancelled = false
  port = await freePort()
  const every = (_: number, work: () => void) => {
    looks.add(work)
    return () => looks.delete(work)
  }
  const made = (request: Request) => answers[new URL(request.url).pathname]?.()
  const never = new Promise<Response>(() => {})
  close = await listen((request) => made(request) ?? never, port, { now: () => now, every })
})
afterEach(async () => {
  for (const one of clients.splice(0)) one.destroy()
  await close()
})

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: found } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return found
}

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(MEBIBYTE)),
    cancel: () => {
      isCancelled = true
    },
  })
}

/** Asks; what is answered is read as far as `take` says. */
async function asked(path: string) {
  const socket = connect(port, '127.0.0.1')
  clients.push(socket)
  const closing = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
  return { socket, closing, bytes: 0 }
}

/** Reads until it has so many bytes of the answer, its head counted with it. */
async function take(client: Awaited<ReturnType<typeof asked>>, bytes: number): Promise<void> {
  while (client.bytes < bytes) {
    const piece: Buffer | null = client.socket.read()
    if (piece === null) await once(client.socket, 'readable')
    else client.bytes += piece.length
  }
}

function lookAfter(milliseconds: number): void {
  now += milliseconds
  for (const look of looks) look()
}

describe('a client that takes nothing for a minute', { tags: ['challenge'] }, () => {
  test.each(Object.keys(answers))('of %s, is cut off, and what was to be given is let go', async (path) => {
    const client = await asked(path)
    await take(client, 1)
    lookAfter(0)
    lookAfter(UNTAKEN_MILLISECONDS_MAX - 1)
    expect(looks.size).toBe(1)
    // The system takes some for it, in its own time: that counts as taken.
    while (looks.size > 0) {
      await allWritten()
      lookAfter(UNTAKEN_MILLISECONDS_MAX)
    }
    // It hears of it once it reads.
    client.socket.resume()
    await client.closing
    expect(isCancelled).toBe(path === '/stream')
  })

  test('is cut off although it goes on to send requests', async () => {
    const client = await asked('/stream')
    await take(client, 1)
    while (looks.size > 0) {
      client.socket.write(`GET /bytes HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
      await allWritten()
      lookAfter(UNTAKEN_MILLISECONDS_MAX / 3)
    }
    client.socket.resume()
    await client.closing
    expect(isCancelled).toBe(true)
  })
})

test.each(['/bytes', '/text'])(
  'whoever takes a little of %s now and then is given all of it',
  async (path) => {
    const client = await asked(path)
    for (let bytes = STEP_BYTES; bytes <= ANSWER_BYTES; bytes += STEP_BYTES) {
      await take(client, bytes)
      lookAfter(UNTAKEN_MILLISECONDS_MAX)
    }
    expect(client.socket.closed).toBe(false)
  },
)

test('who waits for an answer that takes long to be made is not cut off', async () => {
  const client = await asked('/never')
  while (looks.size === 0) await allWritten()
  for (let i = 0; i < 3; i++) lookAfter(UNTAKEN_MILLISECONDS_MAX)
  await allWritten()
  expect(client.socket.closed).toBe(false)
})

/** What can be written without anybody reading is written, or most of it. */
async function allWritten(): Promise<void> {
  for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve))
}
