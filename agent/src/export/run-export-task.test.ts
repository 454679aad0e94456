import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runExportTask } from './run-export-task.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-task-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a program in the place of the one that makes exports; what the log is told. */
async function logOf(text: string, millisecondsMax?: number): Promise<readonly unknown[]> {
  const program = join(folder, 'program.mjs')
  writeFileSync(program, text)
  const told: unknown[] = []
  const task = { make: 'check', bag: 'none.zip', fingerprints: [] } as const
  const options = millisecondsMax === undefined ? { program } : { program, millisecondsMax }
  const running = runExportTask(task, {}, (failed) => told.push(failed.reason), options)
  await expect(running.ended).rejects.toMatchObject({ name: 'ExportFailed', code: 'internal' })
  return told
}

test('a process that says nothing and does not end is not waited for', { tags: ['challenge'] }, async () => {
  expect(await logOf('setInterval(() => {}, 1000)', 300)).toEqual(['it took longer than any export may'])
})

test('a process that ends otherwise than in order is not believed its last word', {
  tags: ['challenge'],
}, async () => {
  const said = `{"printed":1}`
  const text = `import { writeSync } from 'node:fs'\nwriteSync(3, '${said}\\n')\nprocess.exit(3)`
  expect(await logOf(text)).toEqual(['its process ended with 3'])
  expect(await logOf(text.replace(said, `${said}\\n${said}`))).toEqual(['it went on after its last word'])
})

test('a question that was not to be asked ends it', { tags: ['challenge'] }, async () => {
  const text = `import { writeSync } from 'node:fs'\nwriteSync(3, '{"stamp":true}\\n')\nsetInterval(() => {}, 1000)`
  expect(await logOf(text)).toEqual(['it asked for what it may not, or twice'])
})

test('one word that is too long, or words that are too many, end it', { tags: ['challenge'] }, async () => {
  const saying = (word: string, times: number) =>
    `import { Socket } from 'node:net'\nconst relay = new Socket({ fd: 3 })\n` +
    `relay.write(${word}.repeat(${times}))\nrelay.resume()\nrelay.on('error', () => {})\nsetInterval(() => {}, 1000)`
  const progress = JSON.stringify(`{"stage":"making","done":1,"of":2}\n`)
  expect(await logOf(saying(`'x'`, 1 << 20), 20_000)).toEqual(['it said too much'])
  expect(await logOf(saying(progress, 200_000), 20_000)).toEqual(['it said too much'])
})
