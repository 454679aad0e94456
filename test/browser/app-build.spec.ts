import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { buildApp } from '../../web/build/build-app.ts'

/** React’s own, in what it gives developers alone. */
const FOR_DEVELOPERS = /hasn't mounted yet/

test('the app is built as people use it, whatever the environment says', { tag: '@oq' }, async () => {
  const out = mkdtempSync(join(tmpdir(), 'relay-app-'))
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'test'
  try {
    await buildApp(out)
    const scripts = readdirSync(join(out, 'assets')).filter((name) => name.endsWith('.js'))
    expect(scripts.length).toBeGreaterThan(10)
    for (const name of scripts)
      expect(FOR_DEVELOPERS.test(readFileSync(join(out, 'assets', name), 'utf8')), name).toBe(false)
    expect(process.env['NODE_ENV']).toBe('test')
  } finally {
    if (before === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = before
    rmSync(out, { recursive: true })
  }
})
