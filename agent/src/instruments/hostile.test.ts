import fc from 'fast-check'
import { expect, test } from 'vitest'
import { examine, NOTES_MAX } from './examine.ts'
import { BUILT_IN_PROFILES, loadProfiles } from './load-profiles.ts'
import { abif, netcdf, ole2, opus, sqlite, thermo, wdf, zip } from './made/containers.ts'
import { bruker1d, bruker2dStopped, jeol, spinsolve, varian } from './made/nmr.ts'
import { bytesOf, counted, type Files, fileOf, folderOf, glanceOf, joined, utf16 } from './made/unit.ts'
import { isRaw, recogniseFile, recogniseFolder } from './recognise.ts'
import type { Profile, UnitView } from './types.ts'

const profiles = loadProfiles(BUILT_IN_PROFILES)
const READ_BYTES_MAX = 48 << 20

/** Prints its seed; `SEED=n` runs it again. */
function seedOf(name: string): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`SEED=${seed} ${name}\n`)
  return seed
}

/** Examines, and holds what comes out to its bounds. */
function bounded(unit: UnitView, profile: Profile) {
  const { view, read } = counted(unit)
  const found = examine(view, profile)
  expect(found.complete).toBe(found.missing.length === 0)
  expect(found.missing.length).toBeLessThanOrEqual(20)
  expect(found.notes.length).toBeLessThanOrEqual(NOTES_MAX)
  expect(found.claims.length).toBeLessThanOrEqual(256)
  for (const text of [...found.missing, ...found.notes, ...Object.values(found.fields)]) {
    expect([...text].length).toBeLessThanOrEqual(200)
    expect(text).toBe(text.toWellFormed())
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u)
    expect(text).not.toBe('')
  }
  const sizes = new Map(unit.members().map(({ path, size }) => [path, size]))
  for (const { path, digest, algorithm, bytes = 0 } of found.claims) {
    expect(sizes.has(path)).toBe(true)
    expect(bytes).toBeLessThanOrEqual(sizes.get(path) ?? 0)
    expect(digest).toMatch(algorithm === 'md5' ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{40}$/)
  }
  expect(read()).toBeLessThan(READ_BYTES_MAX)
  return found
}

const acmd = '<ACMD><InjectionInfo><SampleName>s</SampleName></InjectionInfo></ACMD>'
const wholeFiles: Files = {
  'a.jdf': jeol(64),
  'b.jdf': jeol(64, true),
  'a.dx': zip({ 'injection.acmd': acmd }),
  'b.dx': zip({ 'injection.acmd': acmd }, true),
  'a.lcd': ole2({ 'File Property': '<FileProperty><szGeneratedBy>@StoX@41</szGeneratedBy></FileProperty>' }),
  'a.cdf': netcdf(1, { operator_name: 'x' }, 3),
  'b.cdf': netcdf(5, { operator_name: 'x' }, 3),
  'a.raw': thermo(57),
  'b.raw': thermo(66),
  'a.0': opus({ SNM: 'x', CNM: 'y' }),
  'a.wdf': wdf(100, 60),
  'a.fsa': abif(300),
  'a.zip': zip({ 'a/b': 'c' }),
  'a.json': '{"$asm.manifest":"x","a":[{"analyst":"x"},{"device system document":{"model number":"y"}}]}',
  'a.mzXML': '<mzXML><msRun><msInstrument><msModel value="x"/></msInstrument></msRun></mzXML>',
  'a.nmrML': '<nmrML><contactList><contact fullname="x"/></contactList></nmrML>',
  'a.animl': '<AnIML><SampleSet><Sample name="x"/></SampleSet></AnIML>',
  'a.mzML': '<mzML><run startTimeStamp="x"/></mzML>',
  'a.jdx': '##TITLE= x\n##NPOINTS= 2\n##XYDATA= (X++(Y..Y))\n1 2 3\n##END=\n',
  'a.txt': 'Injection Information:\nStatus\tFinished\nTime Max.\t1\nChromatogram Data:\n1\t2\n',
  'a.pdf': '%PDF-1.7\n%%EOF',
}
const wholeFolders: Readonly<Record<string, Files>> = {
  '10': bruker1d(),
  '11': bruker2dStopped(),
  'x.fid': varian(),
  spin: spinsolve(),
  'a.D': {
    'RUN.LOG': utf16('Method Method started 07:08:09 05/06/24\nInstrument run completed\nMethod completed\n'),
    'SAMPLE.XML': '<Sample><Name>x</Name></Sample>',
    'A.ch': '\u0003181xxxx',
  },
  'a.d': {
    'AcqData/Contents.xml': '<Contents><AcqStatus>2</AcqStatus></Contents>',
    'AcqData/MSScan.bin': 'x',
  },
  'w.raw': {
    '_HEADER.TXT': '$$ Acquired Name: x\n',
    '_FUNC001.DAT': 'xxx',
    '_FUNC001.IDX': new Uint8Array(22),
  },
  't.d': {
    'analysis.tdf': sqlite('GlobalMetadata', { SampleName: 'x', OperatorName: 'y', ClosedProperly: '1' }),
    'analysis.tdf_bin': 'x',
  },
  '5': {
    acqp: '##TITLE=x\n##$ACQ_protocol_name=( 64 )\n<x>\n##END=\n',
    method: '##TITLE=x\n$$ 2024-05-06 07:08:09.100 +0200  x@y\n##END=\n',
    'rawdata.job0': 'x',
  },
  '1SRef': { acqus: '##TITLE= x\n##OWNER= x\n##$PATCHNO= <A1>\n##END=\n', fid: 'x', sptype: 'tof' },
  'r.rslt': { 'a.acaml': '<ACAML/>', '1.dx': zip({ 'injection.acmd': acmd }) },
}

