import type { Engine, Missing } from './engine.ts'
import { findFirefox } from './firefox.ts'
import { findWebKit } from './webkit.ts'

/** What the app is tried in beside Chromium, whether it is here or not. */
export const engines: readonly (Engine | Missing)[] = [
  findFirefox(process.env['FIREFOX']),
  findWebKit(process.env['WEBKIT_DRIVER']),
]
