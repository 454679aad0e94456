import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import {
  fingerprintOf,
  MANIFEST,
  printManifest,
  TAG_MANIFEST,
  UNTRUSTED_TEXT,
  verdictText,
} from '@compliance-relay/shared/bag'
import { readCertificates } from '@compliance-relay/shared/time-stamp'
import { fromUtf8, hex, parsePolicy, printCheckpoint, sha256, utf8 } from '@compliance-relay/shared/trail'
import { expect, type Page } from '@playwright/test'
import { buildPage } from '../../web/build/build-page.ts'
import { brukerRun, writeRun } from '../support/instrument.ts'
import { bagOf, type Files, type MadeBag } from '../support/made-bag.ts'
import { zipOf } from '../support/made-zip.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { TimeStampAuthority } from '../support/time-stamp-authority.ts'
import { Workstation } from '../support/workstation.ts'
import {
  answer,
  checked,
  checkedByNode,
  drop,
  dropFile,
  dropFolder,
  look,
  offlinePageFile,
  saved,
  test,
} from './offline-page.ts'

const root = join(import.meta.dirname, '../..')
const relay = join(root, 'agent/bin/relay.mjs')

const hostile = [
  '\u202egnp.exe',
  '</script><img src=x onerror=alert(1)>',
  'new\nline\u2028and\u200bnothing',
  '=HYPERLINK("http://evil.example")',
  'e\u0301 😀 שלום',
]

function trailWith(seed: string): TrailMaker {
  const maker = new TrailMaker(seed)
  for (const [i, path] of ['plain.dat', ...hostile].entries())
    maker.take({
      do: 'capture',
      body: { path, project: 'NMR', device: 'ws-nmr-01', size: i, sha256: hex(sha256(utf8(path))) },
    })
  maker.take({ do: 'sign', reason: 'Spectra match the acceptance criteria' })
  return maker
}

const printsOf = ({ trailKey, witness }: TrailMaker) =>
  [trailKey, witness].map(({ vkey }) => fingerprintOf(vkey))
const grouped = (prints: readonly string[]) =>
  prints.map((one) => one.replace(/(.{8})(?=.)/g, '$1 ')).join('\n')

/** The end of a zip with no file in it, as any program packs one. */
const plainZip = new Uint8Array([0x50, 0x4b, 5, 6, ...new Array(18).fill(0)])

let bag: MadeBag
let zip: string
let prints: readonly string[]

test.beforeAll(async () => {
  rmSync(dropFolder, { recursive: true, force: true })
  bag = await bagOf(trailWith('offline page'))
  prints = printsOf(bag.maker)
  zip = dropFile('good.zip', await zipOf(bag.files))
})

async function give(page: Page, fingerprints: readonly string[]): Promise<void> {
  await page.fill('#fingerprints', grouped(fingerprints))
}

test.describe('an export of a real relay', () => {
  test('holds in the page with the words of the command, and its files, data sets and others are told apart', {
    tag: ['@oq', '@req/P11-10a-4'],
  }, async ({ offlinePage: page }) => {
    test.setTimeout(180_000)
    const station = new Workstation({ init: ['--quiet', '1'] })
    try {
      station.init()
      writeRun(join(station.folder, 'run/1'), brukerRun())
      writeFileSync(join(station.folder, 'a.dat'), 'content of a')
      await station.start()
      await station.until('they are recorded', ({ units }) => units.recorded === 2)
      await station.settled()
      const file = join(station.base, 'march.zip')
      station.relay('export', '--data', station.data, '--out', file, '--reason', 'for the inspection')
      const { keys } = JSON.parse(station.relay('keys', '--data', station.data, '--json'))
      const fingerprint = keys[0].fingerprint as string
      const said = JSON.parse(station.relay('verify', file, '--fingerprint', fingerprint, '--json'))
      const text = station.relay('verify', file, '--fingerprint', fingerprint)

      await give(page, [fingerprint])
      expect(await checked(page, file)).toEqual({ ...said, file: 'march.zip' })
      const shown = (await page.locator('#report').innerText()).replace(/\s+/g, ' ')
      for (const line of text.split('\n').slice(1))
        expect(shown).toContain(
          line
            .replace(/^(?:checked|not checked) {2,}/, '')
            .trim()
            .replace(/\s+/g, ' '),
        )

      const other = dropFile('other.dat', 'content of nothing')
      await look(page, [join(station.folder, 'a.dat'), other, join(station.folder, 'run')])
      await expect(answer(page, 'a.dat')).toContainText('The file of record')
      await expect(answer(page, 'a.dat')).toContainText('Test Person')
      await expect(answer(page, 'other.dat')).toContainText('None of this export')
      await expect(answer(page, 'run/1')).toContainText('The whole data set of record')
      await expect(answer(page, 'run/1')).toContainText('run/1')
      await expect(answer(page, 'run')).toHaveCount(0)
      await expect(answer(page, 'run/1/fid')).toContainText('The file fid of the data set of record')

      // One byte more in one of its files, and the folder is not that data set any more.
      writeFileSync(join(station.folder, 'run/1/fid'), 'x', { flag: 'a' })
      await look(page, [join(station.folder, 'run/1')])
      await expect(answer(page, '1')).toHaveCount(0)
      await expect(answer(page, '1/fid')).toContainText('None of this export')
      await expect(answer(page, '1/acqus')).toContainText(
        'The files acqu and acqus of the data set of record',
      )
    } finally {
      await station.stop('SIGKILL')
      await station.remove()
    }
  })
})

