import { ole2, opus, sqlite, thermo, wdf, zip } from '../../agent/src/instruments/made/containers.ts'
import {
  acqus,
  audit,
  bruker1d,
  bruker2dStopped,
  created,
  entry,
  jeol,
  md5,
  points,
  procpar,
  spinsolve,
  varian,
} from '../../agent/src/instruments/made/nmr.ts'
import { type Content, type Files, longs, utf16, without } from '../../agent/src/instruments/made/unit.ts'

/*
 * What instruments and people leave in a folder, in the shapes that vendors' programs write and with nothing of anybody's
 * data: each shape says which data sets and files a relay must see in it, and whether they are complete.
 */

export interface ShapeUnit {
  readonly profile?: string
  /** As in the record; undefined: the record says nothing of it. */
  readonly complete?: boolean | null
  readonly aborted?: true
  /** Each of these must be as given; undefined: must not be there. */
  readonly run?: Readonly<Record<string, string | undefined>>
}

export interface Shape {
  readonly name: string
  /** It comes at once, by a renaming: from its first files alone nobody could tell. */
  readonly atOnce?: true
  /** In the order in which the instrument writes them. */
  readonly files: Files
  /** Data sets by their folder, and files that are more than a file. All other files are plain ones. */
  readonly units: Readonly<Record<string, ShapeUnit>>
}

function below(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]))
}

const noise = (length: number, seed = 7): Uint8Array =>
  new Uint8Array(length).map((_, i) => (i * 37 + seed * 11 + (i >> 7)) & 255)

/** In the order of TopSpin: `acqu`, lists and pulse program at the start, `acqus` and `audita.txt` at the end. */
function topspin(more: Files = {}): Files {
  const { acqu = '', fid = '', ...rest } = bruker1d()
  return {
    'pdata/1/proc': '##END=\n',
    'pdata/1/title': 'a title\n',
    acqu,
    pulseprogram: '; zg30',
    ...more,
    fid,
    ...rest,
  }
}

function topspin2d(rows: number, withAudit = true, more: Files = {}): Files {
  const ser = points(rows * 256)
  return {
    acqu: acqus({ PARMODE: '1' }),
    acqu2: acqus({ TD: String(rows) }),
    pulseprogram: '; hsqc',
    ...more,
    ser,
    acqus: acqus(
      { PARMODE: '1' },
      withAudit ? 'Parameter file, TopSpin 4.1.4' : 'Parameter file, XWIN-NMR Version 3.5',
    ),
    acqu2s: acqus({ TD: String(rows) }),
    ...(withAudit ? { 'audita.txt': audit(entry(1, created(`256 * ${rows}`, md5(ser)))) } : {}),
  }
}

const runLog = (...lines: readonly string[]): string =>
  lines
    .map((line) => ` 443 41e2 6304ad9c    0\r\nMethod       ${line.padEnd(45)}  07:08:09 05/06/24\r\n`)
    .join('')
const started = 'Method started: line# 4 at location 4'
const ended = ['Instrument run completed', 'Method completed']

/** A head of ChemStation's data files of eight bits. */
function chemstationData(version: string, sample: string): Uint8Array {
  const bytes = new Uint8Array(5_000)
  const put = (at: number, text: string): void => {
    bytes[at] = text.length
    bytes.set(Buffer.from(text, 'latin1'), at + 1)
  }
  put(0, version)
  put(24, sample)
  put(148, 'hans')
  put(178, '06-May-24, 07:08:09')
  return bytes
}

function chemstation(log: string, data: Files = {}): Files {
  return {
    'acq.txt': 'Method',
    'CSlbk.ini': '[x]\r\n',
    'SAMPLE.XML': utf16('<?xml version="1.0"?><Sample><Name>blank</Name></Sample>'),
    'LCDIAG.REG': noise(300),
    ...data,
    'DAD1A.ch': chemstationData('30', 'blank'),
    'RUN.LOG': log,
    'Report.TXT': 'Area',
    'DA.M/INFO.MTH': 'x',
  }
}

const acqContents = (status: number): string =>
  `<?xml version="1.0"?>\r\n<Contents><AcquiredTime>2024-05-06T07:08:09Z</AcquiredTime><AcqStatus>${status}</AcqStatus><InstrumentName>Q-TOF 1</InstrumentName></Contents>\r\n`

