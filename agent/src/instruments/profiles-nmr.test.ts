import { expect, test } from 'vitest'
import { examine } from './examine.ts'
import { BUILT_IN_PROFILES, loadProfiles } from './load-profiles.ts'
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
  varianHeader,
} from './made/nmr.ts'
import { type Content, type Files, fileOf, folderOf, glanceOf, joined, without } from './made/unit.ts'
import { recogniseFile, recogniseFolder } from './recognise.ts'
import type { Examination } from './types.ts'

const profiles = loadProfiles(BUILT_IN_PROFILES)

/** Recognised by the names, then examined. */
function examineFolder(name: string, files: Files): Examination & { readonly id: string | undefined } {
  const found = recogniseFolder(glanceOf(name, Object.keys(files)), profiles)
  if (found === undefined) throw new Error(`${name} is not recognised`)
  return { ...examine(folderOf(name, files), found.profile), id: found.profile.id }
}

function examineFile(name: string, content: Content): Examination {
  return examine(fileOf(name, content), recogniseFile(name, profiles))
}

test('a Bruker 1D is complete, says who and when, and gives the digests of its audit trails', () => {
  const files = bruker1d()
  expect(examineFolder('10', files)).toEqual({
    id: 'bruker',
    complete: true,
    missing: [],
    fields: {
      sample: 'TEST-SAMPLE',
      title: 'A title',
      operator: 'anna',
      acquired: '2024-05-06T07:08:09.100+02:00',
      method: 'zg30',
      experiment: 'PROTON',
      solvent: 'CDCl3',
      origin: 'nmrhost',
      software: 'TopSpin 3.6.5',
    },
    claims: [
      { path: 'fid', algorithm: 'md5', digest: md5(points(256)), from: 'audita.txt' },
      { path: 'pdata/1/1r', algorithm: 'md5', digest: md5(points(128)), from: 'pdata/1/auditp.txt' },
    ],
    notes: [],
  })
})

test('a Bruker 2D that was stopped is complete, said to be aborted, and claims only the rows acquired', () => {
  const found = examineFolder('1', bruker2dStopped())
  expect(found).toMatchObject({ complete: true, aborted: true })
  expect(found.claims).toEqual([
    { path: 'ser', algorithm: 'md5', digest: md5(points(768)), bytes: 3_072, from: 'audita.txt' },
  ])
})

test('rows that are no multiple of 1,024 bytes are padded in ser, and no digest is claimed of them', () => {
  const files = { ...bruker2dStopped(), 'audita.txt': audit(entry(1, created('300 * 4', md5(points(1))))) }
  expect(examineFolder('1', files)).toMatchObject({ complete: true, claims: [] })
  expect(examineFolder('1', { ...files, ser: points(300 * 4) })).toMatchObject({
    complete: true,
    claims: [{ path: 'ser' }],
  })
  expect(examineFolder('1', { ...files, ser: points(300 * 3) }).missing).toEqual([
    'ser has 3600 of 4800 bytes',
  ])
})

test('points of TopSpin 4 are double, and its audit trail says when the acquisition goes on', () => {
  const fid = points(256, 8)
  const running = entry(1, ['acquisition in progress'])
  const done = entry(2, [
    "created by zg on 'NEO 400' (HOST1) by user 'nmrsu'",
    "on data set with UUID 'b7'",
    ...created('256', md5(fid)).slice(1),
  ])
  const files = {
    acqus: acqus({ DTYPA: '2' }),
    pulseprogram: '; zg30',
    fid,
    'audita.txt': audit(running, done),
  }
  expect(examineFolder('20', files)).toMatchObject({
    complete: true,
    fields: { operator: 'nmrsu', instrument: 'NEO 400' },
    claims: [{ path: 'fid', digest: md5(fid) }],
  })
  expect(examineFolder('20', { ...files, 'audita.txt': audit(running) }).missing).toEqual([
    'audita.txt says that the acquisition is in progress',
  ])
  expect(examineFolder('20', { ...files, 'audita.txt': audit(done, running) }).complete).toBe(false)
  expect(examineFolder('20', { ...files, fid: fid.slice(0, 1_024) }).missing).toEqual([
    'fid has 1024 of 2048 bytes',
  ])
})

test('the name in IconNMR counts before the login', () => {
  const files = bruker1d()
  const icon = entry(2, ['user comment:', 'ICON-NMR User ID: carol', 'data hash MD5: 256', md5(points(256))])
  const trail = audit(entry(1, created('256', md5(points(256)))), icon)
  expect(examineFolder('10', { ...files, 'audita.txt': trail }).fields).toMatchObject({ operator: 'carol' })
})