function profileOf(name: string, files: Files): Profile {
  const found = recogniseFolder(glanceOf(name, Object.keys(files)), profiles)
  if (found === undefined) throw new Error(`${name} is not recognised`)
  return found.profile
}

test('every file of every format, cut at every length, is examined within bounds, and few are complete', () => {
  let examined = 0
  for (const [name, content] of Object.entries(wholeFiles)) {
    const bytes = bytesOf(content)
    const step = Math.max(1, Math.floor(bytes.length / 1_500))
    let complete = 0
    for (let length = 0; length < bytes.length; length += step) {
      const found = bounded(fileOf(name, bytes.slice(0, length)), recogniseFile(name, profiles))
      if (found.complete && found.profile === undefined) complete++
      examined++
    }
    // A cut that leaves padding, blanks or the texts behind a run header away cannot be told, nor an export's
    // that leaves away what it says of its length.
    expect(complete, name).toBeLessThanOrEqual(/\.(?:raw|txt)$/.test(name) ? 24 : 8)
  }
  expect(examined).toBeGreaterThan(5_000)
})

test('every file of every folder, cut at every length, is examined within bounds', () => {
  for (const [name, files] of Object.entries(wholeFolders))
    for (const [path, content] of Object.entries(files)) {
      const bytes = bytesOf(content)
      const step = Math.max(1, Math.floor(bytes.length / 200))
      for (let length = 0; length < bytes.length; length += step)
        bounded(folderOf(name, { ...files, [path]: bytes.slice(0, length) }), profileOf(name, files))
    }
})