function qtof(status: number): Files {
  return {
    'AcqData/Devices.xml':
      '<Devices><Device><ModelNumber>G6545A</ModelNumber><SerialNumber>SG1</SerialNumber></Device></Devices>',
    'AcqData/AcqMethod.xml': '<x/>',
    'AcqData/run.m/info.xml': '<x/>',
    'AcqData/MSTS.xml': '<TimeSegments/>',
    'AcqData/MSScan.bin': noise(500),
    'AcqData/MSPeak.bin': noise(500),
    'AcqData/MSProfile.bin': noise(5_000),
    'AcqData/MSMassCal.bin': noise(50),
    'AcqData/MSPeriodicActuals.bin': noise(50),
    'AcqData/DefaultMassCal.xml': '<x/>',
    'AcqData/sample_info.xml':
      '<SampleInfo><Field><Name>Sample Name</Name><Value>tea</Value></Field><Field><Name>OperatorName</Name><Value>LAB\\mia</Value></Field></SampleInfo>',
    'AcqData/Contents.xml': acqContents(status),
  }
}

const watersHeader = (more = ''): string =>
  `$$ Version: 01.00\r\n$$ Acquired Name: run_7\r\n$$ Acquired Date: 06-May-2024\r\n$$ Acquired Time: 07:08:09\r\n$$ Instrument: XEVO-G2XSQTOF#YCA123\r\n${more}`

/** An MSE run has several functions, lock mass last. */
function waters(functions: number): Files {
  const files: Record<string, Content> = { '_HEADER.TXT': watersHeader(), '_INLET.INF': 'x' }
  for (let n = 1; n <= functions; n++) {
    const index = new Uint8Array(44)
    index.set(longs([60], true), 22)
    files[`_FUNC00${n}.DAT`] = noise(200)
    files[`_FUNC00${n}.IDX`] = index
    files[`_FUNC00${n}.STS`] = noise(40)
  }
  return {
    ...files,
    '_FUNCTNS.INF': new Uint8Array(416 * functions).fill(1),
    '_CHROMS.INF': 'x',
    '_CHRO001.DAT': noise(80),
    '_extern.inf': 'x',
  }
}

const acmd =
  '<ACMD><InjectionInfo><SampleName>std 1</SampleName><RunOperator>ida</RunOperator></InjectionInfo></ACMD>'
const dx = (sample: string): Uint8Array =>
  zip({ 'a.CH': noise(600), 'injection.acmd': acmd.replace('std 1', sample) })

const jcampXy =
  '##TITLE= An IR\n##JCAMP-DX= 4.24\n##DATA TYPE= INFRARED SPECTRUM\n##ORIGIN= lab\n##OWNER= fritz\n##NPOINTS= 3\n##XYDATA= (X++(Y..Y))\n1 2 3 4\n##END=\n'

