import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { appStateOf, readBuiltApp } from '../built-app.ts'
import { digestOf } from '../built-from.ts'
import { buildApp } from './build-app.ts'

/* In a folder that is laid out as the product is, with a program in the place of npm's. */

let root: string
let places: { readonly root: string; readonly folder: string; readonly sources: string }
const said: string[] = []
const write = (name: string, text: string) => {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}
const source = 'what it is built of'
const builds = `
import { mkdirSync, writeFileSync } from 'node:fs'
if (process.argv.slice(2).join(' ') !== 'run build -w web') throw new Error('not asked to build')
mkdirSync('web/dist/app', { recursive: true })
writeFileSync('web/dist/app/index.html', '<title>the app</title>')
writeFileSync('web/dist/app-sources.sha256', '${digestOf(Buffer.from(source))}  web/app/main.tsx\\n')
`
const build = () => buildApp({ places, npm: join(root, 'npm.mjs'), say: (line) => said.push(line) })
const state = () => appStateOf(readBuiltApp(places)).state

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'build-app-'))
  places = {
    root,
    folder: join(root, 'web/dist/app'),
    sources: join(root, 'web/dist/app-sources.sha256'),
  }
  said.length = 0
  write('web/app/index.html', '')
  write('web/app/main.tsx', source)
  write('node_modules/vite/package.json', '{}')
  write('npm.mjs', builds)
})
afterEach(() => rmSync(root, { recursive: true }))

test('an app that is missing is built, and one that is there is not built again', async () => {
  await build()
  expect(state()).toBe('built')
  expect(said).toEqual(['The review app is being built (it is not built), which takes up to a minute …'])
  write('npm.mjs', 'process.exit(1)')
  await build()
  expect(said).toHaveLength(1)
})

test('one that is older than a source is built again, and the source is named', async () => {
  await build()
  writeFileSync(places.sources, `${'0'.repeat(64)}  web/app/main.tsx\n`)
  expect(state()).toBe('older')
  await build()
  expect(state()).toBe('built')
  expect(said.at(-1)).toContain('web/app/main.tsx has changed since')
})

test('what builds it is not there, or there is nothing to build: nothing is begun', async () => {
  rmSync(join(root, 'node_modules'), { recursive: true })
  await build()
  write('node_modules/vite/package.json', '{}')
  rmSync(join(root, 'web/app/index.html'))
  await build()
  expect(said).toEqual([])
  expect(existsSync(join(root, 'web/dist'))).toBe(false)
})

test('a build that fails is said, with what it said last, and hinders nothing', async () => {
  write(
    'npm.mjs',
    'console.error("main.tsx: expected a bundle"); console.error("npm error code 1"); process.exit(1)',
  )
  await build()
  expect(said.at(-1)).toBe('The review app was not built: main.tsx: expected a bundle.')
  expect(state()).toBe('missing')
})