test.each([
  ['audita.txt is not there', 'audita.txt', undefined],
  [
    'audita.txt does not end with ##END=',
    'audita.txt',
    audit(entry(1, created('256', md5(points(256))))).split('##END')[0],
  ],
  ['acqus does not end with ##END=', 'acqus', acqus().split('##END')[0]],
  ['fid has 1020 of 1024 bytes', 'fid', points(255)],
  ['pulseprogram is not there', 'pulseprogram', undefined],
  ['pdata/1/procs is not there', 'pdata/1/procs', undefined],
  ['pdata/1/1r has 508 of 512 bytes', 'pdata/1/1r', points(127)],
  ['pdata/1/auditp.txt does not end with ##END=', 'pdata/1/auditp.txt', '##TITLE= Audit trail'],
])('a Bruker 1D is not complete: %s', (phrase, path, content) => {
  const files = bruker1d()
  const changed =
    content === undefined ? without(files, path, 'pdata/1/auditp.txt') : { ...files, [path]: content }
  expect(examineFolder('10', changed)).toMatchObject({ complete: false, missing: [phrase] })
})

test('a Bruker 2D without its second parameters is not complete', () => {
  expect(examineFolder('1', without(bruker2dStopped(), 'acqu2s')).missing).toEqual(['acqu2s is not there'])
})

test('XWIN-NMR wrote no audit trail: its fid need only have the size that acqus says', () => {
  const files = { acqus: acqus({ TD: '256' }, 'Parameter file, XWIN-NMR Version 3.5'), fid: points(256) }
  expect(examineFolder('3', files)).toMatchObject({
    complete: true,
    claims: [],
    fields: { operator: 'anna' },
  })
  expect(examineFolder('3', { ...files, fid: points(200) }).missing).toEqual(['fid has 800 of 1024 bytes'])
})

test('a Varian array is complete when its log says so and it has all its blocks', () => {
  const files = varian()
  expect(examineFolder('arr.fid', files)).toMatchObject({
    id: 'varian',
    complete: true,
    fields: {
      sample: 'sample seven',
      operator: 'bert',
      acquired: '20240506T070809',
      solvent: 'd2o',
      title: 'a comment',
    },
  })
  const short = { ...files, fid: joined(varianHeader(24, 1, 64, 4), new Uint8Array(23 * 284)) }
  expect(examineFolder('arr.fid', short).missing).toEqual(['fid has 6564 of 6848 bytes'])
  expect(examineFolder('arr.fid', { ...files, log: 'Experiment started\nBS 3 completed\n' }).missing).toEqual(
    ["log does not say 'Acquisition complete'"],
  )
  expect(
    examineFolder('arr.fid', { ...short, log: 'Experiment started\nAcquisition aborted\n' }),
  ).toMatchObject({
    complete: true,
    aborted: true,
  })
  expect(examineFolder('arr.fid', without(files, 'procpar'))).toMatchObject({ complete: false })
  expect(examineFolder('arr.fid', without(files, 'text')).missing).toEqual(['text is not there'])
  expect(examineFolder('arr.fid', { ...files, text: '' }).complete).toBe(true)
})

test('an old log does not speak for an acquisition that was started again', () => {
  const log = 'Experiment started\nAcquisition complete\nExperiment started\nBS 1 completed\n'
  expect(examineFolder('a.fid', { ...varian(), log }).complete).toBe(false)
})

test('a Varian data set without log is judged by time_complete, if there is such a parameter', () => {
  const files = without(varian(), 'log')
  expect(examineFolder('a.fid', files).complete).toBe(true)
  expect(examineFolder('a.fid', { ...files, procpar: procpar({ time_complete: '' }) }).complete).toBe(false)
  expect(examineFolder('a.fid', { ...files, procpar: procpar({ date: 'May  6 1999' }) })).toMatchObject({
    complete: true,
    fields: { acquired: 'May 6 1999' },
  })
})

test.each([false, true])(
  'a JEOL file is complete when its data and context lie in it (header turned round: %s)',
  (little) => {
    const bytes = jeol(4_096, little)
    expect(examineFile('a.jdf', bytes)).toMatchObject({
      complete: true,
      fields: {
        sample: 'sample of jeol',
        operator: 'chris',
        acquired: '2024-05-06T12:00:00',
        instrument: 'ECZ 400',
      },
    })
    expect(examineFile('a.jdf', bytes.slice(0, -1)).missing).toEqual([
      'a.jdf ends in its data, at 5495 of 5496 bytes',
    ])
  },
)

