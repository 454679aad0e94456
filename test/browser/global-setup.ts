import { writeFileSync } from 'node:fs'
import { buildSite, modulesFile, serveSite } from './site.ts'

/** Builds and serves the page for the whole run. Test processes learn the address from the environment. */
export default async function setUp(): Promise<() => Promise<void>> {
  const modules = await buildSite()
  writeFileSync(modulesFile, `${modules.join('\n')}\n`)
  const server = await serveSite()
  const address = server.httpServer.address()
  if (address === null || typeof address === 'string') throw new Error(`expected a port, found ${address}`)
  process.env['PAGE_URL'] = `http://127.0.0.1:${address.port}/`
  return () => server.close()
}
