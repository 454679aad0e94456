import { describe, expect, test } from 'vitest'
import { completeText, differenceTexts, evidenceTexts, lateText, sizeText } from './record-texts.ts'

describe('what stands in a record is said in words', () => {
  test('the grade of its evidence, and what speaks against it', () => {
    expect(
      evidenceTexts({
        method: 'file-owner',
        grade: 'A-',
        owners: [{ account: 'jdoe', id: 'uid:1000' }],
        instrumentUser: 'another',
        discrepancies: [
          { way: 'instrument', says: 'another' },
          { way: 'os-session', says: 'several-persons' },
        ],
      }),
    ).toEqual([
      'Grade A-: owner of every file that is new.',
      'Owner of the files: jdoe (uid:1000).',
      'The instrument’s own files name another person.',
      'What speaks against it: who was logged in at the workstation says several-persons.',
    ])
    expect(evidenceTexts(undefined)).toEqual([])
    expect(evidenceTexts({ grade: 'Z' })).toEqual(['Grade Z.'])
  })

  test('lateness, with an open beginning', () => {
    const time = (iso: string) => iso.slice(11, 16)
    expect(
      lateText(
        { from: '2026-03-02T08:00:00.000Z', to: '2026-03-02T09:00:00.000Z', why: 'relay-not-running' },
        time,
      ),
    ).toBe('It was made while nobody looked, between 08:00 and 09:00: the relay was not running.')
    expect(lateText({ from: null, to: '2026-03-02T09:00:00.000Z', why: 'before-watch' }, time)).toBe(
      'It was made while nobody looked, before 09:00: the folder was not watched yet.',
    )
    expect(lateText(undefined, time)).toBeUndefined()
  })

  test('completeness, which nobody may be able to tell', () => {
    expect(completeText({ complete: false, missing: ['fid', 'acqus'], profile: 'topspin' })).toBe(
      'Not complete by the rules of topspin: missing fid, acqus.',
    )
    expect(completeText({ complete: null })).toMatch(/^Nobody can tell/)
    expect(completeText({})).toBeUndefined()
  })

  test('sizes, and what two versions do not have in common', () => {
    expect(sizeText(999)).toBe('999 bytes')
    expect(sizeText(1_402_331)).toBe('1.4 MB (1,402,331 bytes)')
    expect(
      differenceTexts(
        { path: 'a', sha256: '1', size: 8, complete: false },
        { path: 'a', sha256: '2', size: 10, complete: true, changes: { added: 1, changed: 0, removed: 2 } },
      ),
    ).toEqual(['other content', 'larger by 2 bytes', 'complete: now it is', 'files: 1 added, 2 removed'])
    expect(differenceTexts({ path: 'a', manifest: '1' }, { path: 'b', manifest: '1' })).toEqual([
      'path, from a',
      'the same content',
    ])
  })
})
