import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { opensslTakes, replyWith, TimeStampAuthority } from '../support/time-stamp-authority.ts'
import { type RelayStatus, Workstation } from '../support/workstation.ts'

/* A real relay and a time-stamping authority made by OpenSSL, on loopback: set up, away, lying, and back. */

const good = 'gravel spoon tundra 41'
const why = ['--reason', 'as agreed with the head of the laboratory']

let station: Workstation
let authority: TimeStampAuthority
let signer: string
let address: string
let port: string

beforeEach(async () => {
  authority = new TimeStampAuthority()
  signer = authority.certificate({ key: 'ec' })
  address = await authority.listen(() => signer)
  port = String(await freePort())
  station = new Workstation({ usualPort: true, init: ['--quiet', '1', '--admin', 'asmith=Anna Smith'] })
  const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  relay([code, good], 'account', 'password', 'asmith', '--code')
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
  await authority.remove()
})

function relay(typed: readonly string[], ...args: string[]): string {
  const said = station.tryRelayWith(`${typed.join('\n')}\n`, ...args, '--port', port)
  expect(said).toMatchObject({ code: 0, error: '' })
  return said.out
}

const setRule = (value = `${address},${authority.ca}`) =>
  relay([good], 'rules', 'set', 'time-stamps', value, '--as', 'asmith', ...why)

const stampsOf = (status: RelayStatus) => status.timeStamps

const stamped = (size = 1) =>
  station.until('a checkpoint is stamped', (status) => (stampsOf(status)?.last?.size ?? 0) >= size)
const faulty = (says: string | RegExp) =>
  station.until(`it says ${says}`, (status) => (stampsOf(status)?.fault?.says ?? '').search(says) >= 0)

/** The notary's folder of this trail. */
function folder(): string {
  const [name] = readdirSync(station.notary).filter((one) => /^[0-9a-f]{64}$/.test(one))
  return join(station.notary, name ?? '')
}

const stamps = () =>
  readdirSync(folder())
    .filter((name) => name.endsWith('.tsr'))
    .sort()

/** Lets the notary have it: what is stamped is given a moment later. */
async function given(count: number): Promise<readonly string[]> {
  await station.until('the notary has them', () => stamps().length >= count)
  return stamps()
}

/** The authority is in this process: it has to answer meanwhile. */
const exported = async () => {
  const file = join(station.base, 'export.zip')
  const said = await station.tryRelayMeanwhile('export', '--data', station.data, '--out', file, ...why)
  return { file, ...said }
}
const fingerprint = () =>
  JSON.parse(station.relay('keys', '--data', station.data, '--json')).keys[0].fingerprint as string