test.describe('a bag that was changed', () => {
  const textOf = (name: string) => fromUtf8(bag.files.get(name) ?? new Uint8Array())
  const lineTwo = (text: string) => text.split('\n').toSpliced(1, 1).join('\n')
  const leaves = () => [...bag.files.keys()].find((name) => name.endsWith('leaves.txt')) ?? ''
  const kinds: Readonly<Record<string, (files: Files) => void>> = {
    'a file gone': (files) => void files.delete('data/records.csv'),
    'seal.leaves gone': (files) => void files.delete('seal.leaves'),
    'a file added': (files) => void files.set('data/readme.html', utf8('<p>trust me')),
    'a record edited': (files) =>
      void files.set('data/records.json', utf8(textOf('data/records.json').replace('plain', 'other'))),
    'a record left out': (files) =>
      void files.set('data/records.json', utf8(lineTwo(textOf('data/records.json')))),
    'a row edited': (files) =>
      void files.set('data/records.csv', utf8(textOf('data/records.csv').replace('plain', 'other'))),
    'another recipe': (files) => void files.set('data/VERIFY.txt', utf8('all is well\n')),
    'other words about it': (files) =>
      void files.set('bag-info.txt', utf8(textOf('bag-info.txt').replace('ws-nmr-01', 'ws-nmr-02'))),
    'leaves cut': (files) => void files.set(leaves(), utf8(lineTwo(textOf(leaves())))),
    'no head': (files) => {
      for (const name of files.keys()) if (name.endsWith('.checkpoint')) files.delete(name)
    },
    'a seal that is none': (files) => void files.set('seal.json', utf8('{}\n')),
    'a proof cut': (files) =>
      void files.set('seal.tlog-proof', utf8(textOf('seal.tlog-proof').slice(0, -40))),
    'records that are no text': (files) =>
      void files.set(
        'data/records.json',
        Uint8Array.from({ length: 5_000 }, (_, i) => (i * 37) & 255),
      ),
  }

  /** As somebody would who can do everything but sign: the manifests are made anew. */
  function remade(files: Files): Files {
    const listOf = (isIn: (name: string) => boolean) =>
      utf8(
        printManifest(
          new Map(
            [...files].filter(([name]) => isIn(name)).map(([name, bytes]) => [name, hex(sha256(bytes))]),
          ),
        ),
      )
    files.set(
      MANIFEST,
      listOf((name) => name.startsWith('data/')),
    )
    files.set(
      TAG_MANIFEST,
      listOf((name) => !name.startsWith('data/') && name !== TAG_MANIFEST),
    )
    return files
  }

  for (const [i, [what, change]] of Object.entries(kinds).entries())
    test(`has the same findings in the page as in Node, and answers nothing: ${what}`, {
      tag: ['@oq', '@challenge', '@req/P11-10a-4'],
    }, async ({ offlinePage: page }) => {
      await give(page, prints)
      for (const [how, made] of [
        ['plain', (files: Files) => files],
        ['remade', remade],
      ] as const) {
        const files = new Map(bag.files)
        change(files)
        const file = dropFile(`changed-${i}-${how}.zip`, await zipOf(made(files)))
        const node = await checkedByNode(file, { fingerprints: prints })
        expect(node.findings.length, how).toBeGreaterThan(0)
        expect(await checked(page, file), how).toEqual(node)
        await expect(page.locator('.verdict.bad')).toContainText(verdictText(node))
        await expect(page.locator('.findings > li')).toHaveCount(node.findings.length)
        await expect(page.locator('#file-zone')).toBeHidden()
        await expect(page.locator('#find-message')).toContainText('no evidence')
      }
    })

  test('in its zip has the same codes in the page as in Node, at every place where a byte is another', {
    tag: ['@oq', '@challenge', '@req/P11-10a-4'],
  }, async ({ offlinePage: page }) => {
    await give(page, prints)
    const whole = readFileSync(zip)
    for (let at = 40; at < whole.length; at += Math.ceil(whole.length / 25)) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 0x10
      const file = dropFile(`byte-${at}.zip`, changed)
      const node = await checkedByNode(file, { fingerprints: prints }).catch(() => undefined)
      await drop(page, '#bag-zone', [file])
      if (node === undefined)
        await expect(page.locator('#bag-message')).toContainText('no zip that can be read')
      else {
        const codes = (all: typeof node) => all.findings.map(({ code, file: of }) => `${code} ${of}`)
        expect(codes(await saved(page, file)), String(at)).toEqual(codes(node))
      }
    }
    const cut = dropFile('cut.zip', whole.subarray(0, -100))
    await drop(page, '#bag-zone', [cut])
    await expect(page.locator('#bag-message')).toContainText(
      'cut.zip is no zip that can be read, or only a part of one',
    )
    await expect(page.locator('#result')).toBeHidden()
  })
})

