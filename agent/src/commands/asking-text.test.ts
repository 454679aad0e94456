import { expect, test } from 'vitest'
import { unclaimedText, unitsText } from './asking-text.ts'

const units = { recorded: 9, failed: 0, unclaimed: 3, claimable: 2, claimed: 0, absent: 0 }

test('what can be claimed is one number, and what was not read is told apart from it', () => {
  expect(unitsText(units)).toBe(
    'files    9 files and data sets recorded, 0 not readable, 2 captures unclaimed, 1 not read, which cannot be claimed',
  )
  expect(unitsText({ ...units, recorded: 1, unclaimed: 1, claimable: 1, claimed: 2 })).toBe(
    'files    1 file or data set recorded, 0 not readable, 2 claimed, 1 capture unclaimed',
  )
})

test('a link that was not read is listed as what cannot be claimed', () => {
  const link = {
    path: 'out',
    watch: 'w1',
    device: 'ws',
    project: 'NMR',
    trail: 't',
    seq: 4,
    time: '2026-03-02T08:00:00.000Z',
    what: 'file.created',
    reason: 'link-leaves-folder',
    sentence: null,
    digest: '',
  }
  const text = (digest: string) =>
    unclaimedText({ total: 1, more: 0, next: null, unclaimed: [{ ...link, digest }] })
  expect(text('')).toContain('cannot be claimed: it was not read')
  expect(text('a'.repeat(64))).not.toContain('cannot be claimed')
})
