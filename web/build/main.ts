/** npm run build -w web: writes dist/page.html and, for whoever wants to know what it was built from, dist/sources.sha256. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPage } from './build-page.ts'

const { html, sources } = await buildPage()
const out = join(import.meta.dirname, '../dist')
mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'page.html'), html)
writeFileSync(join(out, 'sources.sha256'), sources)
process.stdout.write(
  `${createHash('sha256').update(html).digest('hex')}  page.html, ${Math.ceil(html.length / 1024)} KiB\n`,
)
