import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@compliance-relay/shared/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { relayWithExportsBy } from '../support/changed-relay.ts'
import { freePort } from '../support/free-port.ts'
import { Workstation } from '../support/workstation.ts'

/* A real relay whose process for exports lies to it, or misbehaves: nothing of what it says is sealed or handed on. */

const good = 'gravel spoon tundra 41'
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

let base: string
let station: Workstation
let quinn: Client

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'relay-lies-'))
  const script = relayWithExportsBy(
    join(import.meta.dirname, '../support/lying-export-process.ts'),
    join(base, 'relay'),
  )
  const port = String(await freePort())
  const init = ['--quiet', '1', '--admin', 'asmith=Anna Smith']
  station = new Workstation({ base, script, usualPort: true, init })
  const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  const account = (typed: readonly string[], ...args: string[]) => {
    const done = station.tryRelayWith(`${typed.join('\n')}\n`, 'account', ...args, '--port', port)
    expect(done).toMatchObject({ code: 0 })
    return done.out
  }
  account([code, good], 'password', 'asmith', '--code')
  const as = ['--role', 'qa', '--as', 'asmith', '--reason', 'she sees to quality', '--json']
  const added = JSON.parse(account([good], 'add', 'quinn=Quinn Person', ...as))
  account([added.code, good], 'password', 'quinn', '--code')
  for (const name of ['a.dat', 'b.dat']) writeFileSync(join(station.folder, name), name)
  await station.until('they are recorded', ({ units }) => units.recorded === 2)
  await station.settled()
  const { token } = await clientAt(port, () => undefined).call('signIn', {
    body: { user: 'quinn', password: good },
  })
  quinn = clientAt(port, () => token)
})
afterAll(async () => {
  await station.stop('SIGKILL')
  rmSync(base, { recursive: true, force: true })
})

const folder = () => readdirSync(join(station.data, 'exports'))
const seals = () => station.records().filter(({ kind }) => kind === 'export.sealed')

/** Asks for an export with that reason; what came of it. */
async function exported(reason: string) {
  const body = { password: good, reason, filter: { kinds: ['file.*'] } }
  const { id } = (await quinn.call('startExport', { body })).export
  for (;;) {
    const { export: one } = await quinn.call('readExport', { export: id })
    if (one.state === 'made' || one.state === 'failed') return one
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const lie = (name: string) => exported(`lie: ${name} for a test of the relay`)
const isTold = {
  state: 'failed',
  made: null,
  failed: { code: 'internal', says: expect.stringContaining('log') },
}

describe('nothing is sealed, kept or handed on, and who asked is told, where the process', () => {
  test.each([
    ['says another filter', 'filter'],
    ['says another reason', 'reason'],
    ['says that there is a record more', 'count'],
    ['says another digest of the manifest', 'manifest'],
    ['says another digest of what the bag says of itself', 'info'],
    ['names a person', 'person'],
    ['says who asked', 'by'],
    ['says that it is done before anything was sealed', 'made-at-once'],
    ['says what is no message', 'no-words'],
    ['asks for the seal twice', 'seal-twice'],
    ['ends without a word', 'nothing'],
    ['ends in order when it should ask for the seal', 'ends-at-seal'],
    ['is killed when it should ask for the seal', 'killed-at-seal'],
    ['says one word of 64 MiB', 'one-long-word'],
    ['says 400,000 words', 'many-words'],
  ])('%s', { tags: ['challenge', 'req/P11-10a-4'] }, async (_, name) => {
    const before = seals().length
    expect(await lie(name)).toMatchObject(isTold)
    expect(seals()).toHaveLength(before)
    expect(folder()).toEqual([])
  })
})

describe('the seal on what was asked for stands, and no bag is kept or handed on, where the process', () => {
  test.each([
    ['says that it is done twice', 'made-twice'],
    ['names another file', 'file'],
    ['puts a byte after the bag', 'changed-later'],
    ['changes a byte in the bag', 'bit-changed'],
    ['puts something else in its place', 'other-file'],
    ['puts a link in its place', 'linked'],
    ['takes it away', 'no-file'],
  ])('%s', { tags: ['challenge', 'req/P11-10a-4'] }, async (_, name) => {
    const before = seals().length
    expect(await lie(name)).toMatchObject(isTold)
    expect(seals()).toHaveLength(before + 1)
    expect(folder()).toEqual([])
  })
})

test(`killed at any moment it leaves nothing, and at most the seal on what was asked for (SEED=${seed})`, {
  tags: ['challenge'],
}, async () => {
  let random = seed
  for (let i = 0; i < 12; i++) {
    random = (random * 48_271) % 2_147_483_647
    const before = seals().length
    const one = await lie(`killed-after-${random % 2_500}`)
    const sealed = seals().length - before
    // What it has finished by then is a bag like any other.
    expect(one).toMatchObject(one.state === 'made' ? { failed: null } : isTold)
    expect(sealed).toBeLessThanOrEqual(1)
    if (one.state === 'made') expect(sealed).toBe(1)
    else expect(folder().filter((name) => name.includes(one.id))).toEqual([])
  }
})

test('and after all that an honest one is made, and the trail verifies', async () => {
  const made = await exported('for the inspection of the laboratory')
  expect(made).toMatchObject({ state: 'made', made: { records: expect.any(Number), leftOut: [] } })
  const { bytes } = await quinn.read('readBag', { export: made.id })
  const file = join(base, 'fetched.zip')
  writeFileSync(file, bytes ?? '')
  const { keys } = await quinn.call('listTrailKeys', {})
  const verified = station.tryRelay('verify', file, '--fingerprint', keys[0]?.fingerprint ?? '', '--json')
  expect(JSON.parse(verified.out)).toMatchObject({
    findings: [],
    checked: { records: made.made?.records },
  })
  expect(station.verify()).toMatchObject({ code: 0 })
})
