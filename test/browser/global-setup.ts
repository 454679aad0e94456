import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readBuiltApp } from '../../agent/src/built-app.ts'
import { buildOfflinePage } from './offline-page.ts'
import { buildSite, modulesFile, serveSite } from './site.ts'

/** Builds the app and the pages for the whole run, and serves the one of the ring. Test processes learn the address from the environment. */
export default async function setUp(): Promise<() => Promise<void>> {
  // As the relays under test serve it: they take it from where a build puts it.
  if (readBuiltApp().state !== 'built')
    execFileSync(process.execPath, [join(import.meta.dirname, '../../web/build/main.ts')])
  await buildOfflinePage()
  const modules = await buildSite()
  writeFileSync(modulesFile, `${modules.join('\n')}\n`)
  const server = await serveSite()
  const address = server.httpServer.address()
  if (address === null || typeof address === 'string') throw new Error(`expected a port, found ${address}`)
  process.env['PAGE_URL'] = `http://127.0.0.1:${address.port}/`
  return () => server.close()
}
