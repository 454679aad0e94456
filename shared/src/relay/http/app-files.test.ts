import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../trail/index.ts'
import { origin, origins, requestOf } from './api-site.test-support.ts'
import { appFiles } from './app-files.ts'

/* The app as it is served: from a list of files that a test makes. */

const script = `console.log('${'the same again '.repeat(200)}')`
const built: Readonly<Record<string, string>> = {
  'index.html': `<!doctype html><title>the app</title>${'<p>a paragraph</p>'.repeat(100)}`,
  'sw.js': 'self.addEventListener("fetch", () => {})',
  'manifest.webmanifest': '{"name":"Compliance Relay"}',
  'icons/icon-192.png': '\u0089PNG',
  'assets/main-B2kd9f3a.js': script,
  'assets/main-x_Y-z012.css': 'body { margin: 0 }',
  'assets/signing-worker-0123abcd.js': script,
  'assets/not-hashed.js': script,
  'assets/argon-Abc_1234.wasm': '\u0000asm',
  'odd.constructor': 'no type of ours',
}
const answer = appFiles({
  files: new Map(Object.entries(built).map(([name, text]) => [name, utf8(text)])),
  origins,
})

/** As a browser asks for what a page of ours names; undefined leaves one out. */
function ask(
  path: string,
  headers: Readonly<Record<string, string | undefined>> = {},
  method = 'GET',
): Response {
  return answer(requestOf(method, path, { headers: { origin: undefined, ...headers } }))
}

const navigation = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('what is built', () => {
  test.each([
    ['index.html', 'text/html; charset=utf-8'],
    ['sw.js', 'text/javascript; charset=utf-8'],
    ['manifest.webmanifest', 'application/manifest+json'],
    ['icons/icon-192.png', 'image/png'],
    ['assets/main-B2kd9f3a.js', 'text/javascript; charset=utf-8'],
    ['assets/main-x_Y-z012.css', 'text/css; charset=utf-8'],
    ['assets/argon-Abc_1234.wasm', 'application/wasm'],
    ['odd.constructor', 'application/octet-stream'],
  ])('is given under its name: %s, as %s', async (name, type) => {
    const given = ask(`/${name}`)
    expect([given.status, given.headers.get('content-type')]).toEqual([200, type])
    expect(await given.text()).toBe(built[name])
  })

  test.each([
    ['index.html', 'no-cache'],
    ['sw.js', 'no-cache'],
    ['manifest.webmanifest', 'no-cache'],
    ['icons/icon-192.png', 'no-cache'],
    ['assets/not-hashed.js', 'no-cache'],
    ['assets/main-B2kd9f3a.js', 'public, max-age=31536000, immutable'],
    ['assets/main-x_Y-z012.css', 'public, max-age=31536000, immutable'],
  ])('is kept as its name allows, and not sent again: %s, %s', async (name, kept) => {
    const etag = ask(`/${name}`).headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[A-Za-z0-9_-]{43}"$/)
    for (const named of [etag, `"other", W/${etag}`, '*']) {
      const again = ask(`/${name}`, { 'if-none-match': named })
      expect([again.status, await again.text(), again.headers.get('cache-control')]).toEqual([304, '', kept])
    }
    expect(ask(`/${name}`, { 'if-none-match': '"other"' }).status).toBe(200)
  })

  test('is packed for who takes it, with an ETag of its own, where that makes it smaller', async () => {
    const taking = { 'accept-encoding': 'gzip, br' }
    const [packed, plain] = [ask('/assets/main-B2kd9f3a.js', taking), ask('/assets/main-B2kd9f3a.js')]
    expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual([
      'gzip',
      null,
    ])
    expect(packed.headers.get('etag')).not.toBe(plain.headers.get('etag'))
    expect(packed.headers.get('vary')).toBe('accept-encoding')
    const bytes = Buffer.from(await packed.arrayBuffer())
    expect(bytes.length).toBeLessThan(script.length / 5)
    expect(gunzipSync(bytes).toString()).toBe(script)
    const named = { 'if-none-match': packed.headers.get('etag') ?? '' }
    expect(ask('/assets/main-B2kd9f3a.js', { ...taking, ...named }).status).toBe(304)
    expect(ask('/assets/main-B2kd9f3a.js', named).status).toBe(200)
    expect(ask('/icons/icon-192.png', taking).headers.get('content-encoding')).toBeNull()
  })

  test.each(['/index.html', '/assets/main-B2kd9f3a.js', '/nothing'])(
    'HEAD of %s says what GET says, and gives nothing',
    async (path) => {
      const [get, head] = [ask(path), ask(path, {}, 'HEAD')]
      expect(head.status).toBe(get.status)
      expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(get.headers))
      if (head.status === 200) expect(await head.text()).toBe('')
    },
  )
})

