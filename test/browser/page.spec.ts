import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { ask, pageUrl, places, test } from './ask.ts'
import { buildSite, contentSecurityPolicy, modulesFile, siteDirectory } from './site.ts'

test('the page and its worker are built from the ring as it is, with nothing of Node in them', {
  tag: '@oq',
}, () => {
  const modules = readFileSync(modulesFile, 'utf8').split('\n')
  expect(modules).toContain('shared/src/trail/trail-verifier.ts')
  expect(modules).toContain('shared/src/trail/platform/digest.ts')
  expect(modules).toContain('shared/src/trail/platform/ed25519.ts')
  expect(modules.filter((name) => /\.node\.ts|node:|browser-external/.test(name))).toEqual([])

  const assets = join(siteDirectory, 'assets')
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'))
  expect(scripts.length).toBe(2)
  for (const name of scripts) {
    const text = readFileSync(join(assets, name), 'utf8')
    expect(text.includes('TrailVerifier = class'), name).toBe(true)
    expect(text.match(/['"`]node:|\brequire\(['"`]|browser-external/), name).toBeNull()
  }
})

test('a page that took the node condition would not be built', { tag: ['@oq', '@challenge'] }, async () => {
  await expect(buildSite({ conditions: ['node', 'module', 'import'] })).rejects.toThrow(
    /expected no module of Node, found node:/,
  )
})

test('the page and its worker run under a policy that refuses eval', {
  tag: ['@oq', '@challenge'],
}, async ({ ringPage }) => {
  const response = await ringPage.request.get(pageUrl())
  expect(response.headers()['content-security-policy']).toBe(contentSecurityPolicy)
  for (const place of places) expect(await ask(ringPage, place, 'mayEval', null), place).toBe(false)
})
