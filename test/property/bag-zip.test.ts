import { BagUnreadable, isBagFolder, unreadableText, verifyBag } from '@compliance-relay/shared/bag'
import { parsePolicy, utf8 } from '@compliance-relay/shared/trail'
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { bagOf, type MadeBag } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { opened, placesIn, withBytesAt, zipOf } from '../support/zipped.ts'

/* A zip can show two programs two things. Only the one form in which bags are written is taken. */

let bag: MadeBag
let zip: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  const maker = new TrailMaker('zip')
  for (let i = 0; i < 40; i++) maker.take({ do: 'capture', body: { path: `${i}.dat` } })
  bag = await bagOf(maker)
  zip = await zipOf(bag.files)
})

/** Codes found, or `refused`. */
async function foundIn(bytes: Uint8Array<ArrayBuffer>): Promise<readonly string[]> {
  try {
    const { findings } = await verifyBag(await opened(bytes), { trust: { policy: parsePolicy(bag.policy) } })
    return [...new Set(findings.map(({ code }) => code))]
  } catch (error) {
    if (!(error instanceof BagUnreadable)) throw error
    return ['refused']
  }
}

function changed(change: (view: DataView, bytes: Uint8Array) => void): Uint8Array<ArrayBuffer> {
  const copy = zip.slice()
  change(new DataView(copy.buffer), copy)
  return copy
}

