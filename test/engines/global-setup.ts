import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { readBuiltApp } from '../../agent/src/built-app.ts'

/** Builds the app for the whole run, where it is not built of what lies here. */
export default function setUp(): void {
  if (readBuiltApp().state !== 'built')
    execFileSync(process.execPath, [join(import.meta.dirname, '../../web/build/main.ts')])
}
