import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { examine } from './examine.ts'
import { BUILT_IN_PROFILES, loadAllProfiles, loadProfiles } from './load-profiles.ts'
import { fileOf, folderOf, glanceOf } from './made/unit.ts'
import { ProfileError, parseProfile } from './parse-profile.ts'
import { recogniseFile, recogniseFolder } from './recognise.ts'

const minimal = { id: 'mine', title: 'Mine', unit: 'file', names: ['*.mine'] }

function refusal(profile: unknown): string {
  try {
    parseProfile(typeof profile === 'string' ? profile : JSON.stringify(profile), 'mine.json')
  } catch (error) {
    if (error instanceof ProfileError) return error.message
    throw error
  }
  return ''
}

test('a profile that cannot be used is refused by file and field', () => {
  expect(refusal('{')).toBe('mine.json is not JSON')
  expect(refusal('[]')).toMatch(/^mine\.json: the profile: /)
  expect(refusal({ ...minimal, id: 'My Id' })).toBe('mine.json: id: must be lower-case words joined by -')
  expect(refusal({ ...minimal, unit: 'disk' })).toMatch(/^mine\.json: unit: /)
  expect(refusal({ ...minimal, names: ['x'.repeat(201)] })).toMatch(/^mine\.json: names\.0: /)
  expect(refusal({ ...minimal, complete: [{ rule: 'when I say so' }] })).toMatch(
    /^mine\.json: complete\.0\.rule: /,
  )
  expect(refusal({ ...minimal, complete: [{ rule: 'ends', file: '*', with: [] }] })).toMatch(
    /^mine\.json: complete\.0\.with: /,
  )
  expect(refusal({ ...minimal, fields: { colour: [] } })).toMatch(/^mine\.json: fields/)
  expect(refusal({ ...minimal, fields: { sample: [{ reader: 'regex', key: '(a+)+' }] } })).toMatch(
    /^mine\.json: fields\.sample\.0\.reader: /,
  )
  expect(refusal({ ...minimal, recognise: [['a']] })).toMatch(/^mine\.json: recognise: /)
  expect(refusal({ ...minimal, unit: 'folder', magic: [{ text: 'x' }] })).toMatch(/^mine\.json: magic: /)
  expect(refusal({ ...minimal, title: 'x'.repeat(70_000) })).toBe('mine.json is larger than a profile may be')
  expect(refusal(minimal)).toBe('')
})

