import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createFileNotary, createFileSecrets } from '@compliance-relay/shared/relay'
import { expect } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'
import { testIf } from './test-if.ts'

/*
 * That a note survives a power cut cannot be shown by killing a process: what it wrote stays in the memory of the
 * system. So the system calls are read as they were made, in their order.
 */

const noStrace = spawnSync('strace', ['-V']).status === 0 ? undefined : 'strace is not here'

testIf(noStrace, 'the bytes are synced before they have a name, and the name before it is said', async () => {
  const folder = join(temporaryFolder(), 'notary')
  await createFileNotary(folder)
  const calls = traced([join(import.meta.dirname, 'notary-child.ts'), 'once', 'folder', folder])
  expect(calls).toEqual([
    'mkdir ORIGIN',
    'fsync NOTARY',
    'open NEW',
    'fsync NEW',
    'link NEW ORIGIN/0000000000000001.checkpoint',
    'unlink NEW',
    'fsync ORIGIN',
    'say created',
  ])
})

testIf(noStrace, 'a secret is synced before it has a name, and the name before create returns', async () => {
  const folder = join(temporaryFolder(), 'keys')
  createFileSecrets(folder)
  const door = new URL(import.meta.resolve('@compliance-relay/shared/relay')).pathname
  const script = `
    import { writeSync } from 'node:fs'
    import { openFileSecrets } from ${JSON.stringify(door)}
    await openFileSecrets(process.argv[1]).create('a.mac', new Uint8Array(32))
    writeSync(1, 'created\\n')`
  expect(traced(['--input-type=module', '-e', script, folder])).toEqual([
    'open NEW',
    'fsync NEW',
    'link NEW NOTARY/a.mac',
    'unlink NEW',
    'fsync NOTARY',
    'say created',
  ])
})

/** The calls of a program that bear on durability, in the order they ended, with names in place of its paths. */
function traced(args: readonly string[]): string[] {
  const log = join(temporaryFolder(), 'calls')
  const wanted =
    'trace=mkdir,mkdirat,openat,fsync,fdatasync,link,linkat,unlink,unlinkat,rename,renameat,write'
  const folder = args.at(-1) as string
  mkdirSync(join(log, '..'), { recursive: true })
  const run = spawnSync('strace', [
    '-f',
    '-y',
    '-s',
    '300',
    '-e',
    wanted,
    '-o',
    log,
    process.execPath,
    ...args,
  ])
  expect(run.status).toBe(0)
  return wholeCalls(readFileSync(log, 'latin1'))
    .map((call) =>
      call
        .replaceAll(folder, 'NOTARY')
        .replace(/NOTARY\/\.[a-z0-9.]+\.new/g, 'NEW')
        .replace(/NOTARY\/[0-9a-f]{64}/g, 'ORIGIN'),
    )
    .flatMap((call) => brief(call))
}

/** Threads interleave: a call that waits is printed in two parts, and counts when it ended. */
function wholeCalls(text: string): string[] {
  const begun = new Map<string, string>()
  const calls: string[] = []
  for (const line of text.split('\n')) {
    const [, thread = '', call = ''] = /^([0-9]+) +(.*)$/.exec(line) ?? []
    const [, begin] = /^(.*) <unfinished \.\.\.>$/.exec(call) ?? []
    const [, end] = /^<\.\.\. \w+ resumed>(.*)$/.exec(call) ?? []
    if (begin !== undefined) begun.set(thread, begin)
    else calls.push(end === undefined ? call : `${begun.get(thread)}${end}`)
  }
  return calls
}

/** One call in few words; none if it is of no account or failed. */
function brief(call: string): string[] {
  if (!/ = [0-9]/.test(call)) return []
  const paths = [...call.matchAll(/(?:NOTARY|ORIGIN|NEW)[^">]*/g)].map(([path]) => path)
  const [, said] = /^write\(1<[^>]*>, "(\w+)\\n"/.exec(call) ?? []
  if (said !== undefined) return [`say ${said}`]
  const [name = ''] = /^\w+/.exec(call) ?? []
  const verb = name.replace(/at$/, '')
  if (verb === 'openat' || verb === 'open')
    return /O_CREAT/.test(call) && paths.length > 0 ? [`open ${paths[0]}`] : []
  if (verb === 'write' || paths.length === 0) return []
  return [`${verb} ${[...new Set(paths)].join(' ')}`]
}
