import { expect, test } from 'vitest'
import { BUILT_IN_PROFILES, loadProfiles } from './load-profiles.ts'
import { bruker1d, varian } from './made/nmr.ts'
import { glanceOf } from './made/unit.ts'
import { isRaw, recogniseFile, recogniseFolder } from './recognise.ts'

const profiles = loadProfiles(BUILT_IN_PROFILES)

function found(name: string, ...paths: readonly string[]): string | undefined {
  const one = recogniseFolder(glanceOf(name, paths), profiles)
  return one === undefined ? undefined : `${one.profile.id} ${one.state}`
}

function rawOf(id: string, ...paths: readonly string[]): string[] {
  const profile = profiles.find((one) => one.id === id)
  if (profile === undefined) throw new Error(`no ${id}`)
  return paths.filter((path) => isRaw(profile, path))
}

test.each([
  ['notes', ['log']],
  ['notes', ['text']],
  ['10', ['report.txt', 'text', 'title']],
  ['reports', ['report.txt', 'log', 'text', 'data.csv']],
  ['AN-menthol', ['10/acqus', '10/fid', '11/acqus', 'read.me']],
  ['sequence', ['a.D/RUN.LOG', 'b.D/RUN.LOG', 'a.S']],
  ['empty', []],
  ['pictures', ['.hidden.config', 'a.png']],
  ['x.D', []],
  ['March.D', ['a.D/RUN.LOG', 'b.D/']],
  ['Appendix.D', ['letter.docx', 'table.csv']],
  ['Appendix.D', ['.letter.docx.Ab12Cd']],
  ['conf.d', ['10-net.conf']],
  ['collected', ['acqus', 'paper.docx']],
  ['spectra', ['fid', 'report.docx']],
  ['audit', ['audita.txt', 'summary.xlsx']],
  // What macOS packs beside the files.
  ['10', ['._acqus', '._fid', '._pulseprogram', '._pdata', 'pdata/1/._1r']],
  ['notes', ['RUN.LOG', 'sample.xml']],
  ['tpwr.par', ['procpar', 'text']],
  ['2024', ['lists/people.csv', 'log']],
])('an ordinary folder %s of %j is none', (name, paths) => {
  expect(found(name, ...paths)).toBeUndefined()
})

test.each([
  ['10', ['acqu'], 'bruker forming'],
  ['10', ['acqus', 'pulseprogram'], 'bruker forming'],
  ['10', ['pdata/1/procs'], 'bruker forming'],
  ['10', ['pdata/'], 'bruker forming'],
  ['10', ['.fid.Ab12Cd'], 'bruker forming'],
  ['10', ['.acqus.x7Yz01', 'acqu'], 'bruker forming'],
  ['10', ['fid.part'], 'bruker forming'],
  ['copy of 10', ['fid'], 'bruker forming'],
  ['1', ['acqu2s', 'acqu2'], 'bruker forming'],
  ['x.fid', [], 'varian forming'],
  ['x.fid', ['fid'], 'varian forming'],
  ['x.fid', ['log'], 'varian forming'],
  ['x.fid', ['.fid.Ab12Cd'], 'varian forming'],
  ['x.fid', ['.text.Ab12Cd'], 'varian forming'],
  ['exported', ['procpar'], 'varian forming'],
  ['x.D', ['acq.txt'], 'chemstation forming'],
  ['x.D', ['DA.M/INFO.MTH'], 'chemstation forming'],
  ['x.D', ['TEMPDIR1'], 'chemstation forming'],
  ['x.D', ['.FID1A.ch.Ab12Cd', 'LCDIAG.REG'], 'chemstation forming'],
  ['x.d', ['AcqData/'], 'masshunter forming'],
  ['x.d', ['AcqData/Worklist.xml'], 'masshunter forming'],
  ['x.d', ['analysis.tdf-journal'], 'bruker-ms forming'],
  ['x.raw', [], 'waters forming'],
  ['x.raw', ['_CHROMS.INF'], 'waters forming'],
  ['x.raw', ['._HEADER.TXT.Ab12Cd'], 'waters forming'],
  ['1D_exp', ['acqu.par'], 'spinsolve forming'],
  ['1D_exp', ['protocol.par'], 'spinsolve forming'],
  ['kea', ['data.pt1'], 'spinsolve forming'],
  ['10', ['acqus', 'paper.docx'], 'bruker forming'],
  ['10', ['nuslist'], 'bruker forming'],
  ['proton clean', ['uxnmr.par'], 'bruker forming'],
  ['proton clean', ['pulseprogram'], 'bruker forming'],
  ['10', ['rawdata.job0'], 'bruker forming'],
  ['5', ['acqp'], 'paravision forming'],
  ['5', ['method'], 'paravision forming'],
  ['5', ['pdata/1/visu_pars'], 'paravision forming'],
  ['1SRef', ['acqu'], 'bruker-flex forming'],
  ['a.sirslt', [], 'openlab-results forming'],
  // In the order of a disk, not of names.
  ['10', ['cpdprg2'], 'bruker forming'],
  ['10', ['lists/gp/SMSQ10.100'], 'bruker forming'],
  ['10', ['difflist'], 'bruker forming'],
  ['proton clean', ['gpnam1'], 'bruker forming'],
  ['1D_exp', ['fid.1d'], 'spinsolve forming'],
  ['kea', ['spectrum_processed.2d'], 'spinsolve forming'],
  ['x.d', ['ser'], 'bruker-ms forming'],
])('a folder %s of %j is held: %s', (name, paths, expected) => {
  expect(found(name, ...paths)).toBe(expected)
})

