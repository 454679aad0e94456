import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@compliance-relay/shared/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { problemOf as refusalOf } from '../../shared/src/relay/problem-of.test-support.ts'
import { freePort } from '../support/free-port.ts'
import { missingPoppler, pagesOf, solid } from '../support/poppler.ts'
import { Workstation } from '../support/workstation.ts'

/* Sealed exports that people ask a real relay for by HTTP: made by a process of its own, sealed by the relay. */

const good = 'gravel spoon tundra 41'
const reason = 'for the inspection of the laboratory'
const why = ['--reason', reason]

/** What a copy says that the relay made of its own export. */
const BY_ITSELF = /<div><code>the own keys of the relay that printed this: [^<]*<\/code><\/div>/

let station: Workstation
let port: string

beforeEach(async () => {
  port = String(await freePort())
  station = new Workstation({ usualPort: true, init: ['--quiet', '1', '--admin', 'asmith=Anna Smith'] })
  const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  account([code, good], 'password', 'asmith', '--code')
  for (const name of ['a.dat', 'b.dat']) writeFileSync(join(station.folder, name), name)
  await station.until('they are recorded', ({ units }) => units.recorded === 2)
  await station.settled()
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

function account(typed: readonly string[], ...args: string[]) {
  const done = station.tryRelayWith(`${typed.join('\n')}\n`, 'account', ...args, '--port', port)
  expect(done).toMatchObject({ code: 0 })
  return done
}

/** Signed in, with a password of their own. */
async function person(id: string, role: string): Promise<Client> {
  const as = ['--role', role, '--as', 'asmith', ...why, '--json']
  const added = account([good], 'add', `${id}=Person ${id}`, ...as)
  account([JSON.parse(added.out).code, good], 'password', id, '--code')
  return signedIn(id)
}

async function signedIn(user: string): Promise<Client> {
  const { token } = await clientAt(port, () => undefined).call('signIn', { body: { user, password: good } })
  return clientAt(port, () => token)
}

function start(client: Client, filter: object = {}, password = good) {
  return client.call('startExport', { body: { password, reason, filter } })
}

/** When it is made, or has failed. */
async function ended(client: Client, id: string) {
  for (;;) {
    const { export: one } = await client.call('readExport', { export: id })
    if (one.state === 'made' || one.state === 'failed') return one
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const folder = () => join(station.data, 'exports')
const seals = () => station.records().filter(({ kind }) => kind === 'export.sealed')

test('an auditor asks for a bag, has it, and it holds; what is sealed names the auditor and nobody else', {
  tags: ['req/P11-10b-1', 'req/P11-10d-1'],
}, async (context) => {
  const audrey = await person('audrey', 'auditor')
  const { export: asked } = await start(audrey, { kinds: ['file.*'] })
  expect(asked).toMatchObject({ by: { id: 'audrey' }, made: null, failed: null })
  const made = await ended(audrey, asked.id)
  expect(made).toMatchObject({ state: 'made', made: { leftOut: [] } })
  const { bytes } = await audrey.read('readBag', { export: asked.id })
  const file = join(station.base, 'fetched.zip')
  writeFileSync(file, bytes ?? '')
  expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(made.made?.sha256)
  expect(seals()).toMatchObject([
    {
      actor: { id: 'audrey', name: 'Person audrey', via: 'session' },
      body: { reason, manifest: made.made?.manifest, by: { session: expect.any(String) } },
    },
  ])
  const { keys } = await audrey.call('listTrailKeys', {})
  expect({ keys }).toEqual(JSON.parse(station.relay('keys', '--data', station.data, '--json')))
  expect(station.tryRelay('verify', file, '--fingerprint', keys[0]?.fingerprint ?? '')).toMatchObject({
    code: 0,
    out: expect.stringContaining('No findings'),
  })
  expect(statSync(folder()).mode & 0o777).toBe(0o700)
  for (const name of readdirSync(folder())) expect(statSync(join(folder(), name)).mode & 0o777).toBe(0o600)

  const html = await audrey.read('readReport', { export: asked.id, query: { form: 'html' } })
  expect(solid(new TextDecoder().decode(html.bytes))).toContain(made.made?.manifest)
  const pdf = await audrey.read('readReport', { export: asked.id })
  expect(new TextDecoder().decode(pdf.bytes?.slice(0, 5))).toBe('%PDF-')
  // The copy is the one that the command makes of the same bag, but for whose word it goes by.
  const own = join(station.base, 'own.html')
  station.relay('report', file, '--out', own, '--fingerprint', keys[0]?.fingerprint ?? '')
  const said = new TextDecoder().decode(html.bytes).split(BY_ITSELF)
  expect(said).toHaveLength(2)
  expect(said.join('')).toBe(readFileSync(own, 'utf8'))
  context.skip(missingPoppler !== undefined, missingPoppler)
  const printed = join(station.base, 'copy.pdf')
  writeFileSync(printed, pdf.bytes ?? '')
  for (const page of pagesOf(printed)) expect(solid(page)).toContain(made.made?.manifest)
})

test('an operator, a wrong password and somebody else’s export are refused, and nothing is sealed or given', {
  tags: ['req/P11-10d-1', 'challenge'],
}, async () => {
  const [rev, rita, ops] = [
    await person('rev', 'reviewer'),
    await person('rita', 'reviewer'),
    await person('ops', 'operator'),
  ]
  expect(await refusalOf(start(ops))).toBe('forbidden')
  expect(await refusalOf(start(rev, {}, 'wrong password 41'))).toBe('password-wrong')
  expect(await refusalOf(start(rev, { kinds: ['No Kind'] }))).toBe('bad-request')
  const none = await ended(rev, (await start(rev, { projects: ['P-71'] })).export.id)
  expect(none).toMatchObject({
    state: 'failed',
    failed: { code: 'nothing-asked-for', unmatched: { list: 'projects', value: 'P-71' } },
  })
  expect(seals()).toEqual([])
  expect(readdirSync(folder())).toEqual([])
  const { id } = (await start(rev)).export
  expect(await ended(rev, id)).toMatchObject({ state: 'made' })
  for (const read of ['readBag', 'readReport'] as const)
    expect(await refusalOf(rita.read(read, { export: id }))).toBe('export-unknown')
  expect(await rita.call('listExports', {})).toEqual({ exports: [] })
  expect(seals()).toHaveLength(1)
})

test('a kill in the middle leaves no half of a bag, and nothing that could be asked for', {
  tags: ['challenge'],
}, async () => {
  const quinn = await person('quinn', 'qa')
  const { id } = (await start(quinn)).export
  const children = join('/proc', String(station.pid), 'task', String(station.pid), 'children')
  const own = existsSync(children) ? readFileSync(children, 'utf8').trim().split(' ') : []
  if (existsSync(children)) expect(own).toHaveLength(1)
  await station.stop('SIGKILL')
  await station.start('--port', port)
  // It ends with the relay that started it.
  for (const pid of own)
    while (existsSync(join('/proc', pid))) await new Promise((resolve) => setTimeout(resolve, 50))
  expect(readdirSync(folder())).toEqual([])
  const again = await signedIn('quinn')
  for (const read of ['readBag', 'readReport'] as const)
    expect(await refusalOf(again.read(read, { export: id }))).toBe('export-unknown')
  expect(seals()).toEqual([])
  // And the next is made as if nothing had been.
  expect(await ended(again, (await start(again)).export.id)).toMatchObject({ state: 'made' })
  await station.stop()
  expect(readdirSync(folder())).toEqual([])
  expect(station.verify().code).toBe(0)
})