export const shapes: readonly Shape[] = [
  {
    name: 'TopSpin, several experiments of one sample',
    files: {
      ...below('Probe Müller (2)/10', topspin()),
      ...below('Probe Müller (2)/11', topspin2d(4)),
      ...below('Probe Müller (2)/999', topspin({ 'uxnmr.par': 'x' })),
    },
    units: {
      'Probe Müller (2)/10': {
        profile: 'bruker',
        complete: true,
        run: { sample: 'TEST-SAMPLE', operator: 'anna', method: 'zg30' },
      },
      'Probe Müller (2)/11': { profile: 'bruker', complete: true },
      'Probe Müller (2)/999': { profile: 'bruker', complete: true },
    },
  },
  {
    name: 'TopSpin with NUS list, pdata/999 and notes of a person',
    files: below('nus/1', {
      ...topspin2d(4, true, { nuslist: '0\n3\n9\n' }),
      'pdata/999/procs': '##END=\n',
      'pdata/999/2rr': noise(256),
      'pdata/2/procs': '##END=\n',
      'notes of mine.txt': 'x',
    }),
    units: { 'nus/1': { profile: 'bruker', complete: true } },
  },
  {
    name: 'XWIN-NMR 2D without audit trail',
    files: below('old/3', topspin2d(4, false)),
    units: { 'old/3': { profile: 'bruker', complete: true } },
  },
  {
    name: 'TopSpin, stopped by the user',
    files: below('stopped/1', bruker2dStopped()),
    units: { 'stopped/1': { profile: 'bruker', complete: true, aborted: true } },
  },
  {
    name: 'TopSpin, processed data whose fid was thrown away',
    files: below('thin/1', without(topspin(), 'fid')),
    units: { 'thin/1': { profile: 'bruker', complete: false } },
  },
  {
    name: 'TopSpin with rawdata.job0, prepared and never run',
    files: below('made by wrpa/12', {
      acqu: acqus(),
      pulseprogram: ';',
      'rawdata.job0': noise(40),
      'pdata/1/proc': '##END=\n',
    }),
    units: { 'made by wrpa/12': { profile: 'bruker', complete: false } },
  },
  {
    name: 'ParaVision study',
    files: {
      'rat_7/subject': '##END=\n',
      'rat_7/AdjStatePerStudy': 'x',
      ...below('rat_7/5', paravision('rawdata.job0')),
      ...below('rat_7/6', paravision('fid')),
    },
    units: {
      'rat_7/5': { profile: 'paravision', complete: true },
      'rat_7/6': { profile: 'paravision', complete: true },
    },
  },
  {
    name: 'flexControl spots',
    files: {
      ...below('plate/0_A1/1/1SRef', flex('A1')),
      ...below('plate/0_A2/1/1SLin', flex('A2')),
      'plate/info': 'x',
    },
    units: {
      'plate/0_A1/1/1SRef': {
        profile: 'bruker-flex',
        complete: true,
        run: {
          operator: 'tina',
          instrument: 'AUTOFLEX',
          acquired: '2024-05-06T07:08:09.100+02:00',
          sample: 'A1',
        },
      },
      'plate/0_A2/1/1SLin': { profile: 'bruker-flex', complete: true },
    },
  },
  {
    name: 'maXis',
    files: below('maxis_1.d', {
      'microTOFQImpacTemAcquisition.method': 'x',
      'run.m/desktop.method': 'x',
      'SampleInfo.xml': utf16('<?xml version="1.0"?><SampleTable><Sample SampleID="7" /></SampleTable>'),
      'analysis.baf': noise(3_000),
      'analysis.baf_idx': noise(300),
      'analysis.baf_xtr': noise(300),
      'Storage.mcf_idx': noise(300),
    }),
    units: { 'maxis_1.d': { profile: 'bruker-ms', complete: true } },
  },
  {
    name: 'timsTOF, one not closed',
    files: {
      ...below('tt/done.d', timsTof('1')),
      ...below('tt/goes on.d', { ...timsTof('0'), 'analysis.tdf-journal': noise(90) }),
    },
    units: {
      'tt/done.d': { profile: 'bruker-ms', complete: true, run: { operator: 'olga', serial: '1838270.1' } },
      'tt/goes on.d': { profile: 'bruker-ms', complete: false },
    },
  },
  {
    name: 'runs whose folder has lost its ending',
    atOnce: true,
    files: {
      ...below('lost/gc', chemstation(runLog(started, ...ended))),
      ...below('lost/ms', waters(1)),
      ...below('lost/tt', timsTof('1')),
    },
    units: {
      'lost/gc': { profile: 'chemstation', complete: true },
      'lost/ms': { profile: 'waters', complete: true },
      'lost/tt': { profile: 'bruker-ms', complete: true },
    },
  },
  {
    name: 'Varian, array and parameter set',
    files: {
      ...below('s_20240506_01/PROTON_01.fid', varian()),
      ...below('s_20240506_01/stopped.fid', { ...varian(), fid: varian()['fid']?.slice(0, 2_000) ?? '' }),
      ...below('parlib/tpwr.par', { procpar: procpar({ tpwr: '1' }), text: 'x' }),
    },
    units: {
      's_20240506_01/PROTON_01.fid': { profile: 'varian', complete: true, run: { operator: 'bert' } },
      's_20240506_01/stopped.fid': { profile: 'varian', complete: false },
    },
  },
  {
    name: 'JEOL, both byte orders, cut off, and its other exports',
    files: {
      'jeol/big.jdf': jeol(4_000),
      'jeol/little.jdf': jeol(4_000, true),
      'jeol/cut.jdf': jeol(4_000).slice(0, 4_000),
      'jeol/x.bin': noise(900),
      'jeol/x.hdr': 'x',
    },
    units: {
      'jeol/big.jdf': { profile: 'jeol', complete: true, run: { operator: 'chris' } },
      'jeol/little.jdf': { profile: 'jeol', complete: true, run: { operator: 'chris' } },
      'jeol/cut.jdf': { profile: 'jeol', complete: false },
    },
  },
  {
    name: 'Spinsolve, and Prospa before it',
    files: {
      ...below('spin/240506-070809 1D EXTENDED (tea)', {
        ...spinsolve(),
        'nmr_fid.dx': jcampXy,
        'protocol.par': 'x',
        'processing.script': 'x',
        'spectrum_processed.1d': noise(40),
      }),
      ...below('spin/kea', { 'acqu.par': 'nrScans = 4\n', 'data.pt1': noise(500), 'data.csv': '1,2\n' }),
    },
    units: {
      'spin/240506-070809 1D EXTENDED (tea)': {
        profile: 'spinsolve',
        complete: true,
        run: { operator: 'dora', sample: 'beer' },
      },
      'spin/kea': { profile: 'spinsolve' },
    },
  },
  {
    name: 'ChemStation sequence of several runs',
    files: {
      'SEQ 2024-05-06 07-08-09/SEQ.S': noise(90),
      'SEQ 2024-05-06 07-08-09/TEST.M/METHOD.REG': noise(90),
      'SEQ 2024-05-06 07-08-09/TEST.M/ACQ.MTH': 'x',
      ...below('SEQ 2024-05-06 07-08-09/001-0101.D', chemstation(runLog(started, ...ended))),
      ...below('SEQ 2024-05-06 07-08-09/002-0201.D', chemstation(runLog(started, 'Run stopped by user'))),
      ...below('SEQ 2024-05-06 07-08-09/003-0301.D', chemstation(runLog(started), { TEMPDIR1: 'x' })),
      'SEQ 2024-05-06 07-08-09/SEQ.LOG': 'x',
      'SEQ 2024-05-06 07-08-09/SEQ.B': noise(20),
    },
    units: {
      'SEQ 2024-05-06 07-08-09/TEST.M': { profile: 'folder', complete: null },
      'SEQ 2024-05-06 07-08-09/001-0101.D': {
        profile: 'chemstation',
        complete: true,
        run: { operator: 'hans', sample: 'blank' },
      },
      'SEQ 2024-05-06 07-08-09/002-0201.D': { profile: 'chemstation', complete: true, aborted: true },
      'SEQ 2024-05-06 07-08-09/003-0301.D': { profile: 'chemstation', complete: false },
    },
  },
  {
    name: 'MSD ChemStation, runs in a folder called .D by a person',
    files: {
      ...below('March.D/a.D', {
        'acqmeth.txt': 'x',
        'DATA.MS': chemstationData('2', 'oil'),
        'runstart.txt': 'x',
      }),
      ...below('March.D/b.D', {
        'acqmeth.txt': 'x',
        'DATA.MS': chemstationData('2', 'oil 2'),
        'runstart.txt': 'x',
      }),
    },
    units: {
      'March.D/a.D': { profile: 'chemstation', complete: true, run: { sample: 'oil' } },
      'March.D/b.D': { profile: 'chemstation', complete: true },
    },
  },
  {
    name: 'MassHunter Q-TOF, one still acquiring, in a batch',
    files: {
      ...below('batch.b/done.d', qtof(2)),
      ...below('batch.b/goes on.d', qtof(1)),
      'batch.b/batch.xml': '<x/>',
    },
    units: {
      'batch.b/done.d': {
        profile: 'masshunter',
        complete: true,
        run: { sample: 'tea', operator: 'LAB\\mia', serial: 'SG1' },
      },
      'batch.b/goes on.d': { profile: 'masshunter', complete: false },
    },
  },
  {
    name: 'OpenLab CDS result sets and single injections',
    files: {
      ...below('ol/seq.rslt', {
        'a.dx': dx('std 1'),
        'b.dx': dx('std 2'),
        'seq.acaml': '<ACAML/>',
        'm.amx': 'x',
      }),
      ...below('ol/one.sirslt', { 'one.dx': dx('only one'), 'one.acaml': '<ACAML/>' }),
      ...below('ol/goes on.rslt', { 'a.dx': dx('std 1') }),
      'ol/lone.dx': dx('lone'),
      'ol/cut.dx': dx('cut').slice(0, -9),
    },
    units: {
      'ol/seq.rslt': {
        profile: 'openlab-results',
        complete: true,
        run: { sample: undefined, operator: 'ida' },
      },
      'ol/one.sirslt': { profile: 'openlab-results', complete: true, run: { sample: 'only one' } },
      'ol/goes on.rslt': { profile: 'openlab-results', complete: false },
      'ol/lone.dx': { profile: 'openlab', complete: true, run: { sample: 'lone' } },
      'ol/cut.dx': { profile: 'openlab', complete: false },
    },
  },
  {
    name: 'MassLynx project with MSE and an old run',
    files: {
      ...below('P.PRO/Data/mse.raw', waters(3)),
      ...below('P.PRO/Data/old.raw', without(waters(1), '_extern.inf')),
      'P.PRO/SampleDB/list.spl': 'x',
    },
    units: {
      'P.PRO/Data/mse.raw': {
        profile: 'waters',
        complete: true,
        run: { serial: 'YCA123', operator: undefined, acquired: '06-May-2024 07:08:09' },
      },
      'P.PRO/Data/old.raw': { profile: 'waters', complete: false },
    },
  },
  {
    name: 'Xcalibur files, one in acquisition, one a placeholder, one allotted',
    files: {
      'xc/done.raw': thermo(66),
      'xc/goes on.raw': thermo(66, { inAcquisition: true }),
      'xc/placeholder.raw': '',
      'xc/allotted.raw': new Uint8Array(20_000),
      'xc/list.sld': noise(50),
      'xc/holiday.raw': noise(5_000),
    },
    units: {
      'xc/done.raw': { profile: 'thermo', complete: true, run: { serial: 'SN123', sample: 'sample 9' } },
      'xc/goes on.raw': { profile: 'thermo', complete: false },
      'xc/placeholder.raw': { profile: 'thermo', complete: false },
      'xc/allotted.raw': { profile: 'thermo', complete: false },
      'xc/holiday.raw': { profile: 'file', complete: null },
    },
  },
  {
    name: 'Sciex and Shimadzu',
    files: {
      'sx/a.wiff': ole2({ SampleDABE: noise(5_000) }),
      'sx/a.wiff.scan': noise(9_000),
      'sx/no scan.wiff': ole2({ SampleDABE: noise(5_000) }),
      'sx/a.wiff2': noise(2_000),
      'sx/cut.wiff': ole2({ SampleDABE: noise(5_000) }).slice(0, -600),
      'sh/a.lcd': ole2({ 'File Property': 'x' }),
      'sh/a.gcd': ole2({ 'File Property': 'x' }),
      'sh/a.qgd': ole2({ 'File Property': 'x' }).slice(0, -700),
      'sh/a.lcb': ole2({ x: 'x' }),
    },
    units: {
      'sx/a.wiff': { profile: 'sciex', complete: true },
      'sx/a.wiff2': { profile: 'sciex-os', complete: true },
      'sx/no scan.wiff': { profile: 'sciex', complete: false },
      'sx/cut.wiff': { profile: 'sciex', complete: false },
      'sh/a.lcd': { profile: 'shimadzu', complete: true },
      'sh/a.gcd': { profile: 'shimadzu', complete: true },
      'sh/a.qgd': { profile: 'shimadzu', complete: false },
    },
  },
  {
    name: 'JCAMP-DX of all kinds',
    files: {
      'jx/plain.jdx': jcampXy,
      'jx/cut.jdx': jcampXy.slice(0, -7),
      'jx/dif.dx': jcampXy.replace('1 2 3 4', '1A5J%'),
      'jx/ntuples.jdx':
        '##TITLE= n\n##JCAMP-DX= 5.0\n##DATA TYPE= NMR SPECTRUM\n##NTUPLES= NMR SPECTRUM\n##PAGE= N=1\n##DATA TABLE= (X++(R..R)), XYDATA\n1A5J%\n##END NTUPLES= NMR SPECTRUM\n##END=\n',
      'jx/link.dx': `##TITLE= all\n##JCAMP-DX= 5\n##DATA TYPE= LINK\n##BLOCKS= 2\n${jcampXy}${jcampXy}##END= $$ all\n`,
      'jx/link cut.dx': `##TITLE= all\n##JCAMP-DX= 5\n##DATA TYPE= LINK\n##BLOCKS= 2\n${jcampXy}`,
      'jx/unknown.jdx': jcampXy.replace('##OWNER= fritz', '##SPECTROMETER/DATA SYSTEM= ??\n##LONGDATE= --'),
    },
    units: {
      'jx/plain.jdx': { profile: 'jcamp-dx', complete: true, run: { title: 'An IR' } },
      'jx/cut.jdx': { profile: 'jcamp-dx', complete: false },
      'jx/dif.dx': { profile: 'jcamp-dx', complete: true },
      'jx/ntuples.jdx': { profile: 'jcamp-dx', complete: true },
      'jx/link.dx': { profile: 'jcamp-dx', complete: true },
      'jx/link cut.dx': { profile: 'jcamp-dx', complete: false },
      'jx/unknown.jdx': {
        profile: 'jcamp-dx',
        complete: true,
        run: { instrument: undefined, acquired: undefined },
      },
    },
  },
  {
    name: 'exchange formats',
    files: {
      'ex/a.mzXML':
        '<?xml version="1.0"?>\n<mzXML><msRun><msInstrument><msModel category="msModel" value="QTRAP"/></msInstrument></msRun></mzXML>\n',
      'ex/cut.mzXML': '<?xml version="1.0"?>\n<mzXML><msRun>',
      'ex/a.nmrML': '<?xml version="1.0"?>\n<nmrML><x/></nmrML>\n',
      'ex/a.imzML': '<?xml version="1.0"?>\n<mzML><run id="r"/></mzML>\n',
      'ex/a.ibd': noise(300),
      'ex/a.animl':
        '<AnIML><SampleSet><Sample name="tea" sampleID="1"/></SampleSet><ExperimentStepSet><ExperimentStep><Method><Author><Name>ute</Name></Author><Device><Name>UV 1</Name><SerialNumber>S9</SerialNumber></Device></Method></ExperimentStep></ExperimentStepSet></AnIML>',
      'ex/cut.animl': '<AnIML><SampleSet>',
      'ex/asm.json':
        '{"$asm.manifest":"http://purl.allotrope.org/manifests/x","a":{"device system document":{"model number":"Flex2","equipment serial number":"E1"},"b":[{"analyst":"rosa"}]}}',
      'ex/cut asm.json': '{"$asm.manifest":"http://purl.allotrope.org/manifests/x","a":{"device system doc',
      'ex/settings.json': '{ "a": 1',
    },
    units: {
      'ex/a.mzXML': { profile: 'mzxml', complete: true },
      'ex/cut.mzXML': { profile: 'mzxml', complete: false },
      'ex/a.nmrML': { profile: 'nmrml', complete: true },
      'ex/a.imzML': { profile: 'mzml', complete: true },
      'ex/a.animl': {
        profile: 'animl',
        complete: true,
        run: { sample: 'tea', operator: 'ute', instrument: 'UV 1', serial: 'S9' },
      },
      'ex/cut.animl': { profile: 'animl', complete: false },
      'ex/asm.json': {
        profile: 'asm',
        complete: true,
        run: { operator: 'rosa', instrument: 'Flex2', serial: 'E1' },
      },
      'ex/cut asm.json': { profile: 'asm', complete: false },
    },
  },
  {
    name: 'archives, and a data set beside its archive',
    files: {
      'zip/1/acqus': acqus(),
      ...below('zip/1', topspin()),
      'zip/1.zip': zip({ '1/acqus': acqus() }),
      'zip/cut.zip': zip({ '1/acqus': acqus() }).slice(0, -20),
      'zip/plate.eds': zip({ 'apldbio/sds/experiment.xml': '<x/>' }),
      'zip/table.xlsx': zip({ 'xl/workbook.xml': '<x/>' }),
      'zip/export.cmbx': zip({ 'a.xml': '<x/>' }),
      'zip/not one.xlsx': 'PERKINELMER',
    },
    units: {
      'zip/1': { profile: 'bruker', complete: true },
      'zip/1.zip': { profile: 'zip', complete: true },
      'zip/cut.zip': { profile: 'zip', complete: false },
      'zip/plate.eds': { profile: 'zip', complete: true },
      'zip/table.xlsx': { profile: 'zip', complete: true },
      'zip/export.cmbx': { profile: 'zip', complete: true },
    },
  },
  {
    name: 'people',
    files: {
      'Appendix.D/letter.docx': noise(90),
      'Appendix.D/table.csv': '1,2\n',
      'conf.d/10-net.conf': 'x',
      'conf.d/20-net.conf': 'x',
      'collected/paper.docx': noise(90),
      'collected/talk.pptx': noise(90),
      'collected/acqus': acqus(),
      'spectra/report.docx': noise(90),
      'spectra/fid': noise(50),
      'spectra/figure 1.png': noise(90),
      'analysis/log': 'x',
      'analysis/text': 'x',
      'analysis/fit.m': 'x = 1',
      'audit/summary.xlsx': zip({ x: 'y' }),
      'audit/audita.txt': 'somebody wrote this',
      'raw/series_t001.tif': noise(500),
      'raw/series_t002.tif': noise(500),
      'raw/image.czi': noise(500),
      'plate/results.csv': 'well,value\nA1,2\n',
      '.lock': '',
    },
    units: { 'audit/summary.xlsx': { profile: 'zip', complete: true } },
  },
  {
    name: 'infrared and Raman',
    files: {
      'ir/film.0': opus({ SNM: 'film', CNM: 'paul' }),
      'ir/film.1': opus({ SNM: 'film', CNM: 'paul' }).slice(0, -8),
      'ir/app.2': 'a log that was turned over',
      'ir/map.wdf': wdf(512, 100),
      'ir/cut.wdf': wdf(512, 100).slice(0, 600),
    },
    units: {
      'ir/film.0': { profile: 'opus', complete: true, run: { sample: 'film', operator: 'paul' } },
      'ir/film.1': { profile: 'opus', complete: false },
      'ir/map.wdf': { profile: 'wdf', complete: true },
      'ir/cut.wdf': { profile: 'wdf', complete: false },
    },
  },
  {
    name: 'unknown instruments',
    files: {
      'lamp.d/measurement.bin': noise(400),
      'lamp.d/meta.cfg': 'x',
      'pump.raw/data.001': noise(400),
      'opus/test.0': noise(300),
    },
    units: {
      'lamp.d': { profile: 'folder', complete: null },
      'pump.raw': { profile: 'folder', complete: null },
    },
  },
]

