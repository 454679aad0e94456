import { expect, test } from 'vitest'
import { examine } from './examine.ts'
import { BUILT_IN_PROFILES, loadProfiles } from './load-profiles.ts'
import { netcdf, ole2, zip } from './made/containers.ts'
import { type Content, type Files, fileOf, folderOf, glanceOf, joined, utf16, without } from './made/unit.ts'
import { recogniseFile, recogniseFolder } from './recognise.ts'
import type { Examination } from './types.ts'

const profiles = loadProfiles(BUILT_IN_PROFILES)

function examineFolder(name: string, files: Files): Examination & { readonly id: string | undefined } {
  const found = recogniseFolder(glanceOf(name, Object.keys(files)), profiles)
  if (found === undefined) throw new Error(`${name} is not recognised`)
  return { ...examine(folderOf(name, files), found.profile), id: found.profile.id }
}

function examineFile(name: string, content: Content): Examination {
  return examine(fileOf(name, content), recogniseFile(name, profiles))
}

const line = (text: string, time: string): string =>
  ` 443 41e2 6304ad9c    0\r\nMethod       ${text.padEnd(45)}  ${time} 05/06/24\r\n`
const started = line('Method started: line# 4 at location 4', '07:08:09')
const runLog = started + line('Instrument run completed', '07:20:00') + line('Method completed', '07:20:03')

function chemstation(log: Content): Files {
  return {
    'FID1A.ch': headOfChemstation('wide'),
    'RUN.LOG': log,
    'SAMPLE.XML': utf16(
      '<?xml version="1.0"?><Sample><Name>blank &amp; co</Name><ACQMethodPath>C:\\M\\A.M</ACQMethodPath></Sample>',
    ),
    'sequence.acam_':
      '<ACAML><Doc><DocInfo><CreatedByUser>LAB\\gina</CreatedByUser></DocInfo><Instrument><Name>GC1</Name><Module><SerialNo>CN1</SerialNo></Module></Instrument></Doc></ACAML>',
    'DA.M/INFO.MTH': 'x',
  }
}

/** The head of a data file, with its texts in eight bits or in sixteen. */
function headOfChemstation(kind: 'old' | 'wide'): Uint8Array {
  const bytes = new Uint8Array(4_096)
  const put = (at: number, text: string): void => {
    bytes[at] = text.length
    bytes.set(Buffer.from(text, kind === 'old' || at === 0 ? 'latin1' : 'utf16le'), at + 1)
  }
  put(0, kind === 'old' ? '8' : '181')
  put(kind === 'old' ? 24 : 858, 'from the head')
  put(kind === 'old' ? 148 : 1_880, 'hans')
  put(kind === 'old' ? 178 : 2_391, '06-May-24, 07:08:09')
  return bytes
}

test.each(['eight bits', 'UTF-16'])('a ChemStation run is complete when RUN.LOG in %s says so', (code) => {
  const files = chemstation(code === 'UTF-16' ? utf16(runLog) : runLog)
  expect(examineFolder('a.D', files)).toMatchObject({
    id: 'chemstation',
    complete: true,
    fields: {
      sample: 'blank & co',
      operator: 'LAB\\gina',
      serial: 'CN1',
      acquired: '07:08:09 05/06/24',
      method: 'A.M',
    },
  })
})

test('a ChemStation run that still goes on is not complete', () => {
  const running = chemstation(started)
  expect(examineFolder('a.D', running).missing).toEqual([
    "RUN.LOG does not say 'Instrument run completed'",
    "RUN.LOG does not say 'Method completed'",
  ])
  expect(examineFolder('a.D', chemstation(runLog + started)).complete).toBe(false)
  expect(examineFolder('a.D', { ...chemstation(runLog), TEMPDIR1: '' }).missing).toEqual([
    'TEMPDIR1 is still there',
  ])
  expect(examineFolder('a.D', { ...chemstation(runLog), TEMPBASE: 'x' }).missing).toEqual([
    'TEMPBASE is still there',
  ])
  expect(examineFolder('a.D', { ...chemstation(runLog), TEMPBASE: '' }).complete).toBe(true)
  const noted = { ...chemstation(runLog), 'acq.macaml': '<x/>' }
  expect(examineFolder('a.D', noted).complete).toBe(true)
  expect(examineFolder('a.D', without(noted, 'sequence.acam_')).missing).toEqual([
    'acq.macaml has no sequence.acam_',
  ])
  expect(examineFolder('a.D', without(chemstation(runLog), 'FID1A.ch')).missing).toEqual([
    '*.ch or *.uv or *.ms or *.it is not there',
  ])
  expect(examineFolder('a.D', without(chemstation(runLog), 'RUN.LOG')).missing).toEqual([
    'run.log is not there',
  ])
})

