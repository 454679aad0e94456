import { reportText, verifyBag } from '@compliance-relay/shared/bag'
import { describe, expect, test } from 'vitest'
import { folderBag } from '../../web/check/dropped-bag.ts'
import { bagOf, type Files, FilesSource } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'

/* An export that was unpacked, dropped on the offline page as a folder. */

const dropped = (files: Files, folder: string) =>
  [...files].map(([name, bytes]) => ({
    path: `${folder}/${name}`,
    file: new File([new Uint8Array(bytes)], name.replace(/^.*\//, '')),
  }))

async function made() {
  const maker = new TrailMaker('dropped')
  for (let i = 0; i < 5; i++) maker.take({ do: 'capture', body: { path: `${i}.dat` } })
  return bagOf(maker)
}

describe('an export that was unpacked', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  test('has the report of its zip, however deep its folder was put', async () => {
    const { files, maker } = await made()
    const trust = { policy: maker.policy }
    const whole = reportText('a', await verifyBag(new FilesSource(files), { trust }))
    for (const folder of ['march', 'march/march', 'mail/of 2 March/march']) {
      const { name, source } = folderBag([
        ...dropped(files, folder),
        { path: 'mail/letter.txt', file: new File(['beside it'], 'letter.txt') },
      ])
      expect(name).toBe('march')
      expect(reportText('a', await verifyBag(source, { trust }))).toBe(whole)
    }
    expect(whole).toContain('No findings')
  })

  test('has the findings of what was changed in it, added to it or left out', async () => {
    const { files, maker } = await made()
    const codes = async (change: (files: Files) => void) => {
      const other = new Map(files)
      change(other)
      const { source } = folderBag(dropped(other, 'march'))
      const { findings } = await verifyBag(source, { trust: { policy: maker.policy } })
      return findings.map(({ code }) => code)
    }
    const table = files.get('data/records.csv') as Uint8Array
    expect(await codes((all) => all.set('data/records.csv', table.slice(0, -3)))).toContain('file-changed')
    expect(await codes((all) => all.set('data/bagit.txt', table))).toContain('file-added')
    expect(await codes((all) => all.delete('data/records.json'))).toContain('file-missing')
  })

  test('is one, and a folder without bagit.txt is none', async () => {
    const { files } = await made()
    expect(() => folderBag([...dropped(files, 'a/one'), ...dropped(files, 'a/two')])).toThrow(
      'One export at a time',
    )
    expect(() => folderBag(dropped(new Map([['data/records.json', new Uint8Array()]]), 'a'))).toThrow(
      'no folder with bagit.txt in it',
    )
  })
})
