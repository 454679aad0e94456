import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

// A project of its own in a temporary folder, for the tests of the trace as a whole: real git, real vitest with
// the configuration of our own tests, the real trace.

const repository = join(import.meta.dirname, '../..')

export const head = "import { afterAll, describe, expect, test } from 'vitest'\n"

/** Two tests for each product row, one of them a challenge, made from the requirements themselves. */
export const everyRequirement = `${head}
  import { requirements } from '@compliance-relay/shared/requirements'
  for (const [id, { by }] of Object.entries(requirements)) {
    if (by !== 'product') continue
    test(id + ' holds', { tags: ['req/' + id, 'oq'] }, ({ task }) => {
      Object.assign(task.meta, { actual: 1 + 1 })
      expect(1).toBe(1)
    })
    test(id + ' is attacked', { tags: ['req/' + id, 'challenge'] }, () => { expect(1).toBe(1) })
  }
`

/** `setup` is code that runs in vitest's main process before the tests. */
export function projectWith(testFile: string, setup = ''): string {
  const project = mkdtempSync(join(tmpdir(), 'relay-trace-'))
  onTestFinished(() => rmSync(project, { recursive: true }))
  const config = JSON.stringify(join(repository, 'test/trace/evidence-config.ts'))
  const files = {
    '.gitignore': 'node_modules\ntest/out/\n',
    'package-lock.json': '{ "lockfileVersion": 3 }\n',
    'a.test.ts': testFile,
    'setup.ts': `import { existsSync, writeFileSync } from 'node:fs'
      export default (project) => { ${setup} }`,
    'vitest.config.ts': `import { evidenceConfig } from ${config}
      const own = { include: ['*.test.ts'], globalSetup: ['./setup.ts'] }
      export default { test: { ...evidenceConfig(import.meta.dirname), ...own } }`,
  }
  for (const [path, text] of Object.entries(files)) writeFileSync(join(project, path), text)
  symlinkSync(join(repository, 'node_modules'), join(project, 'node_modules'), 'junction')
  const me = ['-c', 'user.name=trace', '-c', 'user.email=trace@localhost', '-c', 'commit.gpgsign=false']
  for (const args of [
    ['init', '--quiet'],
    ['add', '.'],
    [...me, 'commit', '--quiet', '-m', 'start'],
  ]) {
    execFileSync('git', args, { cwd: project, env: cleanEnv() })
  }
  return project
}

export function vitestIn(project: string, env: NodeJS.ProcessEnv = {}) {
  return nodeIn(project, env, [join(repository, 'node_modules/vitest/vitest.mjs'), 'run'])
}

export function traceIn(project: string, ...args: string[]) {
  return nodeIn(project, {}, [join(repository, 'test/trace/main.ts'), '--root', project, ...args])
}

function nodeIn(cwd: string, env: NodeJS.ProcessEnv, args: readonly string[]) {
  const options = { cwd, env: { ...cleanEnv(), ...env }, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options)
  return { code: status, output: stdout + stderr }
}

/** Without what vitest tells its own workers and git tells its hooks: these are runs of their own. */
function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|GIT_|NODE_ENV)/.test(name)),
  )
}

export function read(project: string, path: string): string {
  return readFileSync(join(project, path), 'utf8')
}

export function codesIn(output: string): string[] {
  return [...output.matchAll(/^([a-z]+(?:-[a-z]+)*): /gm)].flatMap(([, code]) => code ?? [])
}