test.describe('whose word counts', () => {
  test('is by fingerprints or a policy, and both show the same', { tag: '@oq' }, async ({
    offlinePage: page,
  }) => {
    await give(page, prints)
    const byPrints = await checked(page, zip)
    expect(byPrints).toEqual(await checkedByNode(zip, { fingerprints: prints }))
    expect(byPrints.findings).toEqual([])
    for (const one of [...grouped(prints).split('\n'), hex(sha256(bag.files.get(MANIFEST) as Uint8Array))])
      await expect(page.locator('#report')).toContainText(one)
    await page.fill('#fingerprints', '')
    await drop(page, '#trust-title', [dropFile('policy.txt', bag.policy)])
    await expect(page.locator('#trust-state')).toContainText('policy.txt')
    expect(await checked(page, zip)).toEqual(byPrints)
    await expect(page.locator('.verdict.good')).toBeVisible()
    await give(page, prints)
    await drop(page, '#bag-zone', [zip])
    await expect(page.locator('#bag-message')).toContainText('in one way')
  })

  test('is nobody’s if nothing is given: the page says that the bag vouches for nothing, and answers nothing', {
    tag: ['@oq', '@challenge', '@req/P11-10a-4'],
  }, async ({ offlinePage: page }) => {
    await expect(page.locator('#trust-state')).toContainText('vouches for nothing')
    const report = await checked(page, zip)
    expect(report).toEqual(await checkedByNode(zip, { fingerprints: [] }))
    expect(report.sealed?.holds).toBe(false)
    await expect(page.locator('.verdict')).toContainText(UNTRUSTED_TEXT)
    await expect(page.locator('#report')).toContainText('NO: nothing in it is evidence')
    await expect(page.locator('#file-zone')).toBeHidden()
    await expect(page.locator('.verdict.good')).toHaveCount(0)
  })

  test('is not that of another key, of one key of two, or of a typing error', {
    tag: ['@oq', '@challenge', '@req/P11-10a-4'],
  }, async ({ offlinePage: page }) => {
    for (const some of [['0'.repeat(64)], prints.slice(0, 1)]) {
      await give(page, some)
      const report = await checked(page, zip)
      expect(report).toEqual(await checkedByNode(zip, { fingerprints: some }))
      expect(report.sealed?.holds).toBe(false)
      await expect(page.locator('.verdict.bad')).toContainText('not those of its keys')
      await expect(page.locator('#file-zone')).toBeHidden()
    }
    await page.fill('#fingerprints', (prints[0] ?? '').slice(1))
    await expect(page.locator('#trust-state')).toContainText('no fingerprint yet')
    await drop(page, '#bag-zone', [zip])
    await expect(page.locator('#bag-message')).toContainText('64 hexadecimal digits')
    await expect(page.locator('#result')).toBeHidden()
    const policy = dropFile('no-policy.txt', 'trust me\n')
    await page.fill('#fingerprints', '')
    await page.setInputFiles('#policy', policy)
    await drop(page, '#bag-zone', [zip])
    await expect(page.locator('#bag-message')).toContainText('no-policy.txt is no policy')
  })

  test('a newer checkpoint shows that a bag is older; one of another history, that it is wrong', {
    tag: ['@oq', '@challenge'],
  }, async ({ offlinePage: page }) => {
    const { maker, files } = await bagOf(trailWith('grows'))
    const file = dropFile('older.zip', await zipOf(files))
    for (let i = 0; i < 3; i++) maker.take({ do: 'capture', body: { path: `new-${i}` } })
    await give(page, printsOf(maker))
    await page.setInputFiles('#checkpoint', dropFile('newer.checkpoint', printCheckpoint(maker.checkpoint())))
    const report = await checked(page, file)
    expect(report).toEqual(await checkedByNode(file, { fingerprints: printsOf(maker) }, [maker.checkpoint()]))
    expect(report.findings.map(({ code }) => code)).toEqual(['bag-older'])
    await expect(page.locator('.verdict.open')).toContainText('older than the checkpoint you have')
    await expect(page.locator('#file-zone')).toBeVisible()
    const stranger = new TrailMaker('grows')
    for (let i = 0; i < 4; i++) stranger.take({ do: 'capture', body: { path: `other-${i}` } })
    await page.setInputFiles(
      '#checkpoint',
      dropFile('fork.checkpoint', printCheckpoint(stranger.checkpoint())),
    )
    expect((await checked(page, file)).findings.map(({ code }) => code)).toContain('seal-of-another-history')
    await expect(page.locator('#file-zone')).toBeHidden()
  })
})

