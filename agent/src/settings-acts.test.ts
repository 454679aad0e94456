import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SettingsAct } from '@compliance-relay/shared/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseSettings, type Settings } from './settings.ts'
import { settingsAfter } from './settings-acts.ts'
import { UnusableInput } from './unusable-input.ts'

let root: string
let base: Settings
const now = '2026-03-02T08:00:00.000Z'
const at = (name: string) => join(root, name)

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'settings-acts-')))
  for (const folder of ['data', 'notary', 'nmr', 'ms/raw']) mkdirSync(at(folder), { recursive: true })
  writeFileSync(at('a-file'), '')
  symlinkSync(at('data'), at('led-astray'))
  const watch = { path: at('nmr'), project: 'P-17', device: 'nmr', quietSeconds: 3, hints: true }
  base = parseSettings({
    org: 'lab.example',
    name: 'ws-nmr-01',
    notary: { folder: at('notary'), identity: 'abc' },
    projects: ['P-17', 'P-18'],
    watches: [{ ...watch, id: 'w1', profile: 'bruker' }],
    persons: [{ id: 'jdoe', name: 'Jane Doe' }],
    shared: ['nmr'],
    order: ['file-owner'],
    badges: [],
    ignore: [],
  })
})
afterAll(() => rmSync(root, { recursive: true }))

const after = (act: SettingsAct, settings = base) =>
  settingsAfter(settings, act, { profiles: [{ id: 'bruker' }], dataFolder: at('data'), now })

describe('what an administrator sets is decided alike, whoever asks', () => {
  test('a project, a folder under it, another profile, and no more of it', () => {
    const project = after({ what: 'project.add', project: 'P-19' })
    expect(project.projects).toEqual(['P-17', 'P-18', 'P-19'])
    const watched = after({ what: 'watch.add', folder: at('ms'), project: 'P-19', device: 'QTOF' }, project)
    expect(watched.watches[1]).toEqual({
      id: 'w2',
      path: at('ms'),
      project: 'P-19',
      device: 'QTOF',
      quietSeconds: 3,
      hints: true,
    })
    const changed = after({ what: 'watch.change', watch: 'w2', profile: 'bruker', quietSeconds: 9 }, watched)
    expect(changed.watches[1]).toMatchObject({ profile: 'bruker', quietSeconds: 9, device: 'QTOF' })
    const ended = after({ what: 'watch.remove', watch: 'w2' }, changed)
    expect(ended.watches[1]).toMatchObject({ id: 'w2', ended: now })
    // And taken up again where it was left, as it was set.
    const again = after({ what: 'watch.add', folder: at('ms'), project: 'P-18' }, ended)
    expect(again.watches[1]).toEqual({ ...changed.watches[1], project: 'P-18' })
  })

  test('a person, from now on', () => {
    expect(after({ what: 'person.add', id: 'mlee', name: 'Mei Lee' }).persons[1]).toEqual({
      id: 'mlee',
      name: 'Mei Lee',
      since: now,
    })
  })

  test.each<[string, () => SettingsAct]>([
    ['project-there', () => ({ what: 'project.add', project: 'P-17' })],
    ['project-form', () => ({ what: 'project.add', project: 'P 19' })],
    ['project-not-there', () => ({ what: 'watch.add', folder: at('ms'), project: 'P-9' })],
    ['profile-not-there', () => ({ what: 'watch.add', folder: at('ms'), project: 'P-17', profile: 'none' })],
    ['folder-not-there', () => ({ what: 'watch.add', folder: at('nowhere'), project: 'P-17' })],
    ['folder-is-none', () => ({ what: 'watch.add', folder: at('a-file'), project: 'P-17' })],
    ['folder-is-none', () => ({ what: 'watch.add', folder: at('a-file/below'), project: 'P-17' })],
    ['folder-watched', () => ({ what: 'watch.add', folder: at('nmr'), project: 'P-17' })],
    ['folder-overlaps', () => ({ what: 'watch.add', folder: root, project: 'P-17' })],
    ['folder-own', () => ({ what: 'watch.add', folder: at('data'), project: 'P-17' })],
    ['folder-own', () => ({ what: 'watch.add', folder: at('led-astray'), project: 'P-17' })],
    ['folder-own', () => ({ what: 'watch.add', folder: at('notary'), project: 'P-17' })],
    ['watch-not-there', () => ({ what: 'watch.remove', watch: 'w7' })],
    ['watch-not-there', () => ({ what: 'watch.change', watch: 'w7', project: 'P-18' })],
    ['project-not-there', () => ({ what: 'watch.change', watch: 'w1', project: 'P-9' })],
    ['person-there', () => ({ what: 'person.add', id: 'jdoe', name: 'John Doe' })],
    ['person-form', () => ({ what: 'person.add', id: 'mlee', name: 'Analyst' })],
    ['person-form', () => ({ what: 'person.add', id: 'mlee', name: 'Mei\u202eLee' })],
    ['person-form', () => ({ what: 'person.add', id: '', name: 'Mei Lee' })],
  ])('is refused, and why has its place in the list: %s', { tags: ['challenge'] }, (detail, act) => {
    let refusal: unknown
    try {
      after(act())
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(UnusableInput)
    expect((refusal as UnusableInput).detail).toBe(detail)
  })
})
