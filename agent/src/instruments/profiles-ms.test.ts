import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { examine } from './examine.ts'
import { BUILT_IN_PROFILES, loadProfiles } from './load-profiles.ts'
import { ole2, sqlite, thermo } from './made/containers.ts'
import {
  bytesOf,
  type Content,
  type Files,
  fileOf,
  folderOf,
  glanceOf,
  joined,
  longs,
  without,
} from './made/unit.ts'
import { recogniseFile, recogniseFolder } from './recognise.ts'
import type { Examination } from './types.ts'

const profiles = loadProfiles(BUILT_IN_PROFILES)

function examineFolder(name: string, files: Files): Examination & { readonly id: string | undefined } {
  const found = recogniseFolder(glanceOf(name, Object.keys(files)), profiles)
  if (found === undefined) throw new Error(`${name} is not recognised`)
  return { ...examine(folderOf(name, files), found.profile), id: found.profile.id }
}

function examineFile(name: string, content: Content, beside: Files = {}): Examination {
  return examine(fileOf(name, content, beside), recogniseFile(name, profiles))
}

const contents = (status: number): string =>
  `\ufeff<?xml version="1.0"?><!-- <AcqStatus>9</AcqStatus> --><Contents><AcquiredTime>2024-05-06T07:08:09Z</AcquiredTime><AcqStatus>${status}</AcqStatus></Contents>\r\n`
const sampleInfo = (flag: string): string =>
  `<SampleInfo><Field><Name>Sample Name</Name><DisplayName>x</DisplayName><Value>tea</Value></Field><Field><Name>OperatorName</Name><Value>LAB\\mia</Value></Field><Field><Name>RunCompletedFlag</Name><Value>${flag}</Value></Field></SampleInfo>`

function masshunter(): Files {
  return {
    'AcqData/Contents.xml': contents(2),
    'AcqData/sample_info.xml': sampleInfo('-1'),
    'AcqData/Devices.xml':
      '<Devices><Device><ModelNumber>G1</ModelNumber><SerialNumber>US1</SerialNumber></Device></Devices>',
    'AcqData/MSTS.xml': '<TimeSegments/>',
    'AcqData/MSScan.bin': 'x',
    'AcqData/MSProfile.bin': 'x',
    'AcqData/DAD1.cd': 'x',
    'AcqData/DAD1.cg': 'x',
  }
}

test('a MassHunter run is complete at AcqStatus 2', () => {
  expect(examineFolder('a.d', masshunter())).toMatchObject({
    id: 'masshunter',
    complete: true,
    fields: { sample: 'tea', operator: 'LAB\\mia', serial: 'US1', acquired: '2024-05-06T07:08:09Z' },
  })
})

test.each([
  ['AcqData/Contents.xml', contents(1), 'Contents/AcqStatus is 1, not 2'],
  [
    'AcqData/Contents.xml',
    contents(2).split('</Contents>')[0] ?? '',
    'AcqData/Contents.xml does not end with </Contents>',
  ],
  ['AcqData/MSScan.bin', undefined, 'AcqData/MSTS.xml has no acqdata/msscan.bin'],
  ['AcqData/MSProfile.bin', '', 'AcqData/MSProfile.bin is empty'],
  ['AcqData/MSTS.xml', undefined, 'AcqData/MSScan.bin has no acqdata/msts.xml'],
  ['AcqData/DAD1.cg', undefined, 'AcqData/DAD1.cd has no acqdata/dad1.cg'],
])('a MassHunter run is not complete with this %s', (path, content, phrase) => {
  const files = content === undefined ? without(masshunter(), path) : { ...masshunter(), [path]: content }
  const found = examineFolder('a.d', files)
  expect(found.complete).toBe(false)
  expect(found.missing).toContain(phrase)
})

test('a MassHunter run of a worklist says of what sample it is', () => {
  const files = { ...masshunter(), 'AcqData/Worklist.xml': '<x/>' }
  expect(examineFolder('a.d', files).complete).toBe(true)
  expect(examineFolder('a.d', without(files, 'AcqData/sample_info.xml')).missing).toEqual([
    'acqdata/sample_info.xml is not there',
  ])
})