test('a Spinsolve run needs its parameters and all points of its data', () => {
  const files = spinsolve()
  expect(examineFolder('1D_exp', files)).toMatchObject({
    id: 'spinsolve',
    complete: true,
    fields: { sample: 'beer', operator: 'dora', acquired: '2024-05-06T07:08:09.100', serial: 'SPA1' },
  })
  const data = files['data.1d']?.slice(0, 200) ?? ''
  expect(examineFolder('1D_exp', { ...files, 'data.1d': data }).missing).toEqual([
    'data.1d has 200 of 224 bytes',
  ])
  expect(examineFolder('1D_exp', without(files, 'data.1d')).complete).toBe(false)
  expect(examineFolder('1D_exp', { ...files, 'nmr_fid.dx': '##TITLE= x\n##END=\n' }).complete).toBe(true)
  expect(examineFolder('1D_exp', { ...files, 'nmr_fid.dx': '##TITLE= x\n' }).missing).toEqual([
    'nmr_fid.dx does not end with ##END=',
  ])
})

test('data of Prospa before Spinsolve are complete by their presence', () => {
  const files = { 'acqu.par': 'Sample = "tea"\n', 'data.pt1': points(20) }
  expect(examineFolder('kea', files)).toMatchObject({
    id: 'spinsolve',
    complete: true,
    fields: { sample: 'tea' },
  })
  expect(examineFolder('kea', without(files, 'data.pt1')).complete).toBe(false)
})

test('a scan of ParaVision needs both of its parameter files to their end, and its data', () => {
  const acqp = '##TITLE=Parameter List, ParaVision 6.0.1\n##$ACQ_protocol_name=( 64 )\n<T1_FLASH>\n##END=\n'
  const method =
    '##TITLE=Parameter List\n##OWNER=nmr\n$$ 2024-05-06 07:08:09.100 +0200  rita@mri\n##$Method=<Bruker:FLASH>\n##END=\n'
  const files = {
    acqp,
    method,
    'rawdata.job0': points(9),
    'pdata/1/2dseq': points(9),
    'pdata/1/visu_pars': '',
  }
  expect(examineFolder('5', files)).toMatchObject({
    id: 'paravision',
    complete: true,
    fields: {
      operator: 'rita',
      acquired: '2024-05-06T07:08:09.100+02:00',
      method: 'Bruker:FLASH',
      experiment: 'T1_FLASH',
      software: 'ParaVision 6.0.1',
    },
  })
  expect(examineFolder('5', without(files, 'rawdata.job0')).complete).toBe(false)
  expect(examineFolder('5', { ...files, method: method.slice(0, -8) }).missing).toEqual([
    'method does not end with ##END=',
  ])
})

const jcamp =
  '##TITLE= An IR\n##JCAMP-DX= 5.01 $$ by hand\n##ORIGIN= lab\n##OWNER= fritz\n##LONGDATE= 2024/05/06 07:08:09 +0200\n##NPOINTS= 6\n##XYDATA= (X++(Y..Y))\n1 2 3 4\n4+5-6 7E-1\n##END=\n$$ end\n'

test('a JCAMP-DX file ends with ##END= and has as many points as it says', () => {
  expect(examineFile('a.jdx', jcamp)).toMatchObject({
    complete: true,
    fields: { title: 'An IR', origin: 'lab', acquired: '2024-05-06T07:08:09+02:00' },
  })
  expect(examineFile('a.jdx', jcamp.split('##END')[0] ?? '').missing).toEqual([
    'a.jdx does not end with ##END=',
  ])
  expect(examineFile('a.jdx', jcamp.replace('1 2 3 4\n', '')).missing).toEqual(['a.jdx has 3 of 6 points'])
})

test('a compound JCAMP-DX file that ends after an inner block is not complete', () => {
  const link = `##TITLE= all\n##JCAMP-DX= 5\n##DATA TYPE= LINK\n##BLOCKS= 2\n${jcamp}`
  expect(examineFile('a.dx', link).missing).toEqual(['a.dx has 2 blocks and 1 ends'])
  expect(examineFile('a.dx', `${link}##END= $$ of all`)).toMatchObject({
    complete: true,
    profile: 'jcamp-dx',
  })
})