function timsTof(closed: string): Files {
  const said = {
    SampleName: 'yeast',
    OperatorName: 'olga',
    InstrumentSerialNumber: '1838270.1',
    ClosedProperly: closed,
  }
  return {
    'analysis.tdf': sqlite('GlobalMetadata', said),
    'analysis.tdf_bin': noise(900),
    'run.m/Maldi.method': 'x',
  }
}

function paravision(data: string): Files {
  return {
    acqp: '##TITLE=Parameter List, ParaVision 6.0.1\n##OWNER=nmr\n##$ACQ_protocol_name=( 64 )\n<T1_FLASH>\n##END=\n',
    method:
      '##TITLE=Parameter List, ParaVision 6.0.1\n##OWNER=nmr\n$$ 2024-05-06 07:08:09.100 +0200  nmr@mri\n##$Method=<Bruker:FLASH>\n##END=\n',
    pulseprogram: ';',
    'uxnmr.par': 'x',
    [data]: noise(600),
    'pdata/1/reco': '##END=\n',
    'pdata/1/2dseq': noise(600),
    'pdata/1/visu_pars': '##END=\n',
  }
}

function flex(spot: string): Files {
  return {
    acqu: 'x\n##END=\n',
    acqus: [
      '##TITLE= FLEX',
      '##JCAMPDX= 5.0',
      '##SPECTROMETER/DATASYSTEM= AUTOFLEX',
      '##ORIGIN= Bruker Daltonik GmbH',
      '##OWNER= tina',
      '##$AQ_DATE= <2024-05-06T07:08:09.100+02:00>',
      `##$PATCHNO= <${spot}>`,
      '##$TD= 100',
      '##END=',
      '',
    ].join('\n'),
    fid: noise(400),
    sptype: 'tof',
    'pdata/1/proc': '##END=\n',
    'pdata/1/procs': '##END=\n',
    'pdata/1/1r': noise(400),
    'pdata/1/peaklist.xml': '<x/>',
  }
}

/** The folders of a shape that are data sets. */
export function setsOf({ files, units }: Shape): readonly string[] {
  const paths = Object.keys(files)
  return Object.keys(units).filter((unit) => paths.some((path) => path.startsWith(`${unit}/`)))
}

/** What the relay must have of a shape, each once: data sets, and files that are in none. */
export function unitsOf(shape: Shape): ReadonlyMap<string, ShapeUnit> {
  const sets = setsOf(shape)
  const loose = Object.keys(shape.files).filter((path) => !sets.some((set) => path.startsWith(`${set}/`)))
  return new Map([...sets, ...loose].map((path) => [path, shape.units[path] ?? {}]))
}
