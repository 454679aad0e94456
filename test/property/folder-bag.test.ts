import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { BagUnreadable, printedCopy, verifyBag } from '@compliance-relay/shared/bag'
import { parsePolicy } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { reportCommand } from '../../agent/src/commands/report.ts'
import { openFolderBag } from '../../agent/src/folder-bag.ts'
import { verifyCommand } from '../../agent/src/verify-command.ts'
import { bagOf, type MadeBag } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { placesIn, zipOf } from '../support/zipped.ts'

let base: string
let bag: MadeBag
const at = (name: string) => join(base, name)

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'folder-bag-'))
  const maker = new TrailMaker('in a folder')
  for (let i = 0; i < 5; i++) maker.take({ do: 'capture', body: { path: `${i}.dat` } })
  bag = await bagOf(maker)
  for (const [name, bytes] of bag.files) {
    mkdirSync(dirname(at(`unpacked/${name}`)), { recursive: true })
    writeFileSync(at(`unpacked/${name}`), bytes)
  }
  writeFileSync(at('policy.txt'), bag.policy)
})
afterEach(() => rmSync(base, { recursive: true }))

async function verified(file: string) {
  let text = ''
  const given = { key: [], 'key-file': [], checkpoint: [], fingerprint: [], json: true }
  const args = { ...given, files: [file], policy: at('policy.txt') }
  const code = await verifyCommand(args, {
    write: (more) => {
      text += more
    },
  })
  return { code, report: JSON.parse(text) }
}

async function printed(zip: string, page: string) {
  let said = ''
  const args = [zip, '--out', page, '--policy', at('policy.txt')]
  const code = await reportCommand(args, {
    write: (more) => {
      said += more
    },
  })
  return { code, said }
}

describe('an export that was unpacked', { tags: ['req/P11-10b-1', 'challenge'] }, () => {
  test('is verified where it lies', async () => {
    const { code, report } = await verified(at('unpacked'))
    expect({ code, findings: report.findings }).toEqual({ code: 0, findings: [] })
    expect(report.checked).toMatchObject({ files: bag.files.size, records: 6 })
  })

  test('has no links in it that are followed, and no other files', async () => {
    renameSync(at('unpacked/data/records.json'), at('elsewhere.json'))
    symlinkSync(at('elsewhere.json'), at('unpacked/data/records.json'))
    symlinkSync(base, at('unpacked/up'))
    writeFileSync(at('unpacked/notes.txt'), 'mine')
    const { code, report } = await verified(at('unpacked'))
    const said = report.findings.map(({ code: one, file }: Record<string, string>) => `${one} ${file}`)
    expect(code).toBe(1)
    expect(said).toEqual(
      expect.arrayContaining([
        'file-unreadable data/records.json',
        'file-unreadable up',
        'file-added notes.txt',
      ]),
    )
  })

  test('is not what any folder is', async () => {
    await expect(verified(base)).rejects.toThrow('it is a folder without bagit.txt')
    await expect(printed(base, at('a.html'))).rejects.toThrow('it is a folder without bagit.txt')
  })
})

describe('the printed copy of an export', { tags: ['req/P11-10b-1', 'challenge'] }, () => {
  test('that is damaged is made with its findings, and is for nobody else', async () => {
    for (const name of ['data/records.json', 'manifest-sha256.txt']) {
      const zip = await zipOf(bag.files)
      const place = placesIn(zip).files.find((one) => one.name.endsWith(`/${name}`))
      if (place === undefined) throw new Error(name)
      zip[place.data + 20] = (zip[place.data + 20] ?? 0) ^ 0xff
      writeFileSync(at('damaged.zip'), zip)
      const page = at(`${name.replace('/', '-')}.html`)
      expect(await printed(at('damaged.zip'), page)).toMatchObject({
        code: 1,
        said: expect.stringContaining('The export does not hold'),
      })
      expect(readFileSync(page, 'utf8')).toContain('file-unreadable')
      if (process.platform !== 'win32') expect(statSync(page).mode & 0o777).toBe(0o600)
    }
  })

  test('that was unpacked is that of its zip, but for the digest of a file that there is none of', async () => {
    writeFileSync(at('whole.zip'), await zipOf(bag.files))
    expect((await printed(at('whole.zip'), at('zip.html'))).code).toBe(0)
    expect(await printed(at('unpacked'), at('folder.html'))).toMatchObject({
      code: 0,
      said: expect.stringContaining('The export holds.'),
    })
    const file = /<dt>File<\/dt><dd>.*?<\/dd>/
    const [zipped, unpacked] = ['zip.html', 'folder.html'].map((name) => readFileSync(at(name), 'utf8'))
    expect(unpacked).toMatch(/<dt>File<\/dt><dd>(?:<[^>]*>)*none: it was read from a folder/)
    expect(unpacked?.replace(file, '')).toBe(zipped?.replace(file, ''))
    writeFileSync(at('unpacked/data/records.csv'), 'another table')
    expect((await printed(at('unpacked'), at('edited.html'))).code).toBe(1)
    expect(readFileSync(at('edited.html'), 'utf8')).toContain('does not hold')
  })

  test('of a folder that is changed after it was verified is not made', async () => {
    const source = openFolderBag(at('unpacked'))
    const report = await verifyBag(source, { trust: { policy: parsePolicy(bag.policy) } })
    expect(report.findings).toEqual([])
    const records = readFileSync(at('unpacked/data/records.json'))
    writeFileSync(at('unpacked/data/records.json'), records.toString().replace('3.dat', '9.dat'))
    utimesSync(at('unpacked/data/records.json'), 1, 1)
    const facts = { manifest: '', file: undefined, trusted: [] }
    await expect(printedCopy(source, report, facts)).rejects.toThrow(BagUnreadable)
  })

  test('that is not there, or cannot be written, is refused in plain words', async () => {
    await expect(printed(at('none.zip'), at('a.html'))).rejects.toThrow(
      'none.zip cannot be read: there is no such file',
    )
    writeFileSync(at('good.zip'), await zipOf(bag.files))
    symlinkSync(at('nowhere/else'), at('link.html'))
    await expect(printed(at('good.zip'), at('link.html'))).rejects.toThrow(
      'is there already, maybe as a link',
    )
    await expect(printed(at('good.zip'), at('no/folder.html'))).rejects.toThrow('there is no such folder')
    expect((await printed(at('good.zip'), at('good.html'))).code).toBe(0)
  })
})
