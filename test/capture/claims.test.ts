import { randomBytes } from 'node:crypto'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Body } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataFolder } from '../../agent/src/data-folder.ts'
import { openRelay } from '../../agent/src/open-relay.ts'
import { freePort } from '../support/free-port.ts'
import { brukerRun, writeRun } from '../support/instrument.ts'
import { Laboratory, password, why } from '../support/laboratory.ts'
import { Workstation } from '../support/workstation.ts'

/* A data set that nobody answered for and a person has claimed, in a real relay: what its commands say of it afterwards. */

let station: Workstation
/** Places of the refusal and of the claim that answers for it. */
let refused: number
let claimed: number

beforeEach(async () => {
  const init = ['--quiet', '1', '--admin', 'asmith=Anna Smith']
  station = new Workstation({ person: false, usualPort: true, init })
  const laboratory = new Laboratory(station, String(await freePort()))
  await laboratory.open()
  laboratory.person('jdoe', 'Jane Doe', 'operator')
  writeRun(join(station.folder, 'run'), brukerRun())
  await station.until('it is refused', ({ units }) => units.unclaimed === 1)
  await station.settled()
  refused = placeOf('capture.refused')
  laboratory.asked([password], 'claim', String(refused), '--as', 'jdoe', ...why)
  claimed = placeOf('capture.claimed')
  await station.settled()
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

function placeOf(kind: string): number {
  return station.records().find((record) => record.kind === kind)?.seq ?? -1
}

function said(...args: string[]) {
  return station.tryRelay(...args, '--data', station.data)
}

test('its files stand in the refusal: the trail verifies, and the claim has the same manifest', {
  tags: ['req/P11-10e-7', 'challenge'],
}, () => {
  expect(station.records()[refused]?.body).toHaveProperty('files')
  expect(station.records()[claimed]?.body).not.toHaveProperty('files')
  expect(station.verify()).toMatchObject({ code: 0, out: expect.not.stringContaining('content-missing') })
  const manifest = said('manifest', String(refused))
  expect(manifest.out).toContain('  fid\n')
  expect(said('manifest', String(claimed))).toEqual(manifest)
})

test('it is recorded by whoever claimed it: folder, file, and copies of both', {
  tags: ['req/P11-10e-7'],
}, async () => {
  const run = join(station.folder, 'run')
  const copy = join(station.base, 'copy')
  cpSync(run, copy, { recursive: true })
  const judged = (path: string) => {
    const { code, out } = said('verify-file', path, '--json')
    return [code, JSON.parse(out)] as const
  }
  const record = { seq: claimed, kind: 'capture.claimed', actor: 'Jane Doe', path: 'run' }
  for (const path of [run, join(run, 'fid'), copy, join(copy, 'fid')])
    expect(judged(path)).toMatchObject([0, { state: 'recorded', record }])
  // Another version that nobody answers for: a claim is of one.
  writeRun(run, brukerRun())
  await station.until('the next version is refused', ({ units }) => units.unclaimed === 1)
  await station.settled()
  expect(judged(run)).toMatchObject([1, { state: 'refused', record: { kind: 'capture.refused' } }])
  expect(judged(join(run, 'fid'))).toMatchObject([1, { state: 'refused' }])
  expect(judged(join(copy, 'fid'))).toMatchObject([0, { state: 'recorded', record }])
})

/** Writes claims with the relay's own keys: no relay makes such. Gives their places. */
async function claimFalsely(bodies: readonly Body[]): Promise<readonly number[]> {
  const opened = await openRelay(dataFolder(station.data), {
    random: (size) => new Uint8Array(randomBytes(size)),
    wall: Date.now,
    note: () => undefined,
  })
  try {
    const actor = { id: 'jdoe', name: 'Jane Doe', via: 'password' }
    const time = new Date().toISOString()
    const first = opened.writer.append(bodies.map((body) => ({ kind: 'capture.claimed', actor, time, body })))
    return bodies.map((_, i) => first + i)
  } finally {
    opened.closeNotary(true)
    opened.reading.close()
    opened.database.close()
    opened.lock.release()
  }
}

test('a claim of another record, or of one that is not there, has no content: only that is found', {
  tags: ['req/P11-10e-7', 'challenge', 'fault'],
}, async () => {
  await station.stop()
  const { body, trail } = station.records()[claimed] ?? {}
  const refusal = body?.['refusal'] as Body
  const named = (more: Body): Body => ({ ...body, refusal: { ...refusal, ...more } })
  const places = await claimFalsely([
    named({ leaf: '0'.repeat(64) }),
    named({ seq: 1 }),
    named({ seq: 9_999 }),
    named({ trail: `${trail}0` }),
    { ...body, manifest: 'ab'.repeat(32) },
    named({}),
  ])
  const { code, out } = said('verify', '--json')
  expect(code).toBe(1)
  const { findings, trails } = JSON.parse(out)
  // Of what stands in another trail this one says nothing.
  const otherwise = places.filter((_, i) => i < 3 || i === 4).map((seq) => ({ code: 'claim-refusal', seq }))
  expect(trails).toMatchObject([{ findings: otherwise }])
  // The last one names the very refusal, which somebody answers for already: it has the content.
  const missing = places.slice(0, -1).map((seq, i) => ({
    code: 'content-missing',
    seq,
    expected: i === 4 ? 'ab'.repeat(32) : body?.['manifest'],
    found: 'nothing',
  }))
  const elsewhere = { code: 'claim-refusal', seq: places[3], found: 'another, or none' }
  expect(findings).toMatchObject([...missing.slice(0, 3), elsewhere, ...missing.slice(3)])
  for (const seq of places.slice(0, -1)) expect(said('manifest', String(seq))).not.toMatchObject({ code: 0 })
})
