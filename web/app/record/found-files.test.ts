import { expect, test } from 'vitest'
import type { DigestMatch } from '../log/find-digests.ts'
import { foundFiles, sayingOf, summaryOf } from './found-files.ts'

const of = { trail: 'a', seq: 4 }
const match = (seq: number, as: DigestMatch['as'], members: readonly string[] = []): DigestMatch => ({
  trail: 'a',
  seq,
  kind: 'file.created',
  time: 0,
  path: 'x',
  as,
  members,
})
const file = (path: string, digest: string | undefined, sizeBytes = 1) =>
  ({ path, what: 'file', sizeBytes, digest }) as const

test('a file is the record’s, another’s, nobody’s or not readable, and what was asked for stands first', () => {
  const found = foundFiles(
    [
      { path: 'set', what: 'folder', sizeBytes: 9, digest: 'f1' },
      { path: 'other', what: 'folder', sizeBytes: 9, digest: 'f2' },
      file('set/none', 'none'),
      file('set/unread', undefined),
      file('set/other', 'other'),
      file('set/own', 'own'),
    ],
    [
      { digest: 'f1', matches: [match(4, 'data-set')], more: 0 },
      { digest: 'own', matches: [match(9, 'file'), match(4, 'member', ['fid'])], more: 2 },
      { digest: 'other', matches: [match(9, 'file')], more: 0 },
    ],
    of,
  )
  expect(found.map(({ path, is }) => `${path} ${is}`)).toEqual([
    'set yes',
    'set/own yes',
    'set/other other',
    'set/none none',
    'set/unread unread',
  ])
  expect(found.map(sayingOf)).toEqual([
    'Yes: this is the whole data set',
    'Yes: this is the file fid of the data set',
    'No: this content is of another record',
    'No: no record on this device has this content',
    'It could not be read: the browser does not say why',
  ])
  expect(found[1]).toMatchObject({ others: [{ seq: 9 }], more: 2 })
  expect(summaryOf(found, true)).toBe(
    'Yes: set is the whole data set. 4 files: 1 of this record, 1 of another record, 1 of no record on this device, 1 not readable.',
  )
})

test('asked of no record, every record counts', () => {
  const found = foundFiles(
    [file('a', 'd')],
    [{ digest: 'd', matches: [match(1, 'file')], more: 0 }],
    undefined,
  )
  expect(found.map(sayingOf)).toEqual(['Recorded'])
  expect(summaryOf(found, false)).toBe('1 file: 1 recorded.')
})