test('an export that was unpacked and dropped as a folder has the report of its zip, and its findings if it was edited', {
  tag: ['@oq', '@challenge', '@req/P11-10a-4'],
}, async ({ offlinePage: page }) => {
  for (const [name, bytes] of bag.files) dropFile(`unpacked/${name}`, bytes)
  const folder = join(dropFolder, 'unpacked')
  await give(page, prints)
  const { file: _, ...zipped } = await checkedByNode(zip, { fingerprints: prints })
  expect(await checked(page, folder)).toEqual({ file: 'unpacked', ...zipped })
  await expect(page.locator('#file-zone')).toBeVisible()
  writeFileSync(join(folder, 'data/records.csv'), 'another table')
  expect((await checked(page, folder)).findings.map(({ code }) => code)).toContain('file-changed')
  // Packed again, it is told what to do with it.
  await drop(page, '#bag-zone', [dropFile('again.zip', plainZip)])
  await expect(page.locator('#bag-message')).toContainText('Unpack it, and drop the folder here')
})

test('of an export of a part it is said that a later version may be withheld, in the report and of each file', {
  tag: ['@oq', '@challenge', '@req/P11-10b-1'],
}, async ({ offlinePage: page }) => {
  const maker = new TrailMaker('a part')
  const content = utf8('what was measured')
  const first = { path: 'a.txt', project: 'NMR', size: content.length, sha256: hex(sha256(content)) }
  maker.take({ do: 'capture', body: first })
  const before = { seq: 1, digest: first.sha256, size: first.size }
  const jane = { id: 'LAB\\jdoe', name: 'Jane Doe', via: 'os-session' }
  maker.record('file.changed', jane, { ...first, sha256: 'ab'.repeat(32), before })
  const { files } = await bagOf(maker, { filter: { kinds: ['file.created'] }, between: 0 })
  await give(page, printsOf(maker))
  await checked(page, dropFile('part.zip', await zipOf(files)))
  await expect(page.locator('#report')).toContainText(
    'one is withheld, and it may be a later version of one of these',
  )
  await look(page, [dropFile('a.txt', content)])
  await expect(answer(page, 'a.txt')).toContainText(
    'none in this export; it may be one of the 1 that were withheld',
  )
})

test('a verdict is taken back at once when other words count than those it was found by', {
  tag: ['@oq', '@challenge'],
}, async ({ offlinePage: page }) => {
  await give(page, prints)
  await checked(page, zip)
  await expect(page.locator('#report .verdict.good')).toBeVisible()
  await page.fill('#fingerprints', '0'.repeat(64))
  await expect(page.locator('#stale')).toBeVisible()
  for (const gone of ['#report .verdict', '#find']) await expect(page.locator(gone)).toBeHidden()
  await page.click('#again')
  await expect(page.locator('#report .verdict.bad')).toBeVisible()
  await expect(page.locator('#stale')).toBeHidden()
})