test('a ChemStation run has all signals that sequence.acam_ names', () => {
  const named = (...paths: readonly string[]) => ({
    ...chemstation(runLog),
    'sequence.acam_': `<ACAML>${paths.map((path) => `<Path>${path}</Path>`).join('')}</ACAML>`,
  })
  expect(examineFolder('a.D', named('b.D\\FID1A.CH', 'b.D\\RUN.LOG')).complete).toBe(true)
  expect(examineFolder('a.D', named('b.D\\FID1A.CH', 'b.D\\DAD1B.CH', 'b.D\\DAD1.UV')).missing).toEqual([
    'dad1b.ch is not there',
    'dad1.uv is not there',
  ])
  expect(examineFolder('a.D', named('a.D\\FID1A.CH', 'b.D\\FID1B.CH')).complete).toBe(true)
  const cut = { ...chemstation(runLog), 'sequence.acam_': '<ACAML><Path>b.D\\FID1A.CH</Pa' }
  expect(examineFolder('a.D', cut).missing).toEqual(['sequence.acam_ does not end with </ACAML>'])
})

test('a ChemStation run stopped by the user is complete and said to be aborted', () => {
  const log = started + line('Instrument run stopped by user', '07:10:00')
  expect(examineFolder('a.D', chemstation(log))).toMatchObject({ complete: true, aborted: true })
})

test('the head of a data file says what nothing else does', () => {
  for (const kind of ['old', 'wide'] as const)
    expect(
      examineFolder('a.D', { 'RUN.LOG': runLog, 'DAD1A.ch': headOfChemstation(kind) }).fields,
    ).toMatchObject({
      sample: 'from the head',
      operator: 'hans',
      acquired: '07:08:09 05/06/24',
    })
})

test('a ChemStation run in a folder that has lost its ending is still one', () => {
  expect(examineFolder('run 7', chemstation(runLog))).toMatchObject({ id: 'chemstation', complete: true })
})

test('MSD ChemStation writes DATA.MS and no RUN.LOG', () => {
  expect(examineFolder('b.D', { 'DATA.MS': headOfChemstation('old'), 'acqmeth.txt': 'x' })).toMatchObject({
    id: 'chemstation',
    complete: true,
    fields: { acquired: '06-May-24, 07:08:09' },
  })
})

const acmd =
  '\ufeff<ACMD><InjectionInfo><SampleName>std 1</SampleName><RunOperator>ida (ida)</RunOperator><RunDateTime>2024-05-06T07:08:09.12+02:00</RunDateTime></InjectionInfo></ACMD>'

test.each([false, true])(
  'an OpenLab injection is complete when the directory of its archive is (zip64: %s)',
  (wide) => {
    const bytes = zip({ 'x.CH': new Uint8Array(500), 'injection.acmd': acmd }, wide)
    expect(examineFile('a.dx', bytes)).toMatchObject({
      complete: true,
      fields: { sample: 'std 1', operator: 'ida (ida)', acquired: '2024-05-06T07:08:09.12+02:00' },
    })
    for (const cut of [1, 30, 200])
      expect(examineFile('a.dx', bytes.slice(0, -cut)).complete, String(cut)).toBe(false)
    expect(examineFile('a.dx', joined(bytes.slice(0, 10), bytes.slice(40))).complete).toBe(false)
  },
)

test('a result set of OpenLab is complete with its .acaml and only whole injections', () => {
  const files: Files = {
    'a.acaml': '<ACAML/>',
    '1.dx': zip({ 'injection.acmd': acmd }),
    '2.dx': zip({ x: 'y' }),
  }
  expect(examineFolder('a.rslt', files)).toMatchObject({ id: 'openlab-results', complete: true })
  expect(examineFolder('a.rslt', without(files, 'a.acaml')).missing).toEqual(['*.acaml is not there'])
  const cut = { ...files, '2.dx': zip({ x: 'y' }).slice(0, -3) }
  expect(examineFolder('a.rslt', cut).missing).toEqual(['2.dx has no directory at its end'])
})