describe('a place in the app that is no file', () => {
  test.each(['/', '/trail/12', '/records/0123456789abcdef/48210?tab=versions', '/somebody.else'])(
    'is its page for a browser that goes there: %s',
    async (path) => {
      for (const headers of [navigation, html]) {
        const given = ask(path, headers)
        expect([given.status, given.headers.get('cache-control')]).toEqual([200, 'no-cache'])
        expect(given.headers.get('vary')).toBe('accept, accept-encoding, sec-fetch-mode')
        expect(await given.text()).toBe(built['index.html'])
      }
    },
  )

  test.each([
    ['/trail/12', { accept: 'application/json' }],
    ['/main.js', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
    ['/trail/12', { accept: 'text/html;q=0, */*' }],
    // What was built earlier is no page: a script that is gone would be taken for one that is wrong.
    ['/assets/main-00000000.js', { ...navigation, ...html }],
    ['/assets/', { ...navigation, ...html }],
  ])('is nothing for anybody else: %s, %o', async (path, headers) => {
    const given = ask(path, headers as Record<string, string>)
    expect([given.status, given.headers.get('cache-control')]).toEqual([404, 'no-store'])
    expect(await given.json()).toMatchObject({ code: 'not-found' })
  })
})

describe('nothing else can be named', { tags: ['challenge'] }, () => {
  test.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e%2f%2e%2e%2fetc/passwd',
    '/assets//main-B2kd9f3a.js',
    '/assets/main-B2kd9f3a.js/',
    '/ASSETS/main-B2kd9f3a.js',
    '/assets\\main-B2kd9f3a.js%00',
    '/sw.js%00.png',
    '/constructor',
    '/__proto__',
  ])('%s', async (path) => {
    expect(ask(path).status).toBe(404)
  })

  test.each(['POST', 'PUT', 'DELETE'])('and there is nothing to %s', (method) => {
    for (const path of ['/', '/index.html', '/nothing'])
      expect(ask(path, { origin }, method).status).toBe(404)
  })
})

describe('who may ask', { tags: ['challenge'] }, () => {
  const mail = { ...navigation, 'sec-fetch-site': 'cross-site' }
  test.each([
    ['a browser that a mail sends to the app', '/', mail, 200],
    ['a browser that a mail sends to a place in it', '/records/48210', mail, 200],
    ['a browser that a mail sends to its script', '/assets/main-B2kd9f3a.js', mail, 403],
    ['a page of this machine that sends a browser', '/', { ...mail, 'sec-fetch-site': 'same-site' }, 200],
    ['a frame of another site', '/', { ...mail, 'sec-fetch-dest': 'iframe' }, 403],
    [
      'a script of another site',
      '/',
      { ...html, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
      403,
    ],
    [
      'a page of another site that loads a script of ours',
      '/assets/main-B2kd9f3a.js',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
      403,
    ],
    ['a page that names itself', '/', { ...mail, origin: 'https://evil.example' }, 403],
    ['a name that leads here', '/', { ...navigation, host: 'evil.example:7411' }, 421],
    ['a name that leads here, for a file', '/sw.js', { host: 'evil.example' }, 421],
    ['an address that is none of ours', '/', { ...navigation, host: '0.0.0.0:7411' }, 421],
    ['a program', '/sw.js', { 'sec-fetch-site': undefined }, 200],
    ['localhost', '/', { ...navigation, host: 'localhost:7411' }, 200],
  ])('%s', async (_, path, headers, status) => {
    expect(ask(path, headers).status).toBe(status)
  })
})

describe('what a page of it may do', { tags: ['challenge'] }, () => {
  const every = ['/', '/index.html', '/sw.js', '/assets/main-B2kd9f3a.js', '/icons/icon-192.png', '/nothing']
  const of = (path: string, name: string) => ask(path, navigation).headers.get(name)

  test.each([...every, '/assets/signing-worker-0123abcd.js'])('%s has the headers of all answers', (path) => {
    expect(of(path, 'cross-origin-opener-policy')).toBe('same-origin')
    expect(of(path, 'cross-origin-embedder-policy')).toBe('require-corp')
    expect(of(path, 'cross-origin-resource-policy')).toBe('same-origin')
    expect(of(path, 'x-content-type-options')).toBe('nosniff')
    expect(of(path, 'referrer-policy')).toBe('no-referrer')
    expect(of(path, 'access-control-allow-origin')).toBeNull()
    const policy = of(path, 'content-security-policy')?.split('; ')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).toContain("frame-ancestors 'none'")
  })

  test.each(every)('%s compiles no WebAssembly', (path) => {
    const policy = of(path, 'content-security-policy')?.split('; ')
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("connect-src 'self'")
    expect(policy?.join(' ')).not.toContain('unsafe')
  })

  test('the worker that opens keys does, and can send nothing', () => {
    const policy = of('/assets/signing-worker-0123abcd.js', 'content-security-policy')?.split('; ')
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'")
    expect(policy).toContain("connect-src 'none'")
    expect(policy?.filter((one) => one.includes('unsafe'))).toHaveLength(1)
  })
})

test('an app without a page is none', () => {
  expect(() => appFiles({ files: new Map([['sw.js', utf8('')]]), origins })).toThrow('index.html')
})