test.describe('time stamps', () => {
  const golden = (name: string) => join(root, 'test/golden-bags', name)
  const { policy, anchors } = JSON.parse(readFileSync(golden('1-stamped.json'), 'utf8'))
  const file = golden('1-stamped.zip')
  const trust = { policy: parsePolicy(utf8(policy)) }

  test('show by when records were there once their certificate is given, with the words of the command', {
    tag: ['@oq', '@challenge', '@req/P11-10a-4'],
  }, async ({ offlinePage: page }) => {
    await drop(page, '#trust-title', [dropFile('stamped-policy.txt', policy)])
    expect(await checked(page, file)).toEqual(await checkedByNode(file, trust))
    await expect(page.locator('#report')).toContainText('1 time stamp: relay verify --tsa-cert FILE')
    await page.setInputFiles('#tsa-cert', dropFile('authority.pem', anchors))
    const node = await checkedByNode(file, trust, [], readCertificates(utf8(anchors)))
    expect(await checked(page, file)).toEqual(node)
    expect(node.findings).toEqual([])
    await expect(page.locator('#report')).toContainText(
      '1 time stamp: the first 4 records were there by 2026',
    )
    await expect(page.locator('#report')).toContainText('certificate authority.pem, SHA-256')
    await expect(page.locator('.verdict.good')).toBeVisible()
  })

  test('are not taken by the certificate of somebody else, or by what is none', {
    tag: ['@oq', '@challenge', '@req/P11-10a-4'],
  }, async ({ offlinePage: page }) => {
    await drop(page, '#trust-title', [dropFile('stamped-policy.txt', policy)])
    const stranger = new TimeStampAuthority()
    const other = readFileSync(stranger.ca)
    await stranger.remove()
    await page.setInputFiles('#tsa-cert', dropFile('stranger.pem', other))
    expect((await checked(page, file)).findings.map(({ code }) => code)).toEqual(['time-stamp-certificate'])
    await expect(page.locator('#file-zone')).toBeHidden()
    await page.setInputFiles('#tsa-cert', dropFile('no-certificate.pem', 'trust me\n'))
    await drop(page, '#bag-zone', [file])
    await expect(page.locator('#bag-message')).toContainText('no-certificate.pem has no certificate in it')
    await expect(page.locator('#result')).toBeHidden()
  })
})