test('a result set of several injections has no sample of its own', () => {
  const one: Files = { 'a.acaml': '<ACAML/>', '1.dx': zip({ 'injection.acmd': acmd }) }
  expect(examineFolder('a.rslt', one).fields).toMatchObject({ sample: 'std 1', operator: 'ida (ida)' })
  const two = { ...one, '2.dx': zip({ 'injection.acmd': acmd }) }
  expect(examineFolder('a.rslt', two).fields).toEqual({
    operator: 'ida (ida)',
    acquired: '2024-05-06T07:08:09.12+02:00',
  })
})

test('a Shimadzu file is complete when it has all sectors of its table, and says who made it', () => {
  const property =
    '\x1f\0\0\x04<FileProperty><szGeneratedBy>@StoX@6A616E61</szGeneratedBy><dwLowGeneratedDateTime>-788986404</dwLowGeneratedDateTime><dwHighGeneratedDateTime>31049047</dwHighGeneratedDateTime></FileProperty>'
  const bytes = ole2({
    'File Property': property,
    SystemInformation: new Uint8Array(Buffer.from('<GUD Type="SI"><IN>HPLC 3</IN></GUD>', 'utf16le')),
    'GUC.1.CONFIG': new Uint8Array(
      Buffer.from(
        '<GUD><UPD ID="StLog"><Val>1</Val></UPD><UPD ID="SeriN"><Val>L2</Val></UPD></GUD>',
        'utf16le',
      ),
    ),
  })
  expect(examineFile('a.lcd', bytes)).toMatchObject({
    complete: true,
    fields: { operator: 'jana', acquired: '2023-08-02T15:41:34.294Z', instrument: 'HPLC 3', serial: 'L2' },
  })
  expect(examineFile('a.lcd', bytes.slice(0, -512)).missing).toEqual([
    `a.lcd has ${bytes.length - 512} of ${bytes.length} bytes`,
  ])
})

const exported = (status: string, last: string): string =>
  `\ufeffFile Path\tchrom://pc/x\r\nInjection\tstd-1\r\nStatus\t${status}\r\nInjection Date\t06.05.2024\r\nInjection Time\t07:08:09\r\nTime Max. (min)\t2,000000\r\nMax. Step (s)\t60\r\nOperator\tkim\r\n\r\nChromatogram Data:\r\nTime (min)\tStep (s)\tValue (nC)\r\n0,0\tn.a.\t-0,1\r\n${last}\t60\t0,6\r\n`

test('an export of Chromeleon is complete when the run is finished and the last row is there', () => {
  expect(examineFile('a.txt', exported('Finished', '2,000000'))).toMatchObject({
    complete: true,
    fields: { sample: 'std-1', operator: 'kim', acquired: '06.05.2024 07:08:09' },
  })
  expect(examineFile('a.txt', exported('Running', '2,000000')).missing).toEqual([
    'Status is Running, not Finished',
  ])
  expect(examineFile('a.txt', exported('Finished', '0,900000')).missing).toEqual([
    'a.txt does not reach 2 min',
  ])
  expect(examineFile('a.txt', exported('Interrupted', '2,0'))).toMatchObject({
    complete: true,
    aborted: true,
  })
})

test('a text file that is no export of Chromeleon is a file and nothing to speak of', () => {
  expect(examineFile('notes.txt', 'Status\tRunning\n')).toEqual({
    complete: true,
    missing: [],
    fields: {},
    claims: [],
    notes: [],
    profile: 'file',
  })
})

test.each([1, 2, 5] as const)(
  'an ANDI file of netCDF version %d has all records its header counts',
  (version) => {
    const bytes = netcdf(
      version,
      { operator_name: 'lea', injection_date_time_stamp: '20240506070809+0200' },
      7,
    )
    expect(examineFile('a.cdf', bytes)).toMatchObject({
      complete: true,
      fields: { operator: 'lea', acquired: '2024-05-06T07:08:09+02:00' },
    })
    expect(examineFile('a.cdf', bytes.slice(0, -4)).missing).toEqual([
      `a.cdf has ${bytes.length - 4} of ${bytes.length - 2} bytes`,
    ])
  },
)

test('a PDF ends with its mark', () => {
  expect(examineFile('a.pdf', '%PDF-1.7\nx\n%%EOF\n').complete).toBe(true)
  expect(examineFile('a.pdf', '%PDF-1.7\nx\n').missing).toEqual(['a.pdf does not end with %%EOF'])
})
