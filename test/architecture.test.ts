import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

interface Source {
  /** Relative to the repository. */
  readonly path: string
  readonly text: string
}

/** What a ring or package may import, besides its own files. A prefix that ends in a slash or colon covers what begins with it. */
interface Rule {
  readonly folder: string
  readonly may: readonly string[]
}

const rules = {
  trail: { folder: 'shared/src/trail', may: ['#digest', '#ed25519', '@noble/hashes/', '@noble/curves/'] },
  api: { folder: 'shared/src/api', may: ['../trail/index.ts', 'zod'] },
  'time stamp': { folder: 'shared/src/time-stamp', may: ['../trail/index.ts', 'asn1js', 'pkijs'] },
  bag: {
    folder: 'shared/src/bag',
    // The faults and the bounds of time stamps alone, too: the rest brings libraries with it, for bags that have such.
    may: [
      '../trail/index.ts',
      '../../trail/index.ts',
      '../time-stamp/index.ts',
      '../time-stamp/bounds.ts',
      '../time-stamp/faults.ts',
      '@zip.js/zip.js',
    ],
  },
  relay: {
    folder: 'shared/src/relay',
    may: [
      '../trail/index.ts',
      '../api/index.ts',
      '../../trail/index.ts',
      '../../api/index.ts',
      '../../seed.test-support.ts',
      '@napi-rs/keyring',
      '@node-rs/argon2',
      '@zxcvbn-ts/language-common',
      'hono',
      'jose',
      'node:',
      'openid-client',
      'zod',
    ],
  },
  agent: {
    folder: 'agent',
    may: [
      '@compliance-relay/shared/',
      'node:',
      'chokidar',
      'fontkit',
      'hono',
      '@hono/node-server',
      'pdfkit',
      'pino',
      'zod',
    ],
  },
  server: { folder: 'server', may: ['@compliance-relay/shared/', 'node:'] },
  'web check': {
    folder: 'web/check',
    may: ['@compliance-relay/shared/trail', '@compliance-relay/shared/bag'],
  },
  web: {
    folder: 'web/src',
    may: [
      '../check/',
      '@compliance-relay/shared/trail',
      '@compliance-relay/shared/api',
      '@compliance-relay/shared/bag',
    ],
  },
  'web app': {
    folder: 'web/app',
    may: [
      '../../check/',
      '@compliance-relay/shared/trail',
      '@compliance-relay/shared/api',
      '@compliance-relay/shared/bag',
      'comlink',
      'dexie',
      'hash-wasm',
      'react',
      'react-aria-components/',
      'react-dom/client',
      'wouter',
      'workbox-precaching',
      'workbox-routing',
      'workbox-window',
    ],
  },
  'web build': { folder: 'web/build', may: ['../package.json', 'node:', 'vite', 'vite-plugin-pwa'] },
} satisfies Record<string, Rule>

/** Imports that a rule does not allow, as `file: what it imports`. */
function strayImports({ folder, may }: Rule, sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    importsOf(text)
      .filter((name) => !isOwn(folder, path, name) && !isAllowed(path, name, may))
      .map((name) => `${path}: ${name}`),
  )
}

function importsOf(text: string): string[] {
  const statement =
    /(?:^|;)[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|(?:^[ \t]*import|\bimport\s*\()\s*['"]([^'"]+)['"]/gm
  return [...text.matchAll(statement)].map(([, from, bare]) => from ?? bare ?? '')
}

function isOwn(folder: string, path: string, name: string): boolean {
  if (!name.startsWith('.')) return false
  return join(path, '..', name).startsWith(`${folder}/`)
}

const testing = ['vitest', 'fast-check', '@seriousme/openapi-schema-validator', 'standardwebhooks']

function isAllowed(path: string, name: string, may: readonly string[]): boolean {
  if (path.endsWith('.test.ts') && testing.includes(name)) return true
  // What tests of one package share; that nothing else takes it up is held below.
  if (path.endsWith('.test.ts') && name.endsWith('.test-support.ts')) return true
  if (path.endsWith('.node.ts') && name.startsWith('node:')) return true
  return may.some((one) => (/[/:]$/.test(one) ? name.startsWith(one) : name === one))
}

function sourcesIn(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|tsx|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules'))
    .map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }))
}

