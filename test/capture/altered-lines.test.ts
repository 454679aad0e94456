import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Client, Problem } from '@compliance-relay/shared/api'
import { signProof } from '@compliance-relay/shared/relay'
import {
  leafHash,
  parseCheckpoint,
  printStatementNote,
  readEntry,
  type Signer,
  signerOf,
  signStatement,
  type TrailRecord,
} from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { freePort } from '../support/free-port.ts'
import { account, Workstation } from '../support/workstation.ts'

/* Lines and rows of the database of a relay at work, altered for a moment and put back: nothing is decided by them. */

const good = 'gravel spoon tundra 41'
const why = ['--reason', 'integration test']

let station: Workstation
let port: string

beforeEach(async () => {
  port = String(await freePort())
  const init = ['--quiet', '1', '--shared', account, '--admin', 'asmith=Anna Smith']
  station = new Workstation({ person: false, usualPort: true, init })
  const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  typed([code, good], 'account', 'password', 'asmith', '--code')
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

function typed(lines: readonly string[], ...args: string[]): string {
  const said = station.tryRelayWith(`${lines.join('\n')}\n`, ...args, '--port', port)
  expect(said).toMatchObject({ code: 0, error: '' })
  return said.out
}

function person(id: string, role: string): void {
  const added = typed(
    [good],
    ...['account', 'add', `${id}=Person ${id}`, '--role', role, '--as', 'asmith', ...why, '--json'],
  )
  typed([JSON.parse(added).code, good], 'account', 'password', id, '--code')
}

async function signedIn(user: string): Promise<Client> {
  const { token } = await clientAt(port).call('signIn', { body: { user, password: good } })
  return clientAt(port, () => token)
}

/** Rewrites the line of a record while something is done, past all that would hold it off, and puts it back. */
async function altered<Result>(
  { seq }: TrailRecord,
  from: string,
  to: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const line = lineOf(seq)
  const set = (text: string) => {
    const database = new DatabaseSync(join(station.data, 'relay.db'), { timeout: 5_000 })
    const { sql } = database.prepare("SELECT sql FROM sqlite_master WHERE name = 'entry_stays'").get() as {
      sql: string
    }
    // In one: a relay at work sets right what it finds missing between two.
    database.exec('BEGIN IMMEDIATE; DROP TRIGGER entry_stays')
    database.prepare('UPDATE entry SET line = ? WHERE seq = ?').run(Buffer.from(text), seq)
    database.exec(`${sql}; COMMIT`)
    database.close()
  }
  expect(line).toContain(from)
  set(line.replaceAll(from, to))
  try {
    return await work()
  } finally {
    set(line)
  }
}

function lineOf(seq: number): string {
  return station
    .relay('trail', '--data', station.data, '--from', String(seq), '--limit', '1')
    .replace(/\n$/, '')
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'none'
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

async function refused(path: string, content: string): Promise<TrailRecord> {
  station.write(path, content)
  for (;;) {
    await station.settled()
    const found = station
      .records()
      .find(({ kind, body }) => kind === 'capture.refused' && body['path'] === path)
    if (found !== undefined) return found
  }
}

test('a refusal whose line reads otherwise is claimed by nobody, and that it did is on record', {
  tags: ['req/P11-10e-7', 'challenge', 'fault'],
}, async () => {
  person('jdoe', 'operator')
  const refusal = await refused('x.txt', 'what the instrument wrote')
  const jdoe = await signedIn('jdoe')
  const claim = () =>
    jdoe.call('claimCaptures', {
      body: {
        password: good,
        reason: 'measured by me',
        captures: [{ trail: refusal.trail, seq: refusal.seq }],
      },
    })
  const digest = String(refusal.body['sha256'])
  expect(await altered(refusal, digest, 'ab'.repeat(32), () => codeOf(claim()))).toBe('trail-altered')
  const { needs } = await station.status()
  expect(needs.map(({ code }) => code)).toContain('trail-altered')
  expect((await claim()).items).toMatchObject([{ verdict: 'claimed' }])
  await station.settled()
  const records = station.records()
  expect(records.filter(({ kind }) => kind === 'trail.altered').map(({ body }) => body)).toEqual([
    { seq: refusal.seq },
  ])
  expect(records.find(({ kind }) => kind === 'capture.claimed')?.body).toMatchObject({ sha256: digest })
  expect(station.verify()).toMatchObject({ code: 0 })
})

test('a record whose line reads otherwise is signed by nobody, is in no list and no feed, and files are captured', {
  tags: ['req/P11-70-1', 'challenge', 'fault'],
}, async () => {
  person('adm2', 'administrator')
  person('quinn', 'qa')
  const propose = ['propose-signer', 'quinn', '--identity-check', 'passport seen']
  typed([good], 'account', ...propose, '--as', 'asmith', ...why)
  typed([good], 'account', 'grant-signer', 'quinn', '--as', 'adm2', ...why)
  const quinn = await signedIn('quinn')
  const refusal = await refused('x.txt', 'what the instrument wrote')
  person('jdoe', 'operator')
  typed([good], 'claim', String(refusal.seq), '--as', 'jdoe', ...why)
  await station.settled()
  const claim = station.records().find(({ kind }) => kind === 'capture.claimed') as TrailRecord
  const { nonce, trail, keyName } = await quinn.call('startEnrolment', { body: { device: 'tablet-1' } })
  const signer = signerOf(keyName, 'note', new Uint8Array(randomBytes(32)))
  const proof = Buffer.from(signProof({ nonce, trail, key: signer.vkey }, signer)).toString()
  await quinn.call('enrolKey', { body: { device: 'tablet-1', password: good, proof } })
  await station.settled()

  const digest = String(claim.body['sha256'])
  const give = (note: string) => quinn.call('giveStatements', { body: { items: [note] } })
  const { token } = await clientAt(port).call('signIn', { body: { user: 'quinn', password: good } })
  const feed = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/feed?limit=1000`, {
      headers: { authorization: `Bearer ${token}`, connection: 'close' },
    })
    return [response.status, response.ok ? '' : ((await response.json()) as { code: string }).code]
  }
  const said = await altered(claim, digest, 'ab'.repeat(32), async () => {
    // Over the line as it reads now: whoever is shown it would sign that.
    const note = statement(signer, claim.seq, 1)
    const codes = [await codeOf(give(note)), ...(await feed())]
    station.write('y.txt', 'written meanwhile')
    await station.until('it is noticed', ({ units }) => units.unclaimed === 1)
    return codes
  })
  expect(said).toEqual(['trail-altered', 503, 'trail-altered'])
  await station.settled()
  expect((await give(statement(signer, claim.seq, 1))).items).toMatchObject([{ verdict: 'accepted' }])
  expect(await feed()).toEqual([200, ''])
  const listed = () => quinn.call('listSignatures', { query: {} })
  expect(await altered(claim, 'x.txt', 'z.txt', () => codeOf(listed()))).toBe('trail-altered')
  expect((await listed()).signed).toMatchObject([{ seq: claim.seq, path: 'x.txt' }])
  await station.settled()
  expect(station.verify()).toMatchObject({ code: 0, out: expect.stringContaining('1 e-signature') })
})

function statement(signer: Signer, seq: number, count: number): string {
  const checkpoint = parseCheckpoint(Buffer.from(station.relay('checkpoint', '--data', station.data)))
  const line = Buffer.from(lineOf(seq))
  expect(readEntry(line).record.seq).toBe(seq)
  const note = signStatement(
    {
      at: new Date().toISOString(),
      checkpoint: { trail: checkpoint.origin, size: checkpoint.size, root: checkpoint.root },
      count,
      meaning: 'reviewed',
      name: 'Person quinn',
      reason: 'integration checked',
      records: [{ seq, leaf: leafHash(line) }],
      user: 'quinn',
    },
    signer,
  )
  return Buffer.from(printStatementNote(note)).toString()
}
