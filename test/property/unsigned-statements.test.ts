import { filterText } from '@compliance-relay/shared/bag'
import { fromUtf8, hex, leafHash, sha256, utf8 } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { csvRows } from '../support/csv-rows.ts'
import { bagOf, codesOf, verified } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'

/* Notes that nobody signed, of other records, or in records of kinds that have none: what a bag with them is said to be. */

const relay = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const jane = { id: 'jdoe', name: 'Jane Doe', via: 'signature' }
const quinn = { id: 'quinn', name: 'Quinn Parker', via: 'password' }
const capture = { path: 'a.txt', project: 'NMR', sha256: 'ab'.repeat(32), size: 3 }

function trailWith(kind: string, noteIn: (maker: TrailMaker) => string, code = 'lease-over'): TrailMaker {
  const maker = new TrailMaker('unsigned')
  maker.take({ do: 'capture', body: capture })
  maker.enrol()
  const note = noteIn(maker)
  const statement = hex(sha256(utf8(note)))
  maker.record(kind, relay, { code, note, statement, roles: ['qa'] })
  return maker
}

const signed = (maker: TrailMaker) => maker.noteOn([1], 'approved', 'I have checked every value')

/** With a signature that its key did not make. */
function forged(maker: TrailMaker): string {
  return signed(maker).replace(/— (\S+) (\S+)\n$/, (_, name: string, text: string) => {
    const bytes = Buffer.from(text, 'base64')
    bytes[20] = (bytes[20] ?? 0) ^ 1
    return `— ${name} ${bytes.toString('base64')}\n`
  })
}

/** Of a record as another trail has it. */
function ofAnother(maker: TrailMaker): string {
  const other = new TrailMaker('unsigned')
  other.take({ do: 'capture', body: { ...capture, path: 'another.txt' } })
  other.enrol()
  expect(other.size).toBe(maker.size)
  return signed(other)
}

async function rowsOf(maker: TrailMaker): Promise<readonly (readonly string[])[]> {
  const { files } = await bagOf(maker, { between: 0 })
  const [header = [], ...rows] = csvRows(fromUtf8(files.get('data/records.csv') as Uint8Array))
  const columns = ['kind', 'signer', 'signer_name', 'meaning', 'signed_at', 'reason', 'about']
  return rows.map((row) => columns.map((name) => row[header.indexOf(name)] ?? ''))
}

describe('a statement that is said to be held or refused', {
  tags: ['req/P11-70-1', 'challenge'],
}, () => {
  test.each<[string, string, (maker: TrailMaker) => string]>([
    ['held and nobody signed it', 'signature.held', forged],
    ['held and is of another record than stands here', 'signature.held', ofAnother],
    ['held and is no statement', 'signature.held', () => 'no statement'],
    ['refused and nobody signed it', 'signature.refused', forged],
  ])('is found where it is %s', async (_, kind, noteIn) => {
    const { files, policy } = await bagOf(trailWith(kind, noteIn), { between: 0 })
    expect(await codesOf(files, policy)).toEqual(['statement-unsigned'])
    const [finding] = (await verified(files, policy)).findings
    expect(finding).toMatchObject({ seq: 3, file: 'data/records.json' })
  })

  test.each(['signature.held', 'signature.refused'])('is none where it was signed: %s', async (kind) => {
    const { files, policy } = await bagOf(trailWith(kind, signed), { between: 0 })
    expect(await codesOf(files, policy)).toEqual([])
  })

  test('brings no record into a bag of what is held, if nobody signed it', async () => {
    const { files, policy } = await bagOf(trailWith('signature.held', forged), {
      filter: { states: ['held'] },
      between: 0,
    })
    expect(await codesOf(files, policy)).toEqual(['record-not-asked-for', 'statement-unsigned'])
  })
})

test('the table has a signer and a meaning of no kind but those that have a statement', {
  tags: ['req/P11-10b-1', 'challenge'],
}, async () => {
  const maker = new TrailMaker('unknown kinds')
  maker.take({ do: 'capture', body: capture })
  maker.enrol()
  for (const kind of ['signature.approved', 'file.approved'])
    maker.record(kind, jane, { path: 'a.txt', note: forged(maker), meaning: 'approved', signer: 'jdoe' })
  const rows = await rowsOf(maker)
  expect(rows.slice(-2)).toEqual([
    ['signature.approved', '', '', '', '', '', ''],
    ['file.approved', '', '', '', '', '', ''],
  ])
})

test('the table names the signer of what was decided as the decision has it, and that is what was signed', {
  tags: ['req/P11-50b-1', 'challenge'],
}, async () => {
  const decided = (signerName: string) => {
    const maker = trailWith('signature.held', signed)
    const held = { seq: 3, leaf: hex(leafHash(maker.lines[3] as Uint8Array)) }
    const said = {
      held,
      signer: 'jdoe',
      signerName,
      meaning: 'approved',
      decision: 'accepted',
      reason: 'asked',
    }
    maker.record('signature.decided', quinn, said)
    return maker
  }
  expect((await rowsOf(decided('Jane Doe'))).at(-1)?.slice(1, 4)).toEqual(['jdoe', 'Jane Doe', 'approved'])
  const { files, policy } = await bagOf(decided('Rob Miller'), { between: 0 })
  expect(await codesOf(files, policy)).toEqual(['statement-beside'])
})

test('a filter in words has names in quotes, so that none is read as a part of it', {
  tags: ['req/P11-10b-1', 'challenge'],
}, () => {
  const one = filterText({ projects: ['P-1 or P-2, and to 2026-01-01T00:00:00.000Z'], states: ['held'] })
  const two = filterText({ projects: ['P-1', 'P-2'], to: '2026-01-01T00:00:00.000Z', states: ['held'] })
  expect(one).toBe('projects "P-1 or P-2, and to 2026-01-01T00:00:00.000Z", and states held')
  expect(two).toBe('projects "P-1" or "P-2", and states held, and to 2026-01-01T00:00:00.000Z')
})
