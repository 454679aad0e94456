/**
 * npm run switches [-- WORDS]
 *
 * Shows that the tests notice: in a copy of the project each control is switched off, one after the other, and the
 * test that holds it must fail. Exit code 1 if one does not, or fails with everything on. Nothing here is changed.
 * With WORDS, as one text, only controls that have it in what they are of, what they hold, their file or test.
 */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { controls } from './controls.ts'

const words = process.argv.slice(2).join(' ')
const chosen = controls.filter(({ of, what, file, test }) =>
  [of, what, file, test].some((one) => one.includes(words)),
)
if (chosen.length === 0) {
  process.stderr.write(`no control has ${JSON.stringify(words)} in its text, file or test\n`)
  process.exit(2)
}

const root = join(import.meta.dirname, '../..')
const copy = mkdtempSync(join(tmpdir(), 'relay-switches-'))
process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

for (const part of ['agent', 'shared', 'test', 'web', 'package.json', 'tsconfig.base.json'])
  cpSync(join(root, part), join(copy, part), {
    recursive: true,
    filter: (path) =>
      !path.includes('node_modules') &&
      !['test/out', 'web/dist'].some((made) => path.startsWith(join(root, made))),
  })
// Packages of others are those of the project; our own are the copy's.
mkdirSync(join(copy, 'node_modules', '@compliance-relay'), { recursive: true })
for (const name of readdirSync(join(root, 'node_modules')))
  if (name !== '@compliance-relay')
    symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name))
for (const name of ['agent', 'shared', 'test', 'web'])
  symlinkSync(join(copy, name), join(copy, 'node_modules', '@compliance-relay', name))

/** True if all tests of a file pass. */
function passes(test: string): boolean {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { status, signal, error } = spawnSync(
    process.execPath,
    [vitest, 'run', '--config', configOf(test), '--reporter', 'dot', '--bail', '1', test],
    // On a busy machine the longest takes some minutes.
    { cwd: copy, stdio: 'ignore', timeout: 1_800_000 },
  )
  if (error !== undefined || signal !== null) throw new Error(`${test} could not be run: ${error ?? signal}`)
  return status === 0
}

/** What needs programs of the machine is in the capture lane. */
function configOf(test: string): string {
  return test.startsWith('test/capture/') ? 'test/capture/vitest.config.ts' : 'test/vitest.config.ts'
}

function switchedOff(
  file: string,
  text: string,
  { from, to }: { readonly from: string; readonly to: string },
): string {
  if (text.split(from).length !== 2) throw new Error(`${file} has not once: ${from}`)
  return text.replace(from, () => to)
}

let unnoticed = 0
for (const test of new Set(chosen.map((control) => control.test)))
  if (!passes(test)) {
    unnoticed++
    process.stdout.write(`NOT WELL    ${test} fails with every control on\n`)
  }
for (const { of, what, file, from, to, also, test } of chosen) {
  const edits = [{ file, from, to }, ...(also === undefined ? [] : [{ file, ...also }])]
  const sources = new Map(edits.map((edit) => [edit.file, readFileSync(join(copy, edit.file), 'utf8')]))
  const edited = new Map(sources)
  for (const edit of edits) edited.set(edit.file, switchedOff(edit.file, edited.get(edit.file) ?? '', edit))
  for (const [name, text] of edited) writeFileSync(join(copy, name), text)
  const isNoticed = !passes(test)
  for (const [name, text] of sources) writeFileSync(join(copy, name), text)
  if (!isNoticed) unnoticed++
  process.stdout.write(`${isNoticed ? 'noticed    ' : 'UNNOTICED  '} ${of.padEnd(10)} ${what}\n`)
}
process.stdout.write(`${chosen.length - unnoticed} passed, ${unnoticed} failed\n`)
process.exitCode = unnoticed === 0 ? 0 : 1