test.each([
  ['10', ['acqus', 'ser'], 'bruker whole'],
  ['ACQ', ['ACQUS', 'FID'], 'bruker whole'],
  ['x.fid', ['fid', 'procpar'], 'varian whole'],
  ['x.D', ['RUN.LOG', 'FID1A.ch'], 'chemstation whole'],
  ['x.D', ['DATA.MS', 'AcqData/Contents.xml'], 'masshunter whole'],
  ['x.D', ['dad1.UV'], 'chemstation whole'],
  ['x.d', ['Analysis.yep', 'RUN.LOG'], 'chemstation whole'],
  ['x.d', ['analysis.baf'], 'bruker-ms whole'],
  // solariX has files of NMR's names.
  ['x.d', ['acqus', 'fid', 'analysis.baf', 'scan.xml'], 'bruker-ms whole'],
  ['x.d', ['ser', 'scan.xml', 'esi.m/apexAcquisition.method'], 'bruker-ms whole'],
  ['x.d', ['what.ever'], 'folder whole'],
  ['x.M', ['METHOD.REG', 'ACQ.MTH'], 'folder whole'],
  ['3', ['acqp', 'method', 'fid', 'pdata/1/2dseq', 'pulseprogram'], 'paravision whole'],
  ['5', ['acqp', 'method', 'rawdata.job0'], 'paravision whole'],
  ['1SLin', ['acqus', 'fid'], 'bruker-flex whole'],
  ['odd name', ['acqus', 'fid', 'sptype'], 'bruker-flex whole'],
  ['kea', ['acqu.par', 'data.pt1'], 'spinsolve whole'],
  ['x.RAW', ['_func001.dat'], 'waters whole'],
  ['x.raw', ['what.ever'], 'folder whole'],
  ['x.fid', ['what.ever'], 'folder whole'],
])('a folder %s of %j is %s', (name, paths, expected) => {
  expect(found(name, ...paths)).toBe(expected)
})

test('a data set that comes file by file, in whatever order, is never an ordinary folder in between', () => {
  for (const [name, paths] of [
    ['10', Object.keys(bruker1d())],
    ['x.fid', Object.keys(varian())],
    [
      'x.raw',
      [
        '_CHRO001.DAT',
        '_FUNC001.DAT',
        '_FUNC001.IDX',
        '_FUNCTNS.INF',
        '_HEADER.TXT',
        '_INLET.INF',
        '_extern.inf',
      ],
    ],
  ] as const) {
    const orders = [
      paths,
      paths.toReversed(),
      paths.toSorted(),
      paths.toSorted((a, b) => a.length - b.length),
    ]
    for (const order of orders)
      for (let n = 1; n < order.length; n++) {
        const here = [...order.slice(0, n)]
        // 1i and 1r are in pdata/1 and pulseprogram is in a folder with a number: each alone is a sign.
        expect(found(name, ...here), here.join()).toBeDefined()
        const last = here.at(-1) ?? ''
        const slash = last.lastIndexOf('/') + 1
        const arriving = `${last.slice(0, slash)}.${last.slice(slash)}.Ab12Cd`
        expect(found(name, ...here.slice(0, -1), arriving), arriving).toBeDefined()
      }
  }
})

test('recognition lists a folder once and looks into no more than it must', () => {
  const asked: string[] = []
  const glance = glanceOf('many', [
    'pdata/1/procs',
    'acqdata.txt',
    ...Array.from({ length: 500 }, (_, i) => `${i}/fid`),
  ])
  const names = (sub: string) => {
    asked.push(sub)
    return glance.names(sub)
  }
  recogniseFolder({ name: glance.name, names }, profiles)
  expect(new Set(asked).size).toBe(asked.length)
  expect(asked.length).toBeLessThan(5)
})

test('a file is what its name says, and a file if it says nothing', () => {
  const ids = [
    'a.JDF',
    'a.raw',
    'a.dx',
    'a.mzML',
    'a.LCD',
    'a.wiff',
    'a.cdf',
    'a.bin',
    '.raw',
    'noending',
  ].map((name) => recogniseFile(name, profiles).id)
  expect(ids).toEqual([
    'jeol',
    'thermo',
    'openlab',
    'mzml',
    'shimadzu',
    'sciex',
    'andi',
    'file',
    'thermo',
    'file',
  ])
})

test('what processing writes is no raw data', () => {
  expect(
    rawOf('bruker', 'fid', 'acqus', 'acqu2s', 'audita.txt', 'acqu', 'pdata/1/1r', 'pdata/1/fid'),
  ).toEqual(['fid', 'acqus', 'acqu2s', 'audita.txt'])
  expect(rawOf('varian', 'fid', 'procpar', 'datdir/data')).toEqual(['fid', 'procpar'])
  expect(rawOf('masshunter', 'AcqData/MSScan.bin', 'AcqData/a.m/x.xml', 'Results/qual.xml')).toEqual([
    'AcqData/MSScan.bin',
    'AcqData/a.m/x.xml',
  ])
  expect(rawOf('chemstation', 'FID1A.CH', 'RUN.LOG', 'DA.M/x.reg', 'Report.TXT')).toEqual([
    'FID1A.CH',
    'RUN.LOG',
  ])
  expect(rawOf('file', 'a/b')).toEqual(['a/b'])
})
