import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ExportRefused } from './export-refused.ts'
import { writeZip } from './zip-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-zip-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('given up in the middle, what is told is why, and nothing is left', {
  tags: ['challenge'],
}, async () => {
  const why = new ExportRefused('not-sealed', 'nobody has signed it')
  const bytes = async function* () {
    yield new Uint8Array(1_000)
  }
  // Whether a file is closed twice is a matter of which thread comes first.
  for (let i = 0; i < 300; i++) {
    const work = writeZip(join(folder, 'bag.zip'), async (sink) => {
      await sink.write('a.txt', bytes())
      throw why
    })
    await expect(work).rejects.toBe(why)
    expect(readdirSync(folder)).toEqual([])
  }
})
