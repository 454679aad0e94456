/** Real data sets of real instruments: recognised, judged, read, and their own digests compared. */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeEach, expect, type TestContext, test } from 'vitest'
import {
  BUILT_IN_PROFILES,
  type Examination,
  examine,
  loadProfiles,
  recogniseFile,
  recogniseFolder,
  type UnitView,
} from '../../agent/src/instruments/index.ts'

const PLACE = '../shared/instrument-data'
const root = join(import.meta.dirname, '../..', PLACE)
const profiles = loadProfiles(BUILT_IN_PROFILES)

beforeEach((context: TestContext) => {
  context.skip(!existsSync(root), `skipped: not present: ${PLACE}`)
})

/** What a cut-down copy has instead of the file's bytes; undefined leaves the file away. */
type Cuts = Readonly<Record<string, ((bytes: Uint8Array) => Uint8Array) | undefined>>

function viewOf(path: string, cuts: Cuts = {}): UnitView {
  const kind = statSync(path).isDirectory() ? 'folder' : 'file'
  const names = kind === 'file' ? [basename(path)] : filesIn(path)
  const placeOf = (member: string): string => (kind === 'file' ? path : join(path, member))
  const contents = new Map(
    Object.entries(cuts).map(([member, cut]) => [
      member,
      cut?.(new Uint8Array(readFileSync(placeOf(member)))),
    ]),
  )
  const members = names
    .filter((member) => !contents.has(member) || contents.get(member) !== undefined)
    .map((member) => ({ path: member, size: contents.get(member)?.length ?? statSync(placeOf(member)).size }))
  return {
    name: basename(path),
    kind,
    members: () => members,
    read(member, offset, length) {
      const content = contents.get(member)
      if (content !== undefined) return content.slice(offset, offset + length)
      const file = openSync(placeOf(member), 'r')
      try {
        const bytes = new Uint8Array(length)
        return bytes.subarray(0, readSync(file, bytes, 0, length, offset))
      } finally {
        closeSync(file)
      }
    },
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

function profileOf(path: string) {
  if (!statSync(path).isDirectory()) return recogniseFile(basename(path), profiles)
  const names = (sub: string) => {
    const place = join(path, sub)
    if (!existsSync(place) || !statSync(place).isDirectory()) return []
    return readdirSync(place, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      isFolder: entry.isDirectory(),
    }))
  }
  const found = recogniseFolder({ name: basename(path), names }, profiles)
  expect(found?.state, path).toBe('whole')
  if (found === undefined) throw new Error(`${path} is not recognised`)
  return found.profile
}

function examined(place: string, cuts?: Cuts): Examination & { readonly id: string } {
  const path = join(root, place)
  const profile = profileOf(path)
  const found = examine(viewOf(path, cuts), profile)
  return { ...found, id: found.profile ?? profile.id }
}

