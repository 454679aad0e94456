import { expect, test } from 'vitest'
import { examine } from './examine.ts'
import { valueInJson } from './formats/json.ts'
import { valueInXml } from './formats/xml.ts'
import { BUILT_IN_PROFILES, loadProfiles } from './load-profiles.ts'
import { abif, opus, wdf, zip } from './made/containers.ts'
import { type Content, fileOf } from './made/unit.ts'
import { recogniseFile } from './recognise.ts'
import type { Examination } from './types.ts'

const profiles = loadProfiles(BUILT_IN_PROFILES)

function examineFile(name: string, content: Content): Examination {
  return examine(fileOf(name, content, { 'a.ibd': 'x' }), recogniseFile(name, profiles))
}

const plain = { complete: true, missing: [], fields: {}, claims: [], notes: [], profile: 'file' }

test.each([
  [
    'a.mzXML',
    '<mzXML><msRun><msInstrument><msModel category="msModel" value="QTRAP"/></msInstrument></msRun></mzXML>',
    { instrument: 'QTRAP' },
  ],
  ['a.nmrML', '<nmrML><contactList><contact fullname="vera"/></contactList></nmrML>', { operator: 'vera' }],
  [
    'a.imzML',
    '<mzML><run id="r" startTimeStamp="2024-05-06T07:08:09Z"/></mzML>',
    { acquired: '2024-05-06T07:08:09Z' },
  ],
  ['a.animl', '<AnIML><SampleSet><Sample name="tea"/></SampleSet></AnIML>', { sample: 'tea' }],
  ['a.json', '{"$asm.manifest":"x","a":[{"analyst":"rosa"}]}', { operator: 'rosa' }],
])('%s is complete at its end, and not before', (name, text, fields) => {
  expect(examineFile(name, `${text}\n`)).toMatchObject({ complete: true, missing: [], fields })
  expect(examineFile(name, text.slice(0, -2)).complete).toBe(false)
})

test('JSON that is no Allotrope model is a file, whole or not', () => {
  expect(examineFile('settings.json', '{"a": 1')).toEqual(plain)
})

test('a value that is said twice and differently is none', () => {
  const two = '{"b":[{"c d":{"x":"1"}},{"c d":{"x":"1","y":2}},{"y":3}],"x":"9"}'
  expect(valueInJson(two, 'c d/x')).toBe('1')
  expect(valueInJson(two, 'x')).toBeUndefined()
  expect(valueInJson(two, 'y')).toBeUndefined()
  expect(valueInJson(two, 'no such')).toBeUndefined()
  expect(valueInJson('not json', 'x')).toBeUndefined()
  expect(valueInXml('<a><b>1</b><b>2</b></a>', 'b')).toBe('1')
  expect(valueInXml('<a><b>1</b><b>2</b></a>', 'b', true)).toBeUndefined()
  expect(valueInXml('<a><b>1</b><b>1</b></a>', 'b', true)).toBe('1')
  expect(
    examineFile('a.animl', '<AnIML><SampleSet><Sample name="1"/><Sample name="2"/></SampleSet></AnIML>')
      .fields,
  ).toEqual({})
})

test.each(['a.zip', 'plate.eds', 'export.cmbx', 'table.xlsx'])(
  'the archive %s is complete with its directory',
  (name) => {
    const bytes = zip({ 'a/b': 'c' })
    expect(examineFile(name, bytes)).toMatchObject({ complete: true, missing: [] })
    expect(examineFile(name, bytes.slice(0, -5)).missing).toEqual([`${name} has no directory at its end`])
    expect(examineFile(name, 'no archive')).toEqual(plain)
  },
)

test.each(['a.raw', 'a.jdf', 'a.lcd', 'a.wiff', 'a.mzML', 'a.dx', 'a.pdf'])(
  'a name without its content yet, %s, is not complete',
  (name) => {
    expect(examineFile(name, '')).toMatchObject({ complete: false, missing: [`${name} is empty`] })
    expect(examineFile(name, new Uint8Array(9_000))).toMatchObject({
      complete: false,
      missing: [`${name} begins with nothing but zeros`],
    })
  },
)

test.each(['a.txt', 'a.csv', 'a.xlsx', 'a.json', 'a.bin'])(
  'an empty file of no instrument, %s, is a file',
  (name) => {
    expect(examineFile(name, '')).toMatchObject({ complete: true, missing: [], notes: [] })
  },
)

test('marks that stand for nothing are no values', () => {
  const text = '##TITLE= x\n##JCAMP-DX= 5\n##OWNER= -\n##SPECTROMETER= ??\n##LONGDATE= --\n##END=\n'
  expect(examineFile('a.jdx', text).fields).toEqual({ title: 'x' })
})

test('an OPUS file is complete with all blocks of its directory, and says of what and whose it is', () => {
  const bytes = opus({
    SNM: 'film 1 mm²',
    CNM: 'paul',
    INS: 'VERTEX 80V',
    DAT: '06/05/2024',
    TIM: '07:08:09 (GMT+1)',
  })
  for (const name of ['film.0', 'film.0012'])
    expect(examineFile(name, bytes)).toMatchObject({
      complete: true,
      notes: [],
      fields: {
        sample: 'film 1 mm²',
        operator: 'paul',
        instrument: 'VERTEX 80V',
        acquired: '06/05/2024 07:08:09 (GMT+1)',
      },
    })
  expect(examineFile('film.0', bytes.slice(0, -1)).missing).toEqual([
    `film.0 has ${bytes.length - 1} of ${bytes.length} bytes`,
  ])
  expect(examineFile('film.0', bytes.slice(0, 40)).missing).toEqual(['film.0 has no whole directory'])
  expect(examineFile('app.1', 'a log that was turned over')).toEqual(plain)
})

test('a file of WiRE is complete with the last of its blocks', () => {
  const bytes = wdf(512, 100, 20)
  expect(examineFile('a.wdf', bytes)).toMatchObject({ complete: true, missing: [], notes: [] })
  expect(examineFile('a.wdf', bytes.slice(0, -1)).missing).toEqual(['a.wdf has 631 of 632 bytes'])
  expect(examineFile('a.wdf', bytes.slice(0, 520)).missing).toEqual(['a.wdf ends in the head of a block'])
})

test('a trace of a sequencer is complete when its directory and all that it names are there', () => {
  const bytes = abif(300)
  expect(examineFile('a.ab1', bytes)).toMatchObject({ complete: true, missing: [], notes: [] })
  expect(examineFile('a.fsa', bytes.slice(0, -1)).missing).toEqual(['a.fsa has 483 of 484 bytes'])
  expect(examineFile('a.ab1', bytes.slice(0, 20)).missing).toEqual(['a.ab1 ends in its header'])
  // The directory before data that are cut off.
  const early = abif(300)
  new DataView(early.buffer).setUint32(26, 40)
  early.set(bytes.subarray(428), 40)
  new DataView(early.buffer).setUint32(40 + 20, 200)
  expect(examineFile('a.ab1', early.slice(0, 400)).missing).toEqual(['a.ab1 has 400 of 500 bytes'])
  expect(examineFile('a.ab1', 'what a person calls so')).toMatchObject({ profile: 'file' })
})