test('a MassHunter run with a mass spectrometer has scans', () => {
  const files = without(masshunter(), 'AcqData/MSTS.xml', 'AcqData/MSScan.bin', 'AcqData/MSProfile.bin')
  const devices = (type: number, stored: number): Files => ({
    ...files,
    'AcqData/Devices.xml': `<Devices><Device><Type>${type}</Type><StoredDataType>${stored}</StoredDataType></Device></Devices>`,
  })
  expect(examineFolder('a.d', devices(14, 6)).complete).toBe(true)
  expect(examineFolder('a.d', devices(5, 8)).missing).toEqual(['acqdata/msscan.bin is not there'])
  expect(examineFolder('a.d', devices(6, 0)).missing).toEqual(['acqdata/msscan.bin is not there'])
})

test('a MassHunter run that was not run to its end says so', () => {
  const files = { ...masshunter(), 'AcqData/sample_info.xml': sampleInfo('0') }
  expect(examineFolder('a.d', files)).toMatchObject({ complete: true, aborted: true })
})

const header =
  '$$ Version: 01.00\r\n$$ Acquired Name: run_7\r\n$$ Acquired Date: 06-May-2024\r\n$$ Acquired Time: 07:08:09\r\n$$ User Name: nora\r\n$$ Instrument: ACQ-SQD2#LCA217\r\n'

/** An index of two scans, the last of which begins at that place of the data. */
function waters(lastScanAt: number): Files {
  const index = new Uint8Array(44)
  index.set(longs([lastScanAt], true), 22)
  return {
    '_HEADER.TXT': header,
    '_extern.inf': 'x',
    '_FUNCTNS.INF': new Uint8Array(416),
    '_FUNC001.DAT': new Uint8Array(100),
    '_FUNC001.IDX': index,
  }
}

test('a MassLynx run has its header, and an index for each function', () => {
  const files = waters(60)
  expect(examineFolder('a.raw', files)).toMatchObject({
    id: 'waters',
    complete: true,
    fields: { sample: 'run_7', operator: 'nora', serial: 'LCA217', acquired: '06-May-2024 07:08:09' },
  })
  expect(examineFolder('a.raw', without(files, '_FUNC001.IDX')).missing).toEqual([
    '_FUNC001.DAT has no index',
  ])
  expect(examineFolder('a.raw', without(files, '_extern.inf')).missing).toEqual(['_extern.inf is not there'])
  expect(examineFolder('a.raw', without(files, '_HEADER.TXT')).complete).toBe(false)
  expect(
    examineFolder('a.raw', without(files, '_FUNC001.DAT', '_FUNC001.IDX', '_FUNCTNS.INF')).missing,
  ).toEqual(['_func#.dat or _chro#.dat is not there'])
  expect(examineFolder('a.raw', { ...files, '_FUNCTNS.INF': new Uint8Array(832) }).missing).toEqual([
    '_func002.dat is not there',
  ])
  expect(examineFolder('a.raw', waters(101)).missing).toEqual(['_FUNC001.DAT is shorter than its index says'])
})

test('MassLynx names in small letters are the same names', () => {
  const files = Object.fromEntries(
    Object.entries(waters(60)).map(([path, content]) => [path.toLowerCase(), content]),
  )
  expect(examineFolder('A.RAW', files)).toMatchObject({
    id: 'waters',
    complete: true,
    fields: { operator: 'nora' },
  })
  expect(examineFolder('A.RAW', without(files, '_func001.idx')).complete).toBe(false)
})

test.each([57, 66] as const)(
  'a Thermo file of version %d is complete when it is not in acquisition',
  (version) => {
    const bytes = thermo(version)
    expect(examineFile('a.raw', bytes)).toMatchObject({
      complete: true,
      fields: {
        sample: 'sample 9',
        operator: 'erin',
        instrument: 'Orbitrap',
        serial: 'SN123',
        acquired: '2024-05-06T07:08:09+02:00',
        method: 'orbi.meth',
      },
      notes: [],
    })
    expect(examineFile('a.raw', thermo(version, { inAcquisition: true })).missing).toEqual([
      'a.raw says that it is in acquisition',
    ])
    expect(examineFile('a.raw', bytes.slice(0, -1_000)).complete).toBe(false)
    expect(examineFile('a.raw', bytes.slice(0, 100)).missing).toEqual([
      "a.raw has no whole header of Finnigan's",
    ])
  },
)

test('a file called .raw that is not of Finnigan is a file, and a note says why', () => {
  expect(examineFile('photo.raw', 'JPEG or so')).toEqual({
    complete: true,
    missing: [],
    fields: {},
    claims: [],
    notes: ['the file does not begin as one of Thermo Xcalibur run does'],
    profile: 'file',
  })
})