test('a format with bytes changed is examined within bounds', () => {
  const changes = fc.array(
    fc.record({ at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), to: fc.nat(255) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  const damage = (content: Files[string], how: readonly { at: number; to: number }[]): Uint8Array => {
    const bytes = bytesOf(content).slice()
    // Heads are where the numbers are that lead astray.
    for (const { at, to } of how) bytes[Math.floor(at ** 3 * bytes.length)] = to
    return bytes
  }
  const property = fc.property(fc.nat(10_000), changes, (pick, how) => {
    const names = Object.keys(wholeFiles)
    const name = names[pick % names.length] ?? ''
    bounded(fileOf(name, damage(wholeFiles[name] ?? '', how)), recogniseFile(name, profiles))
    const folders = Object.keys(wholeFolders)
    const folder = folders[pick % folders.length] ?? ''
    const files = wholeFolders[folder] ?? {}
    const paths = Object.keys(files)
    const path = paths[(pick >> 3) % paths.length] ?? ''
    bounded(folderOf(folder, { ...files, [path]: damage(files[path] ?? '', how) }), profileOf(folder, files))
  })
  fc.assert(property, { numRuns: 4_000, seed: seedOf('changed formats') })
})

test('random bytes behind any magic, in any profile, are examined within bounds', () => {
  const starts = [
    '',
    'JEOL.NMR',
    'CDF\u0001',
    'CDF\u0005',
    'PK\u0003\u0004',
    '##TITLE=',
    '<mzML',
    '<indexedmzML',
    '%PDF-',
  ]
  const bytes = fc
    .tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 3_000 }))
    .map(([start, rest]) => joined(bytesOf(start), rest))
  const path = fc.constantFrom(
    'acqus',
    'fid',
    'ser',
    'audita.txt',
    'procpar',
    'log',
    'acqu.par',
    'data.1d',
    'RUN.LOG',
    'AcqData/Contents.xml',
    'AcqData/sample_info.xml',
    '_HEADER.TXT',
    '_FUNC001.DAT',
    '_FUNC001.IDX',
    'pdata/1/auditp.txt',
    'sequence.acam_',
    'a.ch',
    '1.dx',
    '.x.Ab12Cd',
  )
  const property = fc.property(bytes, fc.dictionary(path, bytes, { maxKeys: 8 }), (content, files) => {
    for (const profile of profiles)
      bounded(profile.unit === 'file' ? fileOf('x', content) : folderOf('x', files), profile)
  })
  fc.assert(property, { numRuns: 300, seed: seedOf('random bytes') })
})

test('any names at all are recognised without an error', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      'acqus',
      'fid',
      'pdata',
      'AcqData',
      '_HEADER.TXT',
      '.fid.Ab12Cd',
      'RUN.LOG',
      '',
      '.',
      '..',
      '#',
      '*',
    ),
  )
  const property = fc.property(name, fc.array(fc.tuple(name, fc.boolean())), (folder, entries) => {
    const listed = entries.map(([one, isFolder]) => ({ name: one, isFolder }))
    // A folder that is in itself without end.
    const found = recogniseFolder({ name: folder, names: () => listed }, profiles)
    const file = recogniseFile(folder, profiles)
    isRaw(found?.profile ?? file, folder)
  })
  fc.assert(property, { numRuns: 3_000, seed: seedOf('names') })
})

test('of files of 100 GB no more is read than a few megabytes', () => {
  const size = 100 * 1_024 ** 3
  const huge = (
    name: string,
    kind: 'file' | 'folder',
    paths: readonly string[],
    fill: Uint8Array,
  ): UnitView => ({
    name,
    kind,
    members: () => paths.map((path) => ({ path, size })),
    read(_, offset, length) {
      const bytes = new Uint8Array(Math.min(length, 65_536))
      for (let i = 0; i < bytes.length; i++) bytes[i] = fill[(offset + i) % fill.length] ?? 0
      return bytes
    },
  })
  for (const [name, content] of Object.entries(wholeFiles))
    bounded(huge(name, 'file', [name], bytesOf(content)), recogniseFile(name, profiles))
  for (const [name, files] of Object.entries(wholeFolders)) {
    const fills = [
      new Uint8Array(1),
      bytesOf('##$TD= 1\n'),
      bytesOf('<a>'),
      bytesOf(Object.values(files)[0] ?? ''),
    ]
    for (const fill of fills) bounded(huge(name, 'folder', Object.keys(files), fill), profileOf(name, files))
  }
})

test('files that cannot be read make a run incomplete or a field absent, never an error', () => {
  const closed = (name: string, kind: 'file' | 'folder', files: Files): UnitView => ({
    name,
    kind,
    members: () => Object.entries(files).map(([path, content]) => ({ path, size: bytesOf(content).length })),
    read: () => undefined,
  })
  for (const [name, files] of Object.entries(wholeFolders)) {
    const found = bounded(closed(name, 'folder', files), profileOf(name, files))
    expect(found.fields).toEqual({})
    expect(found.complete, name).toBe(false)
  }
  for (const name of Object.keys(wholeFiles))
    bounded(closed(name, 'file', { [name]: 'xxxx' }), recogniseFile(name, profiles))
})