test('names in a bag and of files are text: nothing is markup, turns the line or is invisible', {
  tag: ['@oq', '@challenge', '@req/P11-10b-2'],
}, async ({ offlinePage: page }) => {
  await give(page, prints)
  await checked(page, zip)
  await look(
    page,
    hostile.map((name, i) => dropFile(`hostile/\u202e${i}-\u200b.dat`, name)),
  )
  const shown = await page.locator('#answers').innerText()
  expect(shown).toContain(`${hostile.length} files are in this export`)
  for (const escaped of [
    '\\u202egnp.exe',
    '</script><img src=x onerror=alert(1)>',
    'new\\u000aline\\u2028and\\u200bnothing',
    '\\u202e0-\\u200b.dat',
  ])
    expect(shown).toContain(escaped)
  expect(shown.replace(/\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(await page.locator('img, iframe, script:not(:first-of-type)').count()).toBe(0)
  const title = dropFile('\u202epiz.bad.zip', readFileSync(zip))
  await checked(page, title)
  await expect(page.locator('#report')).toContainText('\\u202epiz.bad.zip')
})

test('a record that was signed is shown with name, time, meaning and reason, claimed and proven times apart', {
  tag: ['@oq', '@req/P11-10b-1'],
}, async ({ offlinePage: page }) => {
  await give(page, prints)
  await checked(page, zip)
  await look(page, [dropFile('signed.dat', hostile[2] ?? '')])
  const card = answer(page, 'signed.dat')
  await expect(card).toContainText('approved by Jane Doe (jdoe)')
  await expect(card).toContainText('Spectra match the acceptance criteria')
  await expect(card).toContainText('by the clock of the device')
  await expect(card.locator('dt:text-is("time claimed") + dd')).toContainText('by the clock of the relay')
  await expect(card.locator('dt:text-is("time proven") + dd')).toContainText('by the clock of server')
})

test('checking can be cancelled at any time: nothing is said then, and the page takes the next one', {
  tag: '@oq',
}, async ({ offlinePage: page }) => {
  test.setTimeout(180_000)
  const { file, maker } = await bigBag(20_000)
  await give(page, printsOf(maker))
  await drop(page, '#bag-zone', [file])
  await page.click('#bag-cancel')
  await expect(page.locator('#bag-message')).toContainText('Cancelled: nothing is said')
  await expect(page.locator('#result')).toBeHidden()
  await expect(page.locator('#bag-progress')).toBeHidden()
  expect((await checked(page, file)).findings).toEqual([])
  await expect(page.locator('.verdict.good')).toBeVisible()
})

test('a bag of 100,000 records is checked beside the page, which says how many of all are done', {
  tag: '@oq',
}, async ({ offlinePage: page }) => {
  test.setTimeout(300_000)
  const { file, maker } = await bigBag(100_000)
  await give(page, printsOf(maker))
  await page.evaluate(() => {
    const tasks: number[] = []
    const seen: string[] = []
    new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({
      type: 'longtask',
    })
    new MutationObserver(() => seen.push(document.querySelector('#bag-said')?.textContent ?? '')).observe(
      document.querySelector('#bag-said') as Node,
      { childList: true, characterData: true, subtree: true },
    )
    Object.assign(globalThis, { tasks, seen })
  })
  const began = performance.now()
  const report = await checked(page, file)
  const seconds = (performance.now() - began) / 1_000
  expect(report.findings).toEqual([])
  expect(report.checked.records).toBe(100_001)
  const { tasks, seen } = await page.evaluate(() => {
    const { tasks, seen } = globalThis as unknown as { tasks: number[]; seen: string[] }
    return { tasks, seen }
  })
  expect(seen.some((text) => /^\d+ %, [\d,]+ of 100,001 records$/.test(text))).toBe(true)
  const longest = Math.max(0, ...tasks)
  process.stdout.write(
    `100,000 records: ${seconds.toFixed(1)} s; long tasks of the page ${tasks.length}, the longest ${Math.round(longest)} ms\n`,
  )
  await look(page, [dropFile('one.dat', 'content 99999')])
  await expect(answer(page, 'one.dat')).toContainText('The file of record 100000.')
})

test('everything is reached by keyboard, and the verdict gets the focus', { tag: '@oq' }, async ({
  offlinePage: page,
}) => {
  await give(page, prints)
  const reached: string[] = []
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('Tab')
    reached.push(await page.evaluate(() => document.activeElement?.id ?? ''))
  }
  expect(reached).toEqual(expect.arrayContaining(['policy', 'checkpoint', 'bag-choose']))
  // Keys and what is asked of a page reach it in ways of their own: it has to know that the files are waited for before the key.
  const chooser = page.waitForEvent('filechooser')
  await page.focus('#bag-choose')
  await page.keyboard.press('Enter')
  await (await chooser).setFiles(zip)
  await page.locator('.verdict').waitFor()
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('result-title')
  const order: string[] = []
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press('Tab')
    order.push(await page.evaluate(() => document.activeElement?.id ?? ''))
  }
  expect(order).toEqual(['again', 'save', 'print', 'files-choose', 'folder-choose'])
  for (const field of await page.locator('textarea, input:visible').all())
    expect(await field.evaluate((one) => (one as HTMLInputElement).labels?.length)).toBe(1)
})

test('in 360 pixels nothing is cut off or scrolled sideways', { tag: '@oq' }, async ({
  offlinePage: page,
}) => {
  await page.setViewportSize({ width: 360, height: 800 })
  await checked(page, zip)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})

test('what is dropped beside the fields opens nothing', { tag: ['@oq', '@challenge'] }, async ({
  offlinePage: page,
}) => {
  await drop(page, 'header', [dropFile('evil.html', '<script>location = "http://evil.example"</script>')])
  await expect(page.locator('h1')).toHaveText('Check a sealed export')
})

