import 'fake-indexeddb/auto'
import { SignatureStates } from '@compliance-relay/shared/bag'
import { readEntry } from '@compliance-relay/shared/trail'
import { expect, onTestFinished, test } from 'vitest'
import { Log } from '../../web/app/log/log.ts'
import { LogDatabase } from '../../web/app/log/log-database.ts'
import { stateBits } from '../../web/app/log/select.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { Random } from '../support/random.ts'
import { TileRelay } from './tile-relay.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
process.stdout.write(`SEED=${seed} states on a device\n`)

const relayActor = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const person = { id: 'LAB\\jdoe', name: 'Jane Doe', via: 'os-session' }

/** One more record of any kind that matters for signatures, about any that is there. */
function step(maker: TrailMaker, random: Random): void {
  const seqs = () =>
    [random.integer(0, maker.size - 1), random.integer(0, maker.size - 1)].sort((a, b) => a - b)
  const meaning = random.pick(['reviewed', 'approved', 'rejected', 'withdrawn'] as const)
  const held = { seq: random.integer(0, maker.size - 1), leaf: '0'.repeat(64) }
  const distinct = () => [...new Set(seqs())]
  const signing = { 'P-1': { steps: random.chance(0.5) ? [{ meaning: 'reviewed', role: null }] : [] } }
  const body = { path: `run ${maker.size}`, project: random.pick(['P-1', 'P-2']) }
  random.pick([
    () => maker.record('file.created', person, body),
    () => maker.record('file.created', person, body),
    () =>
      maker.record('signature.applied', person, {
        note: maker.noteOn(distinct(), meaning, 'so it is'),
        roles: ['qa'],
      }),
    () => maker.record('signature.held', relayActor, { note: maker.noteOn(distinct(), meaning, 'so it is') }),
    () =>
      maker.record(
        'signature.decided',
        { ...person, id: random.pick(['jdoe', 'quinn']) },
        {
          held,
          decision: random.pick(['accepted', 'refused']),
        },
      ),
    () => maker.record('rules.changed', person, { after: { signing } }),
  ])()
}

test('what signatures come to is what the fold over all records says, live, and after the page is opened again', async () => {
  const random = new Random(seed)
  const maker = new TrailMaker('states')
  maker.enrol()
  const relay = new TileRelay(maker)
  const database = new LogDatabase(`states ${seed}`)
  onTestFinished(() => database.close())
  let log = await Log.open(database, () => 1)
  for (let round = 0; round < 12; round++) {
    for (let i = random.integer(1, 120); i > 0; i--) step(maker, random)
    relay.sign(maker)
    await log.pull(relay.client, () => undefined)
    if (random.chance(0.5)) {
      const again = new LogDatabase(database.name)
      onTestFinished(() => again.close())
      log = await Log.open(again, () => 1)
    }
    const states = new SignatureStates()
    const records = maker.lines.map((line) => readEntry(line).record)
    for (const record of records) states.take(record)
    const expected = records.map((record) =>
      states.ofRecord(record).reduce((bits, one) => bits | stateBits[one], 0),
    )
    const trail = relay.idOf(maker)
    expect(records.map(({ seq }) => log.row({ trail, seq })?.state)).toEqual(expected)
    const held = expected.flatMap((bits, seq) => ((bits & stateBits.held) === 0 ? [] : [seq]))
    const found = log.search({ states: ['held'] })
    expect(found.slice(0, found.count).map(({ seq }) => seq)).toEqual(held.toReversed())
  }
})
