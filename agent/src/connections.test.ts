import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { boundConnections } from './connections.ts'

const MAX = 8
let server: Server
let asked: (() => void)[]
const sockets: Socket[] = []

beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    if (request.url === '/now') response.end('done')
    else asked.push(() => response.end('done'))
  })
  boundConnections(server, MAX)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  for (const one of sockets.splice(0)) one.destroy()
  server.close()
  await once(server, 'close')
})

async function connected(text = ''): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`

/** What is answered; empty if the connection was closed. */
async function answered(socket: Socket): Promise<string> {
  for await (const part of socket) return String(part).split('\r\n')[0] ?? ''
  return ''
}

describe('whoever holds connections', { tags: ['challenge'] }, () => {
  test.each([
    ['and sends nothing', ''],
    ['and sends a part of a request', 'GET /now HTTP/1.1\r\n'],
    ['and sends a part of a body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n1'],
    ['that have rested since their answer', get('/now')],
  ])('%s, keeps nobody out', async (_, text) => {
    for (let i = 0; i < 5 * MAX; i++) await connected(text)
    expect(await answered(await connected(get('/now')))).toBe('HTTP/1.1 200 OK')
  })

  test('and is being answered keeps them, and there are no more', async () => {
    const working: Socket[] = []
    for (let i = 0; i < MAX; i++) {
      working.push(await connected(get('/slow')))
      while (asked.length <= i) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await answered(await connected(get('/now')))).toBe('')
    for (const one of asked) one()
    for (const one of working) expect(await answered(one)).toBe('HTTP/1.1 200 OK')
    expect(await answered(await connected(get('/now')))).toBe('HTTP/1.1 200 OK')
  })
})