test('its policy lets nothing out and nothing in: no request, no script of somebody else, no markup from text', {
  tag: ['@oq', '@challenge'],
}, async ({ browser }) => {
  const page = await browser.newPage()
  await page.goto(`file://${offlinePageFile}`)
  // One that would answer whoever asks.
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('x')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const tried = await page.evaluate(async (from) => {
    const refused = (work: () => unknown) => {
      try {
        work()
        return 'done'
      } catch (error) {
        return (error as Error).name
      }
    }
    const script = document.createElement('script')
    script.append('globalThis.ran = true')
    document.body.append(script)
    return {
      fetched: await fetch(from).then(
        () => 'done',
        () => 'refused',
      ),
      markup: refused(() => document.body.insertAdjacentHTML('beforeend', '<b>x</b>')),
      worker: refused(() => new Worker('data:text/javascript,1')),
      // Not in this call itself: what a test has a page evaluate is let through.
      evaluated: await new Promise((resolve) =>
        setTimeout(() => resolve(refused(() => Reflect.construct(Function, ['return 1'])))),
      ),
      ran: 'ran' in globalThis,
    }
  }, address)
  expect(tried).toEqual({
    fetched: 'refused',
    markup: 'TypeError',
    worker: 'TypeError',
    evaluated: 'EvalError',
    ran: false,
  })
  // Its worker is held by the same.
  await drop(page, '#bag-zone', [zip])
  await page.locator('.verdict').waitFor()
  const fetched = page.workers()[0]?.evaluate(
    (from) =>
      fetch(from).then(
        () => 'done',
        () => 'refused',
      ),
    address,
  )
  expect(await fetched).toBe('refused')
  expect(asked).toEqual([])
  server.close()
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(readFileSync(offlinePageFile, 'utf8'))?.[1]
  expect(policy).toMatch(
    /^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+'; worker-src blob:;/,
  )
  expect(policy).not.toContain('unsafe')
  expect(policy).not.toContain('http')
  await page.close()
})

test('the page is the same bytes each time it is built, and relay page writes them and their SHA-256', {
  tag: ['@oq', '@challenge'],
}, async () => {
  const dist = join(root, 'web/dist')
  const out = dropFile('relay-page.html', '')
  const page = () => {
    rmSync(out, { force: true })
    const { status, stdout, stderr } = spawnSync(process.execPath, [relay, 'page', '--out', out], {
      encoding: 'utf8',
    })
    return { status, said: stdout + stderr }
  }
  const kept = existsSync(dist)
  const aside = `${dist}.before`
  if (kept) renameSync(dist, aside)
  try {
    expect(page()).toMatchObject({ status: 2, said: expect.stringContaining('not built yet') })
    execFileSync(process.execPath, [join(root, 'web/build/main.ts')])
    const { html } = await buildPage()
    expect(page()).toMatchObject({ status: 0, said: expect.stringContaining(hex(sha256(utf8(html)))) })
    expect(readFileSync(out, 'utf8')).toBe(html)
    expect(readFileSync(offlinePageFile, 'utf8')).toBe(html)
    expect(html).not.toContain(root)
    const sources = join(dist, 'sources.sha256')
    execFileSync('sha256sum', ['--check', '--quiet', sources], { cwd: root })
    // As if a rule had been made stricter since.
    const older = readFileSync(sources, 'utf8').replace(
      /^[0-9a-f]{64}(?= {2}shared\/src\/bag\/check-seal)/m,
      '0'.repeat(64),
    )
    writeFileSync(sources, older)
    expect(page()).toMatchObject({ status: 2, said: expect.stringContaining('check-seal.ts was another') })
    expect(existsSync(out)).toBe(false)
  } finally {
    rmSync(dist, { recursive: true, force: true })
    if (kept) renameSync(aside, dist)
  }
})

const bigBags = new Map<number, Promise<{ readonly file: string; readonly maker: TrailMaker }>>()

/** A bag of so many captures, and the record that opens its trail. */
function bigBag(captures: number) {
  const known = bigBags.get(captures)
  if (known !== undefined) return known
  const made = makeBig(captures)
  bigBags.set(captures, made)
  return made
}

async function makeBig(captures: number) {
  const maker = new TrailMaker(`big ${captures}`)
  for (let i = 0; i < captures; i++)
    maker.take({
      do: 'capture',
      body: {
        path: `run/${i}.dat`,
        project: 'NMR',
        device: 'ws',
        size: i,
        sha256: hex(sha256(utf8(`content ${i}`))),
      },
    })
  const { files } = await bagOf(maker)
  return { file: dropFile(basename(`big-${captures}.zip`), await zipOf(files)), maker }
}
