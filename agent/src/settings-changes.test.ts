import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSettings, type Settings } from './settings.ts'
import { changesBetween, withChanges } from './settings-changes.ts'

const base: Settings = parseSettings({
  org: 'lab.example',
  name: 'ws-nmr-01',
  notary: { folder: '/mnt/notary', identity: 'abc' },
  projects: ['P-17'],
  watches: [{ id: 'w1', path: '/data', project: 'P-17', device: 'nmr', quietSeconds: 3, hints: true }],
  persons: [{ id: 'jdoe', name: 'Jane Doe' }],
  shared: ['nmr'],
  order: ['file-owner', 'badge'],
  badges: [],
  ignore: ['Thumbs.db'],
})

const person = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  name: fc.constantFrom('One Person', 'Another Person'),
})
const settings = fc
  .record({
    persons: fc.uniqueArray(person, { selector: ({ id }) => id }),
    projects: fc.uniqueArray(fc.constantFrom('P-1', 'P-2', 'P-3'), { minLength: 1 }),
    shared: fc.uniqueArray(fc.constantFrom('nmr', 'lcms')),
  })
  .map((some) => ({ ...base, ...some }))

describe('settings', () => {
  test('are the sum of their changes, from nothing on', () => {
    fc.assert(
      fc.property(fc.array(settings, { minLength: 1, maxLength: 6 }), (versions) => {
        let now: Settings | undefined
        for (const next of versions) {
          const changed = withChanges(now, changesBetween(now, next))
          const byId = (list: Settings['persons']) => list.toSorted((a, b) => (a.id < b.id ? -1 : 1))
          expect({ ...changed, persons: byId(changed.persons) }).toEqual({
            ...next,
            persons: byId(next.persons),
          })
          now = changed
        }
      }),
    )
  })

  test('that did not change give no change', () => {
    expect(changesBetween(base, structuredClone(base))).toEqual([])
  })

  test('of one person do not repeat the others', () => {
    const next = { ...base, persons: [...base.persons, { id: 'new', name: 'New Person' }] }
    expect(changesBetween(base, next)).toEqual([
      { field: 'persons', id: 'new', before: null, after: { id: 'new', name: 'New Person' } },
    ])
  })

  test.each([
    [{ org: 'Lab Example' }, 'org'],
    [{ name: '../x' }, 'name'],
    [{ persons: [{ id: 'x', name: 'a\u0000b' }] }, 'persons'],
    [{ watches: [{ ...base.watches[0], quietSeconds: 0 }] }, 'watches'],
    [{ extra: 1 }, 'extra'],
  ])('that are not in form are refused, and the field is named: %o', (wrong, field) => {
    expect(() => parseSettings({ ...base, ...wrong })).toThrow(field)
  })
})
