import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openZipBag } from '@compliance-relay/shared/bag'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CheckedBag } from '../../web/check/checked-bag.ts'
import { findFiles } from '../../web/check/find-files.ts'
import { freePort } from '../support/free-port.ts'
import { type Hand, Laboratory, password, why } from '../support/laboratory.ts'
import { Workstation } from '../support/workstation.ts'

/* Real instruments' data that nobody answered for: claimed, signed, exported, and dropped on the offline page. */

const PLACE = '../shared/instrument-data'
const source = join(import.meta.dirname, '../..', PLACE)
const sets = { menthol10: 'nmr/bruker-1d/AN-menthol/10', 'test2.fid': 'nmr/varian/test2.fid' }

let station: Workstation
let laboratory: Laboratory
let hand: Hand

beforeEach(async (context) => {
  context.skip(!existsSync(source), `skipped: not present: ${PLACE}`)
  const init = ['--quiet', '1', '--admin', 'asmith=Anna Smith']
  station = new Workstation({ person: false, usualPort: true, init })
  laboratory = new Laboratory(station, String(await freePort()))
  await laboratory.open()
  laboratory.person('pat', 'Pat Operator', 'operator')
  hand = await laboratory.signing('jdoe', 'Jane Doe')
})
afterEach(async () => {
  await station?.stop('SIGKILL')
  await station?.remove()
})

const placeOf = (kind: string, path: string) =>
  station.records().findLast(({ kind: of, body }) => of === kind && body['path'] === path)?.seq ?? -1

/** What the offline page says of a folder that is dropped on an export: of the whole of it first. */
async function dropped(zip: string, name: string, fingerprint: string) {
  const bag = await openZipBag(new Blob([readFileSync(zip)]))
  try {
    const checked = await CheckedBag.of(bag, { trust: { fingerprints: [fingerprint] } })
    const from = join(source, sets[name as keyof typeof sets])
    const files = readdirSync(from, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name))
      .map((file) => ({
        path: `${name}${file.slice(from.length)}`,
        file: new File([readFileSync(file)], file),
      }))
    const looking = { isStopped: () => false, onProgress: () => undefined }
    return (await findFiles(checked, files, looking)).items
  } finally {
    await bag.close()
  }
}

test('each is known again by its folder and by each of its files, with who answers for it and who signed it', {
  tags: ['req/P11-10e-7', 'req/P11-10a-4', 'oq'],
}, async () => {
  const names = Object.keys(sets)
  for (const [name, from] of Object.entries(sets))
    cpSync(join(source, from), join(station.folder, name), { recursive: true })
  await station.until('both are refused', ({ units }) => units.unclaimed === names.length)
  await station.settled()
  const refused = new Map(names.map((name) => [name, placeOf('capture.refused', name)]))
  for (const seq of refused.values())
    laboratory.asked([password], 'claim', String(seq), '--as', 'pat', ...why)
  await station.settled()
  for (const [i, name] of names.entries()) {
    const asked = { count: i + 1, meaning: 'approved', reason: `${name} is as it was measured` } as const
    await laboratory.sign(hand, placeOf('capture.claimed', name), asked)
  }
  // One of them is processed anew: what was signed is not its newest version any more.
  writeFileSync(join(station.folder, 'menthol10/pdata/1/title'), 'another title')
  await station.until('it is refused again', ({ units }) => units.unclaimed === 1)
  await station.settled()
  const next = placeOf('capture.refused', 'menthol10')

  const zip = join(station.base, 'export.zip')
  station.relay('export', '--data', station.data, '--out', zip, ...why)
  const [{ fingerprint }] = JSON.parse(station.relay('keys', '--data', station.data, '--json')).keys
  expect(station.tryRelay('verify', zip, '--fingerprint', fingerprint)).toMatchObject({ code: 0 })
  expect(station.verify()).toMatchObject({ code: 0 })
  for (const name of names) {
    const items = await dropped(zip, name, fingerprint)
    const seq = refused.get(name)
    const changed = name === 'menthol10' ? `changed after it was signed, see record ${next}` : undefined
    const claim = { seq: placeOf('capture.claimed', name), id: 'pat', name: 'Pat Operator' }
    const signature = {
      name: 'Jane Doe',
      meaning: 'approved',
      reason: `${name} is as it was measured`,
      changed,
    }
    const match = { seq, kind: 'capture.refused', path: name, claim, signatures: [signature] }
    expect(items[0]).toMatchObject({ what: 'folder', path: name, matches: [{ as: 'data-set', ...match }] })
    expect(items.slice(1).length).toBeGreaterThan(2)
    for (const { path, matches } of items)
      expect([path, matches.find((one) => one.seq === seq)]).toMatchObject([path, match])
  }
})
