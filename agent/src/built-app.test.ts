import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { appFiles } from '@compliance-relay/shared/relay'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { appStateOf, readBuiltApp } from './built-app.ts'
import { digestOf } from './built-from.ts'
import { healthApp, originsAt, relayApp } from './http.ts'

let root: string
const write = (name: string, text: string) => {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}
const read = () =>
  readBuiltApp({ folder: join(root, 'dist/app'), sources: join(root, 'dist/app-sources.sha256'), root })
const says = () => appStateOf(read()).says

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'built-app-'))
  write('web/app/main.tsx', 'what it is built of')
  write('dist/app/index.html', '<title>the app</title>')
  write('dist/app/assets/main-B2kd9f3a.js', 'script')
  write('dist/app-sources.sha256', `${digestOf(Buffer.from('what it is built of'))}  web/app/main.tsx\n`)
})
afterEach(() => rmSync(root, { recursive: true }))

describe('the app as it was built', () => {
  test('is its files, each under its path', () => {
    const app = read()
    expect(appStateOf(app)).toEqual({ state: 'built', says: null })
    expect(app.state !== 'missing' && [...app.files.keys()].sort()).toEqual([
      'assets/main-B2kd9f3a.js',
      'index.html',
    ])
  })

  test('is older once a source is another, and is still served', () => {
    write('web/app/main.tsx', 'something else')
    expect(read()).toMatchObject({ state: 'older', changed: 'web/app/main.tsx' })
    rmSync(join(root, 'web/app/main.tsx'))
    expect(read()).toMatchObject({ state: 'older', changed: 'web/app/main.tsx' })
    expect(says()).toContain('npm run build -w web')
  })

  test('is missing without its folder, its page, or the list of its sources', () => {
    rmSync(join(root, 'dist/app-sources.sha256'))
    expect(read()).toEqual({ state: 'missing', reason: 'it is not built' })
    rmSync(join(root, 'dist/app/index.html'))
    expect(read()).toMatchObject({ state: 'missing', reason: 'it has no page, index.html' })
    rmSync(join(root, 'dist'), { recursive: true })
    expect(says()).toBe(
      'the review app is not served: it is not built; "npm run build -w web", in the folder of the product, builds it',
    )
  })

  test('has nothing in it that lies elsewhere, is hidden, or has no plain name', {
    tags: ['challenge'],
  }, () => {
    write('secret/key', 'a key')
    symlinkSync(join(root, 'secret/key'), join(root, 'dist/app/key.txt'))
    symlinkSync(join(root, 'secret'), join(root, 'dist/app/secret'))
    for (const name of ['.env', '.git/config', 'a b.js', 'assets/..hidden', 'ü.js'])
      write(`dist/app/${name}`, 'x')
    const app = read()
    expect(app.state !== 'missing' && [...app.files.keys()].sort()).toEqual([
      'assets/main-B2kd9f3a.js',
      'index.html',
    ])
  })

  test('is not taken into memory if it is more than an app', { tags: ['challenge'] }, () => {
    write('dist/app/assets/film.mp4', 'x'.repeat(16 * 2 ** 20))
    expect(says()).toContain('more than 16 MiB')
    rmSync(join(root, 'dist/app/assets/film.mp4'))
    for (let i = 0; i < 500; i++) write(`dist/app/many/${i}.txt`, 'x')
    expect(says()).toContain('more than 500 files')
  })
})

describe('at the port of the relay', () => {
  const health = healthApp(7411, () => ({
    relay: 'ws-nmr-01',
    ready: true,
    state: 'running',
    reasons: [],
    degraded: ['the notary cannot be asked'],
  }))
  const api = () => new Response('the interface')
  const html = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' }
  const get = async (path: string, headers: Record<string, string>, isBuilt = true) => {
    const app = read()
    if (app.state === 'missing') throw new Error('it is built')
    const answer = relayApp({
      health,
      api,
      app: isBuilt ? appFiles({ files: app.files, origins: originsAt(7411) }) : undefined,
    })
    const request = new Request(`http://127.0.0.1:7411${path}`, {
      headers: { host: '127.0.0.1:7411', ...headers },
    })
    const given = await answer(request)
    return { status: given.status, text: await given.text(), type: given.headers.get('content-type') }
  }

  test('the app has every place that is not the interface’s and not of health', async () => {
    for (const path of ['/', '/trail', '/index.html', '/signed-in?code=1'])
      expect(await get(path, html), path).toMatchObject({ status: 200, text: '<title>the app</title>' })
    expect(await get('/assets/main-B2kd9f3a.js', {})).toMatchObject({ status: 200, text: 'script' })
    for (const path of ['/v1/hello', '/v1/no', '/problems/forbidden'])
      expect((await get(path, html)).text, path).toBe('the interface')
    expect((await get('/signed-in?code=1', html, false)).text).toBe('the interface')
    for (const path of ['/healthz', '/readyz']) expect((await get(path, html)).type, path).toContain('json')
  })

  test('who is no browser is told how the relay is, as before', async () => {
    for (const isBuilt of [true, false])
      expect((await get('/', { accept: '*/*' }, isBuilt)).text).toBe(
        'Compliance Relay ws-nmr-01: running\nthe notary cannot be asked\n\n/healthz  it is there\n/readyz   it is at work\n',
      )
  })

  test('without an app its page says so, and how it is built', async () => {
    const { status, type, text } = await get('/', html, false)
    expect([status, type]).toEqual([200, 'text/html; charset=utf-8'])
    expect(text).toContain('Compliance Relay ws-nmr-01: running')
    expect(text).toContain('the notary cannot be asked')
    expect(text).toContain('npm run build -w web')
    expect((await get('/trail', html, false)).status).toBe(404)
  })
})