describe('time stamps', { tags: ['req/P11-10a-4'] }, () => {
  test('are a rule of the site; the newest checkpoint gets one, beside it, that OpenSSL takes', async () => {
    expect(stampsOf(await station.status())).toBeNull()
    setRule()
    expect(station.records().find(({ kind }) => kind === 'rules.changed')).toMatchObject({
      kind: 'rules.changed',
      body: {
        before: { timeStamps: null },
        after: { timeStamps: { url: address, everyMinutes: 60 } },
        reason: why[1],
      },
    })
    await stamped()
    const [name = ''] = await given(1)
    const checkpoint = join(folder(), name.replace(/tsr$/, 'checkpoint'))
    const now = Math.floor(Date.now() / 1_000)
    expect(opensslTakes(checkpoint, join(folder(), name), authority.ca, now)).toBe(true)
    // One an hour, however much is recorded.
    station.write('a.dat')
    await station.settled()
    expect(authority.asked).toBe(1)
    const { out } = station.tryRelay('verify', '--data', station.data, '--tsa-cert', authority.ca)
    expect(out).toMatch(/1 time stamp: the first \d+ records were there by 20/)
    expect(station.verify()).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 time stamp: relay verify --tsa-cert'),
    })
    const key = (await station.status()).key
    const lines = join(station.base, 'trail.jsonl')
    writeFileSync(lines, station.relay('trail', '--data', station.data))
    const held = ['verify', lines, '--checkpoint', checkpoint, '--trail-key', key]
    expect(station.tryRelay(...held, '--tsa-cert', authority.ca)).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 time stamp: the first'),
    })
    const missing = station.tryRelay('verify', '--data', station.data, '--tsa-cert', '/missing.crt')
    expect(missing).toMatchObject({ code: 2, error: expect.stringContaining('there is no such file') })
    relay([good], 'rules', 'set', 'time-stamps', 'none', '--as', 'asmith', ...why)
    expect(stampsOf(await station.status())).toBeNull()
  })

  test('are as far apart as the rule says, which can be changed', async () => {
    await station.settled()
    await station.stop()
    // One was to have a stamp twenty minutes ago.
    const database = new DatabaseSync(join(station.data, 'relay.db'))
    const due = new Date(Date.now() - 20 * 60_000).toISOString()
    database
      .prepare('INSERT INTO time_stamp (trail, size, due) SELECT trail, MAX(size), ? FROM checkpoint')
      .run(due)
    database.close()
    await station.start('--port', port)
    setRule()
    await stamped()
    station.write('a.dat')
    await station.settled()
    expect(authority.asked).toBe(1)
    relay([good], 'rules', 'set', 'time-stamps-every', '15', '--as', 'asmith', ...why)
    const { size } = await station.settled()
    await station.until('another one is stamped', () => authority.asked === 2)
    await given(2)
    const last = station.records().findLast(({ kind }) => kind === 'rules.changed')
    expect(last?.body).toMatchObject({
      before: { timeStamps: { everyMinutes: 60 } },
      after: { timeStamps: { everyMinutes: 15 } },
    })
    expect(station.relay('status', '--data', station.data)).toContain(
      `${address}, every 15 minutes: the first`,
    )
    expect(stampsOf(await station.status())?.last?.size).toBeLessThanOrEqual(size)
  })

  test('come with an export, of its own head, and its recipe checks them', async () => {
    const other = new TimeStampAuthority()
    const stranger = join(station.base, 'stranger.pem')
    copyFileSync(other.ca, stranger)
    await other.remove()
    setRule()
    await stamped()
    station.write('a.dat')
    await station.settled()
    const made = await exported()
    expect(made).toMatchObject({ code: 0, error: '', out: expect.stringContaining('time stamp    stamped') })
    const verify = ['verify', made.file, '--fingerprint', fingerprint()]
    const checked = station.tryRelay(...verify, '--tsa-cert', authority.ca, '--json')
    expect(checked.code).toBe(0)
    const [trail] = JSON.parse(checked.out).trails as [{ size: number; proved: { size: number }[] }]
    expect(trail.proved.at(-1)?.size).toBe(trail.size)
    expect(trail.proved.length).toBe(2)
    const copy = (name: string, ...more: string[]) => {
      const page = join(station.base, name)
      const by = ['--fingerprint', fingerprint(), '--out', page, ...more]
      expect(station.tryRelay('report', made.file, ...by)).toMatchObject({ code: 0 })
      return readFileSync(page, 'utf8')
    }
    expect(copy('stamped.html', '--tsa-cert', authority.ca)).toMatch(
      /time stamps by the certificate [0-9a-f ]+.*proven: 2 time stamps: the first \d+ records were there by 20/s,
    )
    expect(copy('open.html')).toContain('not checked: 2 time stamps: relay verify --tsa-cert FILE')
    // A certificate of somebody else's takes nothing from the seal: only the times are not shown.
    expect(station.tryRelay(...verify, '--tsa-cert', stranger)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/\nsealed +yes, [\s\S]*\n2 findings about a time stamp, none about .*\n$/),
    })
    const unpacked = join(station.base, 'unpacked')
    execFileSync('unzip', ['-q', made.file, '-d', unpacked])
    const bag = join(unpacked, 'export')
    const steps = readFileSync(join(bag, 'data/VERIFY.txt'), 'utf8').split('\n')
    const script = steps.filter((line) => line.startsWith('   ')).join('\n')
    const run = () => execFileSync('bash', ['-c', script], { cwd: bag, encoding: 'utf8' })
    copyFileSync(authority.ca, join(bag, 'tsa.pem'))
    expect(run().match(/^there by \w{3} .* GMT: data\/trails\/.*\.checkpoint$/gm)).toHaveLength(2)
    copyFileSync(join(authority.folder, `${signer}.pem`), join(bag, 'tsa.pem'))
    expect(run()).not.toContain('DOES NOT HOLD')
    copyFileSync(stranger, join(bag, 'tsa.pem'))
    expect(run().match(/^THE TIME STAMP DOES NOT HOLD/gm)).toHaveLength(2)
    expect(station.tryRelay(...verify)).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 time stamps: relay verify --tsa-cert FILE says whose count'),
    })
  })
})

