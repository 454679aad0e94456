import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSettings, type Settings } from './settings.ts'
import { changesBetween, inParts, withChanges } from './settings-changes.ts'

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
          // The order of a list means nothing.
          const sorted = ({ persons, projects, shared, ...rest }: Settings) => ({
            ...rest,
            persons: persons.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
            projects: projects.toSorted(),
            shared: shared.toSorted(),
          })
          expect(sorted(changed)).toEqual(sorted(next))
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

  test('of a large site fit records, in parts that make the same settings', {
    tags: ['req/P11-10e-5', 'challenge'],
  }, () => {
    const persons = Array.from({ length: 500 }, (_, i) => ({ id: `person-${i}`, name: 'N'.repeat(200) }))
    const projects = Array.from({ length: 500 }, (_, i) => `P-${i}-${'x'.repeat(50)}`)
    const large = { ...base, persons, projects }
    const parts = inParts(changesBetween(undefined, large), 40_000)
    expect(parts.length).toBeGreaterThan(3)
    for (const part of parts) expect(JSON.stringify(part).length).toBeLessThanOrEqual(40_002)
    expect(withChanges(undefined, parts.flat())).toEqual(large)
  })

  test('of one project do not repeat the others', () => {
    const next = { ...base, projects: [...base.projects, 'P-18'] }
    expect(changesBetween(base, next)).toEqual([
      { field: 'projects', id: 'P-18', before: null, after: 'P-18' },
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
