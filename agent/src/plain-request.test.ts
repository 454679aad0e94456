import { type AddressInfo, connect, createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listen } from './http.ts'

/*
 * Bytes as no client sends them, at the port as a relay opens it. What may not be is that two readers see other requests
 * in the same bytes (ASVS 4.2.1): so each of these is refused, or its connection closed, and no handler sees a whole
 * request in it. Where the framing breaks within a body, a handler may see that one, and that its body breaks off.
 */
let port: number
let close: () => Promise<void>
/** What handlers were given: the whole of it, or that it broke off. */
const seen: string[] = []

beforeAll(async () => {
  port = await freePort()
  close = await listen(async (request) => {
    const body = request.body === null ? '' : await request.text().catch(() => undefined)
    seen.push(`${request.method} ${new URL(request.url).pathname} ${body ?? 'BROKEN OFF'}`)
    return new Response('served')
  }, port)
})
afterAll(() => close())
beforeEach(() => {
  seen.length = 0
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: found } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return found
}

/** Sends bytes and ends; gives the status of each answer. */
async function statuses(bytes: string): Promise<string[]> {
  const answer = await new Promise<string>((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.end(Buffer.from(bytes, 'latin1')))
    socket.on('data', (piece) => {
      text += piece.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
  return (answer.match(/HTTP\/1\.1 [0-9]{3}/g) ?? [])
    .map((line) => line.slice(9))
    .filter((one) => one !== '100')
}

const host = () => `Host: 127.0.0.1:${port}\r\n`
/** What somebody smuggles: were it ever a request of its own, a handler would see it. */
const canary = () => `GET /canary HTTP/1.1\r\n${host()}\r\n`
const head = (first: string, ...headers: string[]) =>
  `${first}\r\n${host()}${headers.map((one) => `${one}\r\n`).join('')}\r\n`
const post = (...headers: string[]) => head('POST /a HTTP/1.1', ...headers)
const ended = '0\r\n\r\n'

const chunked = 'Transfer-Encoding: chunked'

describe('refused, and nothing in it is seen by a handler', { tags: ['challenge'] }, () => {
  const corpus: readonly (readonly [string, () => string])[] = [
    ['a length and chunks', () => post('Content-Length: 6', chunked) + ended + canary()],
    ['chunks and a length', () => post(chunked, 'Content-Length: 5') + ended + canary()],
    ['two lengths', () => post('Content-Length: 0', `Content-Length: ${canary().length}`) + canary()],
    ['one length twice', () => `${post('Content-Length: 3', 'Content-Length: 3')}abc`],
    ['a list of lengths', () => post(`Content-Length: 0, ${canary().length}`) + canary()],
    ...['+3', '-3', '0x3', '3 3', '', '3;', '18446744073709551619'].map(
      (length) =>
        [`a length of "${length}"`, () => `${post(`Content-Length: ${length}`)}abc${canary()}`] as const,
    ),
    ...[
      'chunked, identity',
      'gzip, chunked',
      'chunked, chunked',
      'chunked\r\nTransfer-Encoding: chunked',
      'chunked\r\nTransfer-Encoding: x',
      'x\r\nTransfer-Encoding: chunked',
      '\u000bchunked',
      ';chunked',
    ].map(
      (coding) =>
        [
          `coding ${JSON.stringify(coding)}`,
          () => post(`Transfer-Encoding: ${coding}`) + ended + canary(),
        ] as const,
    ),
    ...['xchunked', 'identity', '"chunked"', 'chunked;q=1', 'chunke'].map(
      (coding) =>
        [`coding ${coding}`, () => post(`Transfer-Encoding: ${coding}`) + ended + canary()] as const,
    ),
    ['chunks in HTTP/1.0', () => head('POST /a HTTP/1.0', chunked) + ended + canary()],
    ['a space before the colon of a coding', () => post('Transfer-Encoding : chunked') + ended + canary()],
    ['a space before the colon of a length', () => `${post('Content-Length : 3')}abc`],
    ['a header over two lines', () => post('Transfer-Encoding:\r\n chunked') + ended + canary()],
    ['another header over two lines', () => post('X-A: b\r\n c', 'Content-Length: 0')],
    ['a line that begins with a space', () => `GET /a HTTP/1.1\r\n ${host()}\r\n`],
    ['lines that end with LF', () => head('GET /a HTTP/1.1').replaceAll('\r\n', '\n')],
    ['one line that ends with LF', () => `${post('X-A: b\nContent-Length: 3')}abc`],
    ['one line that ends with CR', () => `${post('X-A: b\rContent-Length: 3')}abc`],
    ['headers that end with LF', () => `${post('Content-Length: 3').slice(0, -2)}\nabc`],
    ['a NUL in a value', () => head('GET /a HTTP/1.1', 'X-A: a\0b')],
    ['a NUL in a name', () => head('GET /a HTTP/1.1', 'X\0: b')],
    ['a NUL in the target', () => head('GET /a\0 HTTP/1.1')],
    ['a header of 70 KB', () => head('GET /a HTTP/1.1', `X-A: ${'x'.repeat(70_000)}`)],
    ['3,000 headers', () => head('GET /a HTTP/1.1', ...Array.from({ length: 3_000 }, (_, i) => `x${i}: y`))],
    ['a target of 70 KB', () => head(`GET /${'a'.repeat(70_000)} HTTP/1.1`)],
    ...[
      'http://evil.example/a',
      'https://evil.example/a',
      'http:/a',
      'file:///etc/passwd',
      'evil.example:80',
      '//evil.example/a',
      '/\\evil.example/a',
      '@evil.example/a',
      '*',
      '/a#b',
      '/x/../a',
      '/./a',
      '/x/%2e%2e/a',
      '/a\u00e9',
      'a',
    ].map((target) => [`the target ${target}`, () => head(`GET ${target} HTTP/1.1`)] as const),
    ['its own address as target', () => head(`GET http://127.0.0.1:${port}/a HTTP/1.1`)],
    ['CONNECT', () => head('CONNECT evil.example:80 HTTP/1.1') + canary()],
    ['two hosts', () => head('GET /a HTTP/1.1', 'Host: evil.example')],
    ['one host twice', () => head('GET /a HTTP/1.1', host().trim())],
    ['no host', () => 'GET /a HTTP/1.1\r\n\r\n'],
    ['no version', () => head('GET /a')],
    ...['2.0', '1.2', '0.9', '11', '1.1 x'].map(
      (one) => [`HTTP/${one}`, () => head(`GET /a HTTP/${one}`)] as const,
    ),
    ['HTTP/2 with prior knowledge', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a method in small letters', () => head('get /a HTTP/1.1')],
    ['a tab for a space', () => head('GET\t/a HTTP/1.1')],
    ['GET with a length', () => head('GET /a HTTP/1.1', `Content-Length: ${canary().length}`) + canary()],
    ['GET with chunks', () => `${head('GET /a HTTP/1.1', chunked)}3\r\nabc\r\n${ended}${canary()}`],
    ['HEAD with a length', () => head('HEAD /a HTTP/1.1', `Content-Length: ${canary().length}`) + canary()],
  ]

  test.each(corpus)('%s', async (_, bytes) => {
    const said = await statuses(bytes())
    expect(said.length).toBeLessThanOrEqual(1)
    for (const status of said) expect(['400', '431']).toContain(status)
    expect(seen.filter((one) => !one.endsWith('BROKEN OFF'))).toEqual([])
  })
})

describe('a body that is not as its framing says breaks off', { tags: ['challenge'] }, () => {
  test.each([
    '3\nabc\r\n0\r\n\r\n',
    '3\r\nabc\n0\r\n\r\n',
    '3\r\nabc0\r\n\r\n',
    '3\r\nabcd\r\n0\r\n\r\n',
    '0x3\r\nabc\r\n0\r\n\r\n',
    '3 \r\nabc\r\n0\r\n\r\n',
    ' 3\r\nabc\r\n0\r\n\r\n',
    '-3\r\nabc\r\n0\r\n\r\n',
    '+3\r\nabc\r\n0\r\n\r\n',
    '\r\nabc\r\n0\r\n\r\n',
    '10000000000000003\r\nabc\r\n0\r\n\r\n',
    '3;a\nb\r\nabc\r\n0\r\n\r\n',
    '3;a\rb\r\nabc\r\n0\r\n\r\n',
    '3\r\nabc\r\n0\r\nContent-Length: 50\r\n\r\n',
    '3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n',
    '3\r\nabc\r\n',
    '3\r\nab',
  ])('chunks %j', async (body) => {
    const said = await statuses(post(chunked) + body)
    expect(said.filter((status) => status !== '400')).toEqual([])
    expect(seen.filter((one) => !one.endsWith('BROKEN OFF'))).toEqual([])
  })

  test('that is shorter than its length', async () => {
    await statuses(`${post('Content-Length: 30')}abc`)
    expect(seen.filter((one) => !one.endsWith('BROKEN OFF'))).toEqual([])
  })
})

describe('what is right is served as what it says', () => {
  test.each([
    ['a length', () => `${post('Content-Length: 3')}abc`, ['POST /a abc']],
    ['chunks', () => `${post(chunked)}1\r\na\r\n2;x=y\r\nbc\r\n${ended}`, ['POST /a abc']],
    [
      'chunks in capitals',
      () => `${post('transfer-encoding: CHUNKED')}3\r\nabc\r\n${ended}`,
      ['POST /a abc'],
    ],
    ['a canary within a length', () => post(`Content-Length: ${canary().length}`) + canary(), ['POST /a']],
    ['no body', () => head('GET /a?b=c HTTP/1.1'), ['GET /a']],
    ['no body, and it says so', () => head('GET /a HTTP/1.1', 'Content-Length: 0'), ['GET /a']],
    ['HTTP/1.0', () => head('GET /a HTTP/1.0'), ['GET /a']],
  ] as const)('%s', async (_, bytes, served) => {
    expect(await statuses(bytes())).toEqual(served.map(() => '200'))
    expect(seen.map((one) => one.trim().replace(/ GET \/canary[\s\S]*$/, ''))).toEqual(served)
  })

  test('two requests on one connection, and none after one that is refused', async () => {
    const get = (path: string) => head(`GET ${path} HTTP/1.1`)
    expect(await statuses(get('/a') + get('/b'))).toEqual(['200', '200'])
    seen.length = 0
    expect(await statuses(get('/a') + get('//b') + get('/c'))).toEqual(['200', '400'])
    expect(seen).toEqual(['GET /a '])
  })
})

test('of more connections than a relay bears at once those that rested longest are closed, and who comes is answered', async () => {
  const sockets = Array.from({ length: 800 }, () => connect(port, '127.0.0.1'))
  const closed = new Set<number>()
  for (const [i, socket] of sockets.entries()) {
    socket.on('error', () => {})
    socket.on('close', () => closed.add(i))
  }
  const end = Date.now() + 30_000
  while (closed.size < 32 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(closed.size).toBe(32)
  expect(await statuses(head('GET /a HTTP/1.1'))).toEqual(['200'])
  for (const socket of sockets) socket.destroy()
})