describe('an authority that', { tags: ['req/P11-10e-2', 'challenge', 'fault'] }, () => {
  test('is away holds up nothing, is said to be, and what it missed is stamped when it is back', async () => {
    const { port: number } = new URL(address)
    await authority.silence()
    setRule()
    await faulty('nobody answers at that port')
    station.write('a.dat')
    await station.until('it is recorded', ({ units }) => units.recorded === 1)
    await station.settled()
    const status = await station.status()
    expect(status.needs.map(({ code }) => code)).toContain('not-time-stamped')
    expect(status.notary).toMatchObject({ state: 'reachable', behind: false })
    expect(stampsOf(status)).toMatchObject({ last: null, owed: 1 })
    // An export asks at once, and goes without.
    const made = await exported()
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining('nobody answers at that port') })
    const owed = stampsOf(await station.status())?.owed ?? 0
    expect(owed).toBe(2)
    const asked: string[] = []
    authority.answer = (usual, response, query) => {
      asked.push(query.toString('hex'))
      replyWith(response, usual)
    }
    await authority.listen(() => signer, Number(number))
    await station.until('all are stamped', (now) => stampsOf(now)?.owed === 0, 180)
    expect(stampsOf(await station.status())?.fault).toBeNull()
    const names = await given(2)
    // The newest first.
    const order = names.toReversed().map((name) => {
      const note = readFileSync(join(folder(), name.replace(/tsr$/, 'checkpoint')))
      return createHash('sha256').update(note).digest('hex')
    })
    expect(asked.map((query) => order.findIndex((one) => query.includes(one)))).toEqual([0, 1])
    expect(station.tryRelay('verify', '--data', station.data, '--tsa-cert', authority.ca).code).toBe(0)
  })

  test('lies is said to, and believed once it says what is right', async () => {
    let isRight = false
    authority.answer = (usual, response) => replyWith(response, isRight ? usual : Buffer.alloc(500, 0x41))
    setRule()
    await faulty('no answer of RFC 3161')
    expect(stamps()).toEqual([])
    isRight = true
    await stamped()
    await given(1)
    expect(station.verify().code).toBe(0)
  })
})

describe('a time stamp in a notary or an export', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  test('that is of another checkpoint, forged, or beside none is found', async () => {
    setRule()
    await stamped()
    const [name = ''] = await given(1)
    const file = join(folder(), name)
    const genuine = readFileSync(file)
    const found = (bytes: Uint8Array, ...more: string[]): string => {
      // It is write once, for who keeps to it.
      renameSync(file, `${file}.kept`)
      writeFileSync(file, bytes)
      const { code, out } = station.tryRelay('verify', '--data', station.data, ...more)
      expect(code).toBe(1)
      renameSync(`${file}.kept`, file)
      return out
    }
    expect(found(authority.reply(authority.query(Buffer.from('x')), signer))).toContain('time-stamp-imprint')
    expect(found(Buffer.from('x'))).toContain('time-stamp-form')
    const elsewhere = new TimeStampAuthority()
    const note = readFileSync(file.replace(/tsr$/, 'checkpoint'))
    const strange = elsewhere.reply(elsewhere.query(note), elsewhere.certificate({ key: 'ec' }))
    await elsewhere.remove()
    expect(found(strange, '--tsa-cert', authority.ca)).toContain('time-stamp-certificate')
    const cut = Buffer.from(genuine)
    cut[cut.length - 1] = (cut.at(-1) ?? 0) ^ 1
    expect(found(cut, '--tsa-cert', authority.ca)).toContain('time-stamp-signature')
    writeFileSync(join(folder(), '0000000000900000.tsr'), genuine)
    expect(station.tryRelay('verify', '--data', station.data).out).toContain('time-stamp-alone')
    expect(existsSync(file)).toBe(true)
  })
})