describe('who may import whom', () => {
  test.each(Object.entries(rules))('%s imports only what its place allows', (_, rule) => {
    expect(strayImports(rule, sourcesIn(rule.folder))).toEqual([])
  })

  test('there is something to look at', () => {
    expect(sourcesIn(rules.trail.folder).length).toBeGreaterThan(20)
    expect(sourcesIn(rules.trail.folder).flatMap(({ text }) => importsOf(text)).length).toBeGreaterThan(60)
  })

  test.each([
    ['trail', "import { readFileSync } from 'node:fs'", 'node:fs'],
    ['trail', "import { z } from 'zod'", 'zod'],
    ['trail', "export * from '../relay/index.ts'", '../relay/index.ts'],
    ['trail', "const fs = await import('node:fs')", 'node:fs'],
    ['trail', "import 'node:process'", 'node:process'],
    ['trail', "import type {\n  A,\n} from '@compliance-relay/agent'", '@compliance-relay/agent'],
    ['api', "import { readFileSync } from 'node:fs'", 'node:fs'],
    ['api', "import { People } from '../relay/people.ts'", '../relay/people.ts'],
    ['relay', "import { link } from '../trail/chain.ts'", '../trail/chain.ts'],
    ['relay', "import Database from 'better-sqlite3'", 'better-sqlite3'],
    ['agent', "import { pool } from '@compliance-relay/server'", '@compliance-relay/server'],
    ['agent', "import { hex } from '../../shared/src/trail/bytes.ts'", '../../shared/src/trail/bytes.ts'],
    ['server', "import { x } from '@compliance-relay/agent'", '@compliance-relay/agent'],
    ['web', "import { x } from '@compliance-relay/shared/relay'", '@compliance-relay/shared/relay'],
    ['web', "import { readFileSync } from 'node:fs'", 'node:fs'],
  ] as const)('a wrong import planted in %s is refused: %s', (name, text, stray) => {
    const rule = rules[name]
    const path = `${rule.folder}/planted.ts`
    expect(strayImports(rule, [...sourcesIn(rule.folder), { path, text }])).toEqual([`${path}: ${stray}`])
  })

  test('what only tests need, only tests import', () => {
    const users = Object.values(rules)
      .flatMap(({ folder }) => sourcesIn(folder))
      .filter(({ path }) => !/\.test(?:-support)?\.ts$/.test(path))
      .filter(({ text }) => importsOf(text).some((name) => /\.test(?:-support)?\.ts$/.test(name)))
    expect(users.map(({ path }) => path)).toEqual([])
  })

  test('shared gives out its doors and nothing behind them', () => {
    expect(import.meta.resolve('@compliance-relay/shared/trail')).toMatch(/shared\/src\/trail\/index\.ts$/)
    const manifest = JSON.parse(readFileSync(join(root, 'shared/package.json'), 'utf8'))
    expect(Object.keys(manifest.exports)).toEqual([
      './trail',
      './api',
      './bag',
      './relay',
      './keeping',
      './asking',
      './time-stamp',
      './requirements',
    ])
  })
})

describe('the trail ring', () => {
  test('takes no clock, randomness, network, process or console from around it', () => {
    const forbidden =
      /\b(?:process|console|fetch|performance|localStorage|setTimeout|globalThis|Math\.random|Date\.now)\b|new Date\(\)|\bcrypto\./
    const users = sourcesIn(rules.trail.folder)
      .filter(({ path }) => !path.endsWith('.test.ts'))
      .filter(({ text }) => forbidden.test(withoutComments(text)))
    expect(users.map(({ path }) => path)).toEqual([])
  })
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
}
