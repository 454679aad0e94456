/**
 * npm run build -w web: writes dist/page.html and dist/app, and beside each what it was built from, for whoever wants to
 * know and for the relay, which serves no app that is older than its sources.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildApp } from './build-app.ts'
import { buildPage } from './build-page.ts'

const dist = join(import.meta.dirname, '../dist')
mkdirSync(dist, { recursive: true })

const { html, sources } = await buildPage()
writeFileSync(join(dist, 'page.html'), html)
writeFileSync(join(dist, 'sources.sha256'), sources)
process.stdout.write(
  `${createHash('sha256').update(html).digest('hex')}  page.html, ${Math.ceil(html.length / 1024)} KiB\n`,
)

// Taken away first: a build that ends in the middle leaves an app that is known to be none.
const appSources = join(dist, 'app-sources.sha256')
rmSync(appSources, { force: true })
const app = await buildApp()
writeFileSync(appSources, app.sources)
process.stdout.write('dist/app: the app\n')
