import { existsSync } from 'node:fs'

/** The browser to test with: Debian's, or the one the caller names. Playwright's own are not downloaded. */
export function findChromium(named: string | undefined): string | undefined {
  const path = named ?? '/usr/bin/chromium'
  return existsSync(path) ? path : undefined
}

/** Without these Chromium calls its maker's hosts at every start. The only pages it opens are our own. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
