import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type BuiltApp, builtAppPlaces, readBuiltApp } from '../built-app.ts'

/** A build takes half a minute; one that takes so long is none. */
const BUILD_MILLISECONDS = 300_000

export interface Building {
  /** Where the product lies, and where its build puts the app and the list of what it was built from. */
  readonly places: { readonly root: string; readonly folder: string; readonly sources: string }
  /** The script of npm, as npm itself names it to what it starts; undefined: npm as it is found. */
  readonly npm: string | undefined
  /** One line that says what is being done, or what came of it. */
  readonly say: (line: string) => void
}

export function buildingHere(npm: string | undefined, say: (line: string) => void): Building {
  return { places: builtAppPlaces, npm, say }
}

/**
 * Builds the review app where it is missing or older than its sources, and where these and what builds them are there.
 * Whatever comes of it, the relay is started: the app that is there then is served, or none.
 */
export async function buildApp({ places, npm, say }: Building): Promise<void> {
  const before = readBuiltApp(places)
  if (before.state === 'built' || !canBuild(places.root)) return
  say(`The review app is being built (${why(before)}), which takes up to a minute …`)
  const fault = await run(npm, places.root)
  if (fault !== undefined) say(`The review app was not built: ${fault}.`)
}

function why(app: Exclude<BuiltApp, { readonly state: 'built' }>): string {
  return app.state === 'older' ? `${app.changed} has changed since` : app.reason
}

function canBuild(root: string): boolean {
  return [join(root, 'web/app/index.html'), join(root, 'node_modules/vite/package.json')].every((file) =>
    existsSync(file),
  )
}

/** What went wrong, in words; undefined if nothing did. What the build prints is not shown: the last of it is said. */
function run(npm: string | undefined, root: string): Promise<string | undefined> {
  const build = ['run', 'build', '-w', 'web']
  const [program, args] = npm === undefined ? ['npm', build] : [process.execPath, [npm, ...build]]
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: BUILD_MILLISECONDS,
      killSignal: 'SIGKILL',
    })
    let last = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      last = (last + text).slice(-2_000)
    })
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => {
      if (code === 0) resolve(undefined)
      else resolve(signal === null ? lastLine(last) : `it was ended by ${signal}`)
    })
  })
}

/** Of what npm says last, what is no word of npm's own. */
function lastLine(text: string): string {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^npm (?:error|warn|notice)/i.test(line))
  return lines.at(-1)?.trim() ?? '"npm run build -w web" says why'
}
