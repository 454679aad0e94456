import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { brukerRun, writeRun } from '../support/instrument.ts'
import { Workstation } from '../support/workstation.ts'

/* A data set that nobody answered for and a person has claimed, in a real relay: what its commands say of it afterwards. */

const good = 'gravel spoon tundra 41'
const why = ['--reason', 'measured by me for P-17']

let station: Workstation
let port: string
/** Places of the refusal and of the claim that answers for it. */
let refused: number
let claimed: number

beforeEach(async () => {
  port = String(await freePort())
  const init = ['--quiet', '1', '--admin', 'asmith=Anna Smith']
  station = new Workstation({ person: false, usualPort: true, init })
  const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  const asked = (typed: readonly string[], ...args: string[]) => {
    const said = station.tryRelayWith(`${typed.join('\n')}\n`, ...args, '--port', port)
    expect(said).toMatchObject({ code: 0, error: '' })
    return said.out
  }
  asked([code, good], 'account', 'password', 'asmith', '--code')
  const added = ['account', 'add', 'jdoe=Jane Doe', '--role', 'operator', '--as', 'asmith', ...why, '--json']
  asked([JSON.parse(asked([good], ...added)).code, good], 'account', 'password', 'jdoe', '--code')
  writeRun(join(station.folder, 'run'), brukerRun())
  await station.until('it is refused', ({ units }) => units.unclaimed === 1)
  await station.settled()
  refused = placeOf('capture.refused')
  asked([good], 'claim', String(refused), '--as', 'jdoe', ...why)
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