test('a .wiff is complete when it has all sectors of its table, and its .wiff.scan beside it', () => {
  const bytes = ole2({ SampleDABE: new Uint8Array(5_000) })
  const scan = { 'a$&b.wiff.scan': 'x' }
  expect(examineFile('a$&b.wiff', bytes, scan)).toMatchObject({ complete: true, missing: [] })
  expect(examineFile('a$&b.wiff', bytes.slice(0, -600), scan).complete).toBe(false)
  expect(examineFile('a$&b.wiff', bytes)).toMatchObject({
    complete: false,
    missing: ['a$&b.wiff.scan is not beside it'],
    lacks: true,
  })
  expect(examineFile('a.wiff2', 'x', { 'a.wiff.scan': 'x' })).toMatchObject({ complete: true })
  expect(examineFile('a.wiff2', 'x')).toMatchObject({ complete: false, lacks: true })
  expect(examineFile('a.wiff2', '', { 'a.wiff.scan': 'x' }).missing).toEqual(['a.wiff2 is empty'])
  expect(examineFile('a.wiff', bytes, { 'a.wiff.scan': '' }).missing).toEqual([
    'a.wiff.scan beside it is empty',
  ])
})

const spectra =
  '<mzML id="x"><fileDescription/><sampleList count="1"><sample id="s" name="urine"/></sampleList><instrumentConfiguration id="a"><cvParam accession="MS:1001911" name="Q Exactive"/><cvParam accession="MS:1000529" name="instrument serial number" value="SN9"/></instrumentConfiguration><run id="r" startTimeStamp="2024-05-06T07:08:09Z"></run></mzML>'

test('an mzML file is complete at its closing tag', () => {
  const plain = `<?xml version="1.0"?>\n${spectra}\n`
  expect(examineFile('a.mzML', plain)).toMatchObject({
    complete: true,
    fields: { sample: 'urine', instrument: 'Q Exactive', serial: 'SN9', acquired: '2024-05-06T07:08:09Z' },
    claims: [],
  })
  expect(examineFile('a.mzML', plain.slice(0, -6)).missing).toEqual(['a.mzML does not end with </mzML>'])
})

test('an indexed mzML claims the SHA-1 of all up to and including the tag of the checksum', () => {
  const before = `<?xml version="1.0"?>\n<indexedmzML>${spectra}<indexList/><fileChecksum>`
  const digest = createHash('sha1').update(before).digest('hex')
  const whole = `${before}${digest}</fileChecksum>\n</indexedmzML>\n`
  expect(examineFile('a.mzML', whole)).toMatchObject({
    complete: true,
    claims: [{ path: 'a.mzML', algorithm: 'sha1', digest, bytes: bytesOf(before).length, from: 'a.mzML' }],
  })
  expect(examineFile('a.mzML', `<indexedmzML>${spectra}`).missing).toEqual([
    'a.mzML does not end with </indexedmzML>',
  ])
})

test('a spot of flexControl is one data set and none of NMR', () => {
  const acqus =
    '##TITLE= x\n##SPECTROMETER/DATASYSTEM= AUTOFLEX\n##OWNER= tina\n##$AQ_DATE= <2024-05-06T07:08:09.100+02:00>\n##$PATCHNO= <A1>\n##END=\n'
  const files = { acqu: acqus, acqus, fid: longs([1, 2]), sptype: 'tof', 'pdata/1/1r': longs([1]) }
  expect(examineFolder('1SRef', files)).toMatchObject({
    id: 'bruker-flex',
    complete: true,
    fields: {
      sample: 'A1',
      operator: 'tina',
      instrument: 'AUTOFLEX',
      acquired: '2024-05-06T07:08:09.100+02:00',
    },
  })
  expect(examineFolder('1SRef', without(files, 'fid')).complete).toBe(false)
  const sized = acqus.replace('##END=', '##$TD= 100\n##END=')
  expect(examineFolder('1SRef', { ...files, acqus: sized, fid: new Uint8Array(400) }).complete).toBe(true)
  expect(examineFolder('1SRef', { ...files, acqus: sized, fid: new Uint8Array(396) }).missing).toEqual([
    'fid has 396 of 400 bytes',
  ])
  expect(examineFolder('1SRef', { ...files, acqus: acqus.slice(0, -8) }).complete).toBe(false)
})

test('a .d of a timsTOF has its data beside its database, and no journal', () => {
  const files = {
    'analysis.tdf': sqlite('GlobalMetadata', {}),
    'analysis.tdf_bin': joined(longs([1])),
    '7.m/Maldi.method': 'x',
  }
  expect(examineFolder('a.d', files)).toMatchObject({ id: 'bruker-ms', complete: true })
  expect(examineFolder('a.d', without(files, 'analysis.tdf_bin')).complete).toBe(false)
  expect(examineFolder('a.d', { ...files, 'analysis.tdf-journal': 'x' }).complete).toBe(false)
})