const sets: readonly [place: string, id: string, fields: Readonly<Record<string, string>>][] = [
  [
    'nmr/bruker-1d/AN-menthol/10',
    'bruker',
    {
      sample: 'AN-menthol',
      operator: 'nmr',
      acquired: '2017-10-19T11:49:03.456+02:00',
      method: 'zg30',
      solvent: 'CDCl3',
    },
  ],
  [
    'nmr/bruker-2d/topspin_2d/1',
    'bruker',
    { operator: 'nmr', acquired: '2014-04-24T10:30:10.454+02:00', method: 'HMQC2md', origin: 'lcs175n' },
  ],
  ['nmr/bruker-legacy/h3po4/4', 'bruker', { method: 'zg' }],
  ['nmr/varian/test2.fid', 'varian', { operator: 'vnmr1', acquired: '20160405T155739', solvent: 'cdcl3' }],
  [
    'nmr/jeol/Rutin_3080ug200uL_DMSOd6_13CNMR_400MHz_Jeol.jdf',
    'jeol',
    { operator: 'gfp', acquired: '2016-12-27T07:19:29', origin: 'XJSUOST3AH' },
  ],
  ['nmr/jeol/fluorine.jdf', 'jeol', { operator: 'delta', origin: 'scc' }],
  [
    'nmr/spinsolve/1D_exp_1_20240725-103717',
    'spinsolve',
    { operator: 'Spinsolve', acquired: '2024-07-25T10:37:33.711', serial: 'SPA3402' },
  ],
  ['nmr/jcamp/13C_spectrum.jdx', 'jcamp-dx', { experiment: 'NMR SPECTRUM' }],
  ['nmr/jcamp/ethanol_nmr.jdx', 'jcamp-dx', { title: 'Ethanol', acquired: '30 Aug 2007 09:19:36' }],
  ['ir/jcamp/ethanol.jdx', 'jcamp-dx', { title: 'ETHANOL', origin: 'DOW CHEMICAL COMPANY' }],
  [
    'gc/agilent-chemstation/chemstation_181.D',
    'chemstation',
    {
      sample: '140+H',
      operator: 'IFP1\\R0521_gen',
      serial: 'CN10809013',
      acquired: '12:36:14 08/23/22',
      method: 'DET3300.M',
    },
  ],
  [
    'hplc/agilent-openlab2/teal.dx',
    'openlab',
    { operator: 'SYSTEM (SYSTEM)', acquired: '2025-06-19T20:30:07.2297248-04:00' },
  ],
  [
    'ms/agilent-masshunter/masshunter.d',
    'masshunter',
    {
      sample: 'Shoreline TLE',
      operator: 'UHPLC-PC\\UHPLC-PC',
      serial: 'US63910134',
      acquired: '2013-11-25T03:37:13Z',
    },
  ],
  [
    'ms/waters/indigo.raw',
    'waters',
    { sample: 'yl-0322059-0090-02_h', instrument: 'ZQ', acquired: '03-Dec-2011 18:34:05' },
  ],
  [
    'ms/thermo/small.RAW',
    'thermo',
    { operator: 'LTQ', instrument: 'LTQ FT', serial: 'SN06061F', acquired: '2005-07-20T14:44:22.377-07:00' },
  ],
  [
    'hplc/shimadzu/multichannel_chrom.lcd',
    'shimadzu',
    { operator: 'System Administrator', serial: 'L20234674027' },
  ],
  [
    'hplc/chromeleon-export/chromeleon_comma.txt',
    'chromeleon-export',
    { operator: 'Instrument Controller', acquired: '26.05.2017 16:52:02' },
  ],
  ['hplc/andi/VARIAN1.CDF', 'andi', { operator: 'MEA', acquired: '1988-08-20T08:19:44-08:00' }],
  ['csv/novabio/SampleResults2022-06-28_142558.csv', 'file', {}],
  ['ir/omnic/2-BaSO4_0.SPA', 'file', {}],
]

test.each(sets)('%s is complete, of %s, and says who and when', (place, id, fields) => {
  const found = examined(place)
  expect(found).toMatchObject({ id, complete: true, missing: [], notes: [] })
  expect(found.fields).toMatchObject(fields)
})

test('only the run that was stopped is said to be aborted', () => {
  const aborted = sets.map(([place]) => place).filter((place) => examined(place).aborted === true)
  expect(aborted).toEqual(['nmr/bruker-2d/topspin_2d/1'])
})

test('every digest an instrument recorded is that of its data', () => {
  const claimed = sets.flatMap(([place]) => {
    const path = join(root, place)
    return examined(place).claims.map((claim) => {
      const bytes = readFileSync(statSync(path).isDirectory() ? join(path, claim.path) : path)
      const part = bytes.subarray(0, claim.bytes ?? bytes.length)
      expect(createHash(claim.algorithm).update(part).digest('hex'), `${place} ${claim.path}`).toBe(
        claim.digest,
      )
      return `${claim.path} ${part.length} of ${bytes.length}`
    })
  })
  process.stdout.write(`${claimed.length} digests of instruments agree: ${claimed.join(', ')}\n`)
  expect(claimed).toEqual(['fid 262144 of 262144', 'pdata/1/1r 131072 of 131072', 'ser 1204224 of 1572864'])
})

const shorter =
  (by: number) =>
  (bytes: Uint8Array): Uint8Array =>
    bytes.slice(0, -by)
const empty = (): Uint8Array => new Uint8Array(0)

