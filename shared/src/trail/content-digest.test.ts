import { expect, test } from 'vitest'
import { contentDigestOf, isCapture } from './content-digest.ts'

const digest = 'ab'.repeat(32)

test.each([
  ['file.created', { sha256: digest }],
  ['dataset.changed', { manifest: digest, raw: 'cd'.repeat(32) }],
  ['capture.refused', { sha256: digest }],
  ['capture.claimed', { manifest: digest }],
])('a record of the kind %s has the digest of what was captured', (kind, body) => {
  expect(contentDigestOf({ kind, body })).toBe(digest)
})

test.each([
  ['export.sealed', { manifest: digest, info: digest }],
  ['recovery.written', { sha256: digest }],
  ['schema.foreign', { sha256: digest }],
  ['filed.created', { sha256: digest }],
])('a record of the kind %s has none, for nobody captured it', { tags: ['challenge'] }, (kind, body) => {
  expect(isCapture({ kind })).toBe(false)
  expect(contentDigestOf({ kind, body })).toBeUndefined()
})

test('what is no text is no digest, and a deletion has none', () => {
  expect(contentDigestOf({ kind: 'file.created', body: { sha256: 1 } })).toBeUndefined()
  expect(contentDigestOf({ kind: 'file.deleted', body: { before: { digest } } })).toBeUndefined()
})