test('a profile dropped into a folder is used, without a line of code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relay-profiles-'))
  try {
    expect([...loadAllProfiles(join(folder, 'not there'))]).toEqual(loadProfiles(BUILT_IN_PROFILES))
    expect(loadAllProfiles(join(folder, 'not there')).refused).toEqual([])
    const balance = {
      ...minimal,
      names: ['*.bal|*.txt'],
      magic: [{ text: 'BALANCE' }],
      complete: [{ rule: 'ends', file: '*', with: ['DONE'] }],
      fields: { sample: [{ reader: 'pairs', key: 'Sample', separator: ':' }] },
    }
    const reader = {
      ...{ id: 'reader', title: 'Reader', unit: 'folder', names: ['*.plate'], quietSeconds: 5 },
      recognise: [['raw.bin', 'wells/#.csv']],
      forming: [['raw.bin']],
      complete: [{ rule: 'present', files: ['done.flag'] }],
      raw: ['raw.bin'],
    }
    writeFileSync(join(folder, 'balance.json'), JSON.stringify(balance))
    writeFileSync(join(folder, 'reader.JSON'), `\ufeff${JSON.stringify(reader)}`)
    writeFileSync(join(folder, 'read.me'), 'not a profile')
    mkdirSync(join(folder, 'more'))
    const profiles = loadAllProfiles(folder)
    const text = 'BALANCE\nSample: salt\nDONE\n'
    expect(examine(fileOf('a.bal', text), recogniseFile('a.bal', profiles))).toMatchObject({
      complete: true,
      fields: { sample: 'salt' },
    })
    // Another profile comes first by name, but has not the content.
    expect(examine(fileOf('a.txt', text), recogniseFile('a.txt', profiles))).toMatchObject({
      profile: 'mine',
      fields: { sample: 'salt' },
    })
    expect(examine(fileOf('a.txt', text.slice(0, -6)), recogniseFile('a.txt', profiles)).complete).toBe(false)
    const plate = recogniseFolder(glanceOf('7.plate', ['raw.bin', 'wells/12.csv']), profiles)
    expect([plate?.profile.id, plate?.state, plate?.profile.quietSeconds]).toEqual(['reader', 'whole', 5])
    expect(recogniseFolder(glanceOf('7.plate', ['raw.bin']), profiles)?.state).toBe('forming')
    writeFileSync(join(folder, 'again.json'), JSON.stringify({ ...minimal, id: 'bruker' }))
    expect(profiles.refused).toEqual([])
    const again = loadAllProfiles(folder)
    expect(again.refused).toEqual([
      { file: 'again.json', problem: 'again.json: id: there are two profiles bruker' },
    ])
    expect(again.map(({ id }) => id)).toEqual(profiles.map(({ id }) => id))
    expect(() => loadProfiles(folder)).not.toThrow()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

describe('in the folder of profiles', () => {
  const isWindows = process.platform === 'win32'
  const no = 'is no file: a profile is a file of its own'
  test.each<[string, (path: string) => void, string]>([
    ['a pipe', (path) => void execFileSync('mkfifo', [path]), no],
    ['a link to a profile', (path) => symlinkSync(join(BUILT_IN_PROFILES, 'bruker.json'), path), no],
    ['a link to what never ends', (path) => symlinkSync('/dev/zero', path), no],
    ['a link to nothing', (path) => symlinkSync('nothing', path), no],
    ['a link to itself', (path) => symlinkSync(path, path), no],
    ['a folder', (path) => void mkdirSync(path), no],
    ['a file of 64 MiB', (path) => truncateSync(path, 64 << 20), 'is larger than a profile may be'],
    ['no JSON', (path) => writeFileSync(path, '{'), 'is not JSON'],
    ['a profile of nothing', (path) => writeFileSync(path, '{}'), ': id: '],
  ])(
    '%s is refused by name, and all others are used',
    { tags: ['req/P11-10e-2', 'challenge', 'fault'] },
    (what, make, said) => {
      if (isWindows && what === 'a pipe') return
      const folder = mkdtempSync(join(tmpdir(), 'relay-profiles-'))
      try {
        const path = join(folder, 'x.json')
        if (what.startsWith('a file')) writeFileSync(path, '')
        make(path)
        writeFileSync(join(folder, 'mine.json'), JSON.stringify(minimal))
        const profiles = loadAllProfiles(folder)
        expect(profiles.refused).toEqual([{ file: 'x.json', problem: expect.stringContaining(said) }])
        expect(profiles.refused[0]?.problem).toMatch(/^x\.json/)
        expect(profiles.map(({ id }) => id)).toContain('mine')
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )

  test('what is no folder is refused, and so are thousands of files, of which a hundred are named', () => {
    const base = mkdtempSync(join(tmpdir(), 'relay-profiles-'))
    try {
      const folder = join(base, 'profiles')
      writeFileSync(folder, '')
      expect(loadAllProfiles(folder).refused).toEqual([
        { file: 'profiles', problem: 'the folder of profiles cannot be read (ENOTDIR)' },
      ])
      rmSync(folder)
      mkdirSync(folder)
      for (let i = 0; i < 3_000; i++) writeFileSync(join(folder, `\x1b${i}.json`), '')
      const { refused } = loadAllProfiles(folder)
      expect(refused).toHaveLength(100)
      expect(JSON.stringify(refused)).not.toContain('\\u001b[')
      expect(refused[0]?.problem).toBe('\\u001b0.json is not JSON')
    } finally {
      rmSync(base, { recursive: true })
    }
  })
})

test('the profiles that come with the agent are plain data, in order, with the generic ones last', () => {
  const profiles = loadProfiles(BUILT_IN_PROFILES)
  expect(structuredClone(profiles)).toEqual(profiles)
  expect(profiles.slice(-2).map(({ id }) => id)).toEqual(['file', 'folder'])
  expect(profiles.map(({ id }) => id).toSorted()).toEqual(
    'abif andi animl asm bruker bruker-flex bruker-ms chemstation chromeleon-export file folder jcamp-dx jeol masshunter mzml mzxml nmrml openlab openlab-results opus paravision pdf sciex sciex-os shimadzu spinsolve thermo varian waters wdf zip'.split(
      ' ',
    ),
  )
  const waits = profiles.filter(({ quietSeconds = 0 }) => quietSeconds >= 60).map(({ id }) => id)
  expect(waits).toEqual(expect.arrayContaining(['waters', 'folder']))
})

test('a folder that is kept as one need only have something in it', () => {
  const profiles = loadProfiles(BUILT_IN_PROFILES)
  const folder = profiles.find(({ id }) => id === 'folder')
  if (folder === undefined) throw new Error('no folder')
  expect(examine(folderOf('x', { 'a.csv': '1' }), folder).complete).toBe(true)
  expect(examine(folderOf('x', {}), folder).missing).toEqual(['the folder is empty'])
  expect(examine(folderOf('x', { '.a.csv.Ab12Cd': '1' }), folder).missing).toEqual([
    '.a.csv.Ab12Cd is still being copied',
  ])
  // One that was left behind beside its file stops nothing.
  expect(examine(folderOf('x', { '.a.csv.Ab12Cd': '1', 'a.csv': '1' }), folder).complete).toBe(true)
})