test.each<[string, Cuts]>([
  ['nmr/bruker-1d/AN-menthol/10', { fid: shorter(1) }],
  ['nmr/bruker-1d/AN-menthol/10', { fid: undefined }],
  ['nmr/bruker-1d/AN-menthol/10', { acqus: shorter(20) }],
  ['nmr/bruker-1d/AN-menthol/10', { 'audita.txt': (bytes) => bytes.slice(0, 600) }],
  ['nmr/bruker-1d/AN-menthol/10', { 'audita.txt': undefined, 'pdata/1/auditp.txt': undefined }],
  ['nmr/bruker-1d/AN-menthol/10', { 'pdata/1/auditp.txt': shorter(900) }],
  ['nmr/bruker-2d/topspin_2d/1', { ser: (bytes) => bytes.slice(0, 1_204_223) }],
  ['nmr/bruker-2d/topspin_2d/1', { 'audita.txt': undefined }],
  ['nmr/bruker-2d/topspin_2d/1', { acqu2s: undefined }],
  ['nmr/bruker-legacy/h3po4/4', { fid: shorter(4) }],
  ['nmr/varian/test2.fid', { fid: shorter(1) }],
  ['nmr/varian/test2.fid', { log: shorter(40) }],
  ['nmr/varian/test2.fid', { log: undefined, procpar: empty, fid: empty }],
  ['nmr/varian/test2.fid', { procpar: undefined }],
  ['nmr/jeol/fluorine.jdf', { 'fluorine.jdf': shorter(1) }],
  ['nmr/spinsolve/1D_exp_1_20240725-103717', { 'data.1d': shorter(1) }],
  ['nmr/spinsolve/1D_exp_1_20240725-103717', { 'acqu.par': undefined }],
  ['nmr/jcamp/13C_spectrum.jdx', { '13C_spectrum.jdx': shorter(12) }],
  ['nmr/jcamp/ethanol_nmr.jdx', { 'ethanol_nmr.jdx': shorter(30) }],
  ['ir/jcamp/ethanol.jdx', { 'ethanol.jdx': shorter(8) }],
  ['gc/agilent-chemstation/chemstation_181.D', { 'RUN.LOG': shorter(200) }],
  ['gc/agilent-chemstation/chemstation_181.D', { 'RUN.LOG': undefined }],
  ['hplc/agilent-openlab2/teal.dx', { 'teal.dx': shorter(1) }],
  ['hplc/agilent-openlab2/teal.dx', { 'teal.dx': (bytes) => bytes.slice(0, 300_000) }],
  ['ms/agilent-masshunter/masshunter.d', { 'AcqData/Contents.xml': shorter(800) }],
  ['ms/agilent-masshunter/masshunter.d', { 'AcqData/Contents.xml': undefined }],
  ['ms/agilent-masshunter/masshunter.d', { 'AcqData/MSScan.bin': undefined }],
  ['ms/agilent-masshunter/masshunter.d', { 'AcqData/DAD1.sp': undefined }],
  ['ms/waters/indigo.raw', { '_FUNC001.IDX': undefined }],
  ['ms/waters/indigo.raw', { '_FUNC001.DAT': (bytes) => bytes.slice(0, 5_000) }],
  ['ms/waters/indigo.raw', { '_extern.inf': undefined }],
  ['ms/thermo/small.RAW', { 'small.RAW': (bytes) => bytes.slice(0, 1_000_000) }],
  ['ms/thermo/small.RAW', { 'small.RAW': (bytes) => bytes.slice(0, 1_000) }],
  ['hplc/shimadzu/multichannel_chrom.lcd', { 'multichannel_chrom.lcd': shorter(8_192) }],
  ['hplc/chromeleon-export/chromeleon_comma.txt', { 'chromeleon_comma.txt': shorter(3_000) }],
  ['hplc/andi/VARIAN1.CDF', { 'VARIAN1.CDF': (bytes) => bytes.slice(0, 7_000) }],
])('a cut-down copy of %s is not complete (%o)', (place, cuts) => {
  const found = examined(place, cuts)
  expect(found.missing).not.toEqual([])
  expect(found.complete).toBe(false)
})

test('no part of a real file makes examination fail', () => {
  let examinations = 0
  for (const [place] of sets) {
    const path = join(root, place)
    const profile = profileOf(path)
    const members = statSync(path).isDirectory() ? filesIn(path) : [basename(path)]
    for (const member of members)
      for (const part of [0, 0.01, 0.3, 0.999]) {
        examine(
          viewOf(path, { [member]: (bytes) => bytes.slice(0, Math.floor(part * bytes.length)) }),
          profile,
        )
        examinations++
      }
  }
  expect(examinations).toBeGreaterThan(400)
})