test('a MassHunter run has data, and with spectra their scans', () => {
  const files = without(masshunter(), 'AcqData/MSTS.xml', 'AcqData/MSScan.bin')
  expect(examineFolder('a.d', files).missing).toEqual(['acqdata/msscan.bin is not there'])
  const none = without(files, 'AcqData/MSProfile.bin', 'AcqData/DAD1.cd', 'AcqData/DAD1.cg')
  expect(examineFolder('a.d', none).missing).toEqual([
    'acqdata/*.bin or acqdata/*.cd or acqdata/*.cg or acqdata/*.sd or acqdata/*.sp or *.ch or *.uv or *.ms is not there',
  ])
})

test('a .d of a timsTOF has its last frame in its data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relay-frames-'))
  try {
    const made = (frames: number): Uint8Array => {
      const path = join(folder, `${frames}.tdf`)
      const database = new DatabaseSync(path)
      database.exec('CREATE TABLE GlobalMetadata (k, v)')
      database.exec(
        'CREATE TABLE Frames (Id INTEGER PRIMARY KEY, Time REAL, Polarity, ScanMode, MsMsType, TimsId INTEGER, NumScans)',
      )
      const insert = database.prepare("INSERT INTO Frames VALUES (?, ?, '+', 8, 0, ?, 900)")
      database.exec('BEGIN')
      for (let n = 0; n < frames; n++) insert.run(n + 1, n / 10, 16 * n)
      database.exec('COMMIT')
      database.close()
      return new Uint8Array(readFileSync(path))
    }
    const data = (frames: number) => longs(Array(frames).fill([16, 900, 0, 0]).flat(), true)
    // So many that the table has many pages.
    for (const frames of [1, 3_000]) {
      const files = { 'analysis.tdf': made(frames), 'analysis.tdf_bin': data(frames) }
      expect(examineFolder('a.d', files)).toMatchObject({ complete: true, missing: [] })
      for (const cut of [1, 12])
        expect(
          examineFolder('a.d', { ...files, 'analysis.tdf_bin': data(frames).slice(0, -cut) }).missing,
        ).toEqual(['analysis.tdf_bin is shorter than analysis.tdf says'])
    }
    expect(examineFolder('a.d', { 'analysis.tdf': made(0), 'analysis.tdf_bin': 'x' }).complete).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a .d of a timsTOF says in its database whose it is, and whether it was closed', () => {
  const said = {
    SampleName: 'yeast µ',
    OperatorName: 'olga',
    InstrumentName: 'timsTOF Pro',
    InstrumentSerialNumber: '1838270.1',
    AcquisitionDateTime: '2024-05-06T07:08:09.100+02:00',
    MethodName: 'D:\\m\\dda.m',
    ClosedProperly: '1',
  }
  const made = (rows: Readonly<Record<string, string>>, cut = 0): Files => ({
    'analysis.tdf': sqlite('GlobalMetadata', rows).slice(0, 4 * 1_024 - cut),
    'analysis.tdf_bin': longs([1]),
  })
  expect(examineFolder('a.d', made(said))).toMatchObject({
    complete: true,
    notes: [],
    fields: {
      sample: 'yeast µ',
      operator: 'olga',
      instrument: 'timsTOF Pro',
      serial: '1838270.1',
      acquired: '2024-05-06T07:08:09.100+02:00',
      method: 'dda.m',
    },
  })
  expect(examineFolder('a.d', made({ ...said, ClosedProperly: '0' })).missing).toEqual([
    'GlobalMetadata/ClosedProperly is 0, not 1',
  ])
  expect(examineFolder('a.d', made(said, 1)).missing).toEqual(['analysis.tdf has 4095 of 4096 bytes'])
  expect(examineFolder('a.d', { 'analysis.tdf': 'x', 'analysis.tdf_bin': longs([1]) }).missing).toEqual([
    'analysis.tdf does not begin as a database does',
  ])
})

test('a run in a folder that has lost its ending is still one', () => {
  expect(examineFolder('run 7', waters(60))).toMatchObject({ id: 'waters', complete: true })
  const files = { 'analysis.tdf': sqlite('GlobalMetadata', {}), 'analysis.tdf_bin': longs([1]) }
  expect(examineFolder('run 7', files)).toMatchObject({ id: 'bruker-ms', complete: true })
})
