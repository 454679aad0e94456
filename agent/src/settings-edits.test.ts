import { describe, expect, test } from 'vitest'
import { parseSettings, type Settings } from './settings.ts'
import {
  withChangedWatch,
  withoutProject,
  withoutShared,
  withoutWatch,
  withPerson,
  withShared,
} from './settings-edits.ts'

const watch = { path: '/data/nmr', project: 'P-17', device: 'nmr', quietSeconds: 3, hints: true }
const base: Settings = parseSettings({
  org: 'lab.example',
  name: 'ws-nmr-01',
  notary: { folder: '/mnt/notary', identity: 'abc' },
  projects: ['P-17', 'P-18'],
  watches: [{ ...watch, id: 'w1', profile: 'bruker' }],
  persons: [{ id: 'LAB\\jdoe', name: 'Jane Doe' }],
  shared: ['nmr'],
  order: ['file-owner'],
  badges: [],
  ignore: [],
})
const ended = '2026-03-02T08:00:00.000Z'

describe('a project', () => {
  test('that a watched folder is under cannot be removed; one that only an ended watch was under can', () => {
    expect(() => withoutProject(base, 'P-17')).toThrow(
      'the project P-17 is in use by the watched folder /data/nmr: put that under another first',
    )
    expect(withoutProject(base, 'P-18').projects).toEqual(['P-17'])
    expect(withoutProject(withoutWatch(base, 'w1', ended), 'P-17').projects).toEqual(['P-18'])
  })

  test('that is none, or the only one, cannot be removed', () => {
    expect(() => withoutProject(base, 'P-9')).toThrow('there is no project P-9')
    const only = { ...withoutWatch(base, 'w1', ended), projects: ['P-17'] }
    expect(() => withoutProject(only, 'P-17')).toThrow('P-17 is the only project')
  })
})

describe('a change of a watch', () => {
  test('leaves what it does not name', () => {
    expect(withChangedWatch(base, { watch: 'w1', project: 'P-18' }).watches).toEqual([
      { ...watch, id: 'w1', profile: 'bruker', project: 'P-18' },
    ])
    expect(withChangedWatch(base, { watch: '/data/nmr', profile: 'any', quietSeconds: 9 }).watches).toEqual([
      { ...watch, id: 'w1', quietSeconds: 9 },
    ])
  })

  test('of one that is watched no more, or under no project, is refused', () => {
    expect(() => withChangedWatch(base, { watch: 'w1', project: 'P-9' })).toThrow('there is no project P-9')
    expect(() => withChangedWatch(withoutWatch(base, 'w1', ended), { watch: 'w1' })).toThrow(
      'there is no watch w1',
    )
  })
})

describe('a shared account', () => {
  test('is not one that stands for a person, unless that person is disabled', () => {
    expect(() => withShared(base, 'lab\\JDOE')).toThrow(
      'the account lab\\JDOE is enrolled as Jane Doe: it cannot be listed as shared too',
    )
    const disabled = withPerson(base, { id: 'LAB\\jdoe', name: 'Jane Doe', disabled: true })
    expect(withShared(disabled, 'LAB\\jdoe').shared).toEqual(['nmr', 'LAB\\jdoe'])
  })

  test('is listed once, and taken off only if it is listed', () => {
    expect(withShared(base, 'nmr')).toEqual(base)
    expect(withoutShared(base, 'nmr').shared).toEqual([])
    expect(() => withoutShared(base, 'lcms')).toThrow('the account lcms is not listed as shared')
  })
})