describe('a bag in a zip', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  test('as the relay packs it is read, and has no fault', async () => {
    expect(await foundIn(zip)).toEqual([])
  })

  test('with anything before, between or behind its files is told or refused, however well its numbers are set', async () => {
    const { files, list, end } = placesIn(zip)
    const junk = utf8('<script>')
    const second = files[1]?.start ?? 0
    for (const [what, place] of Object.entries({ before: 0, between: second, 'before the list': list }))
      expect(await foundIn(withBytesAt(zip, place, junk)), what).toEqual(['zip-form'])
    expect(await foundIn(withBytesAt(zip, end, junk)), 'behind the list').toContain('zip-form')
    for (const place of [end + 56, end + 76, zip.length])
      expect(await foundIn(withBytesAt(zip, place, junk)), String(place)).toEqual(['refused'])
    const comment = withBytesAt(zip, zip.length, junk)
    new DataView(comment.buffer).setUint16(zip.length - 2, junk.length, true)
    expect(await foundIn(comment)).toEqual(['refused'])
  })

  test('with a file that is a link, a folder, a device, encrypted, stored, dated, or with a further field is told', async () => {
    const [{ entry = 0, entryEnd = 0 } = {}] = placesIn(zip).files
    const cases: Record<string, Uint8Array<ArrayBuffer>> = {
      link: changed((view) => view.setUint32(entry + 38, 0xa1ff_0000, true)),
      folder: changed((view) => view.setUint32(entry + 38, 0x41ed_0010, true)),
      device: changed((view) => view.setUint32(entry + 38, 0x61a4_0000, true)),
      executable: changed((view) => view.setUint32(entry + 38, 0x81ed_0000, true)),
      encrypted: changed((view) => view.setUint16(entry + 8, 0x0009, true)),
      'said to be text': changed((view) => view.setUint16(entry + 36, 1, true)),
      'of another system': changed((view) => view.setUint16(entry + 4, 45, true)),
      dated: changed((view) => view.setUint16(entry + 12, 0x4000, true)),
      'on another disk': changed((view) => view.setUint16(entry + 34, 1, true)),
    }
    for (const [what, bytes] of Object.entries(cases))
      expect(await foundIn(bytes), what).toSatisfy((codes: string[]) => /zip-form|refused/.test(codes.join()))
    const field = Uint8Array.of(0x75, 0x70, 1, 0, 1)
    const further = withBytesAt(zip, entryEnd, field)
    new DataView(further.buffer).setUint16(entry + 30, 25, true)
    expect((await foundIn(further)).join()).toMatch(/zip-form|refused/)
    const noted = withBytesAt(zip, entryEnd, utf8('a note'))
    new DataView(noted.buffer).setUint16(entry + 32, 6, true)
    expect((await foundIn(noted)).join()).toMatch(/zip-form|refused/)
  })

  test('whose files say of themselves what the list does not is told', async () => {
    for (const { name, start, behind } of placesIn(zip).files) {
      const renamed = changed((_, bytes) => {
        bytes[start + 30 + 4] = 0x58
      })
      expect(await foundIn(renamed), name).toContain('zip-form')
      expect(await foundIn(changed((view) => view.setUint16(start + 6, 0, true))), name).toContain('zip-form')
      expect(await foundIn(changed((view) => view.setUint32(behind + 4, 7, true))), name).toContain(
        'zip-form',
      )
    }
  })

  test('with a file listed twice, or listed twice under two spellings of its name, is told', async () => {
    const { files, end } = placesIn(zip)
    const one = files.find(({ name }) => name.endsWith('records.csv'))
    if (one === undefined) throw new Error('no table')
    const twice = withBytesAt(zip, end, zip.slice(one.entry, one.entryEnd))
    const view = new DataView(twice.buffer)
    const now = twice.length - 98
    for (const place of [24, 32]) view.setBigUint64(now + place, BigInt(files.length + 1), true)
    expect(await foundIn(twice)).toEqual(expect.arrayContaining(['zip-form', 'file-twice']))
    const spelled = twice.slice()
    spelled.set(utf8('bag/data/RECORDS.csv'), end + 46)
    expect(await foundIn(spelled)).toEqual(expect.arrayContaining(['zip-form', 'file-added']))
  })

  test('with names that another system takes for the same, or for another place, is told', async () => {
    const bytes = utf8('x')
    for (const name of [
      'data/Records.csv',
      'data/records.csv.',
      'data/r\u00e9sum\u00e9.txt',
      'data/re\u0301sume\u0301.txt',
    ])
      expect(await foundIn(await zipOf(new Map([...bag.files, [name, bytes]]))), name).toContain('file-added')
    for (const name of ['../x', 'data//x', 'data\\x', './x', 'data/ x'])
      expect(await foundIn(await zipOf(new Map([...bag.files, [name, bytes]]))), name).toSatisfy(
        (codes: string[]) => /zip-form|refused/.test(codes.join()),
      )
    expect(isBagFolder('relay-export-20260302')).toBe(true)
    for (const name of ['', '.', '..', '-', 'a/b', 'a b', 'a.', 'über', 'x'.repeat(101)].filter(
      (one) => one !== '-',
    ))
      expect(isBagFolder(name), name).toBe(false)
  })

  test('with bytes behind the end of a packed file is told', async () => {
    const [first] = placesIn(zip).files
    if (first === undefined) throw new Error('no file')
    const junk = utf8('hidden')
    const longer = withBytesAt(zip, first.behind, junk)
    const view = new DataView(longer.buffer)
    const packed = BigInt(first.behind - first.data + junk.length)
    view.setBigUint64(first.behind + junk.length + 8, packed, true)
    view.setBigUint64(first.entryEnd + junk.length - 8, packed, true)
    expect(await foundIn(longer)).not.toEqual([])
  })

  test('that another program has packed is refused', async () => {
    const writer = new ZipWriter(new Uint8ArrayWriter())
    for (const [name, bytes] of bag.files) await writer.add(`bag/${name}`, new Uint8ArrayReader(bytes))
    const packed = await writer.close()
    expect(await foundIn(new Uint8Array(packed))).toEqual(['refused'])
    const whyOf = async (bytes: Uint8Array<ArrayBuffer>) => {
      const error = await opened(bytes).catch((thrown: unknown) => thrown)
      return unreadableText('march.zip', error as BagUnreadable, 'verify the folder')
    }
    const again =
      /^march\.zip is a zip that another program has packed again.* Unpack it, and verify the folder$/
    expect(await whyOf(new Uint8Array(packed))).toMatch(again)
    // What was cut off is none that unpacking helps.
    for (const part of [
      zip.slice(0, -1),
      zip.slice(0, 5_000),
      new Uint8Array(packed).slice(0, -30),
      utf8('no zip'),
    ])
      expect(await whyOf(new Uint8Array(part))).toMatch(/ is no zip that can be read, or only a part of one /)
  })
})
