import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test as base, expect as baseExpect, type Page } from '@playwright/test'
import { password, why } from '../support/laboratory.ts'
import { AppSite, signInto } from './app.ts'
import { Device } from './device.ts'

/*
 * Signing on a tablet against a real relay: with a network and without, through power cuts, wrong passwords, clocks and
 * two tabs. Each test has a reviewer and files of its own.
 */

// A relay is started, people are made, keys are stretched: on a machine that has much else to do that takes its time.
base.describe.configure({ timeout: 600_000 })
const expect = baseExpect.configure({ timeout: 60_000 })

const instrumentData = join(import.meta.dirname, '../../../shared/instrument-data')
const reason = 'spectra and integration looked at'
const site = new AppSite()

const test = base.extend<{ device: Device; another: Device }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright asks for a pattern
  device: ({}, use) => useDevice(use),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright asks for a pattern
  another: ({}, use) => useDevice(use),
})

async function useDevice(use: (device: Device) => Promise<void>): Promise<void> {
  const device = new Device()
  await use(device)
  await device.remove()
}

test.beforeAll(async () => {
  test.setTimeout(600_000)
  await site.open()
  site.people.second()
  reviewer('qlee')
})
test.afterAll(() => site.close())

function reviewer(user: string): void {
  site.people.person(user, `Person ${user}`, 'reviewer')
  site.people.allow(user)
}

/** Real exports of instruments in a folder of this name, recorded. */
async function measured(name: string): Promise<void> {
  cpSync(join(instrumentData, 'csv'), join(site.station.folder, name), { recursive: true })
  await site.station.settled()
}

async function startRelay(): Promise<void> {
  await site.station.start('--port', new URL(site.url).port)
}

/** A tablet of theirs that has all records, and may sign. */
async function tabletOf(user: string, device: Device): Promise<Page> {
  reviewer(user)
  await measured(user)
  const page = await device.start()
  await signInto(page, site, user)
  await enrol(page, user)
  return page
}

async function enrol(page: Page, user: string): Promise<void> {
  await page.goto(`${site.url}/outbox`)
  await page.getByLabel('Name of this device').fill('tablet-1')
  await page.getByLabel(`Password of ${user}`, { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Enrol this device' }).click()
  await expect(page.getByText(/may sign offline until/)).toBeVisible()
}

/** Opens what of their files is to be signed, so that only files with this in their name are on the list. */
async function openList(page: Page, text: string): Promise<number> {
  await page.goto(`${site.url}/sign?${new URLSearchParams({ text, state: 'unsigned' })}`)
  const boxes = page.getByRole('list', { name: 'Records to be reviewed' }).getByRole('checkbox')
  await boxes.first().waitFor()
  const count = await boxes.count()
  for (let i = 0; i < count; i++) await boxes.nth(i).check()
  await expect(page.getByText(`reviewed ${count} of ${count}`)).toBeVisible()
  return count
}

async function press(page: Page, word = password): Promise<void> {
  await page.getByLabel('Reason').fill(reason)
  await page.getByLabel('Password', { exact: true }).fill(word)
  await page.getByRole('button', { name: 'Sign as reviewed' }).click()
}

async function sign(page: Page, text: string): Promise<void> {
  await openList(page, text)
  await press(page)
  await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
}

async function openOutbox(page: Page): Promise<void> {
  await page.goto(`${site.url}/outbox`)
  await page.getByRole('heading', { name: 'Signed on this device' }).waitFor()
}

/** How many signatures of theirs the trail has, by what became of them, and that each is another one. */
function became(user: string): Record<string, number> {
  const notes = new Set<string>()
  const counts: Record<string, number> = {}
  for (const { kind, body } of site.station.records()) {
    const note = String(body['note'] ?? '')
    if (!kind.startsWith('signature.') || !note.includes(`"user":"${user}"`)) continue
    counts[kind] = (counts[kind] ?? 0) + 1
    notes.add(note)
  }
  expect(notes.size).toBe(Object.values(counts).reduce((sum, count) => sum + count, 0))
  return counts
}

const tags = ['@oq', '@challenge']
const pending = 'Signed on this tablet, not yet confirmed'

test('records are looked at one by one, signed at once, accepted, and taken back', { tag: '@oq' }, async ({
  device,
}) => {
  const page = await tabletOf('anna', device)
  const count = await openList(page, 'anna')
  expect(count).toBeGreaterThan(2)
  // What was looked at, and what was begun to be written, stays so over a reload.
  await page.getByLabel('Reason').fill('half a rea')
  await page.waitForTimeout(1_500)
  await page.reload()
  await expect(page.getByText(`reviewed ${count} of ${count}`)).toBeVisible()
  await expect(page.getByLabel('Reason')).toHaveValue('half a rea')
  await expect(page.getByRole('button', { name: 'Sign as reviewed' })).toBeDisabled()
  await press(page)
  await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
  await openOutbox(page)
  await expect(page.getByText('Accepted', { exact: true })).toBeVisible()
  await expect(page.getByText(/proven to be after .* and before/)).toBeVisible()
  expect(became('anna')).toEqual({ 'signature.applied': 1 })

  await page.getByRole('link', { name: 'Withdraw this signature' }).click()
  await page.getByRole('list', { name: 'Signatures to be withdrawn' }).getByRole('checkbox').check()
  await page.getByLabel('Reason').fill('the wrong batch')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Withdraw my signature' }).click()
  await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
  await openOutbox(page)
  await expect(page.getByText('Accepted', { exact: true })).toHaveCount(2)
  expect(await openList(page, 'anna')).toBe(count)
  expect(device.faults).toEqual([])
})

test('what is signed with the relay dead and the power cut is accepted once, with receipts', {
  tag: tags,
}, async ({ device }) => {
  await tabletOf('ben', device)
  await site.station.stop('SIGKILL')
  await device.cutPower()
  let page = await device.start()
  // Nobody is signed in, nothing answers, and the app starts from what is on the device.
  await page.goto(site.url)
  await page.getByRole('heading', { name: 'Trail' }).waitFor()
  await sign(page, 'ben genesys')
  await page.goto(`${site.url}/?text=ben%20genesys`)
  await expect(page.getByText('Signed here, not confirmed').first()).toBeVisible()
  await expect(page.getByText('Approved', { exact: true })).toHaveCount(0)
  await sign(page, 'ben novabio')

  await openList(page, 'ben qiacuity')
  await press(page)
  await device.cutPower()
  page = await device.start()
  await openOutbox(page)
  // The third is there whole, or not at all; then it is signed again.
  const kept = await page.getByText(pending).count()
  expect([2, 3]).toContain(kept)
  if (kept === 2) await sign(page, 'ben qiacuity')
  await openOutbox(page)
  await expect(page.getByText(pending)).toHaveCount(3)
  await expect(page.getByText(/3 signatures waiting/)).toBeVisible()

  await startRelay()
  await signInto(page, site, 'ben')
  await openOutbox(page)
  await expect(page.getByText('Accepted', { exact: true })).toHaveCount(3)
  expect(became('ben')).toEqual({ 'signature.applied': 3 })
  await device.cutPower()
  page = await device.start()
  await openOutbox(page)
  await expect(page.getByText('Accepted', { exact: true })).toHaveCount(3)
  await expect(page.getByText(/^receipt \d+$/)).toHaveCount(3)
})

test('five wrong passwords bring a wait, which no reload and no restart shortens', { tag: tags }, async ({
  device,
}) => {
  let page = await tabletOf('carl', device)
  await openList(page, 'carl')
  for (let n = 1; n <= 5; n++) {
    await press(page, 'another password 17')
    await expect(page.getByText(n === 1 ? /wrong, once/ : `wrong, ${n} times in a row`)).toBeVisible()
  }
  await expect(page.getByText(/too many wrong passwords: wait \d+ s/)).toBeVisible()
  await device.cutPower()
  page = await device.start()
  await openOutbox(page)
  await expect(page.getByText(/5 wrong passwords since the last signature/)).toBeVisible()
  await openList(page, 'carl')
  await page.getByLabel('Reason').fill(reason)
  await page.getByLabel('Password', { exact: true }).fill(password)
  const button = page.getByRole('button', { name: 'Sign as reviewed' })
  // 30 seconds later it is her turn again, and the relay hears of the tries.
  await expect(button).toBeEnabled()
  await button.click()
  await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
  await signInto(page, site, 'carl')
  await openOutbox(page)
  await expect(page.getByText('Accepted', { exact: true })).toBeVisible()
  const applied = site.station.records().findLast(({ kind }) => kind === 'signature.applied')
  expect(applied?.body['flags']).toContain('wrong-passwords-5')
})

test('a clock that was set back signs nothing until it is right again', { tag: tags }, async ({ device }) => {
  const page = await tabletOf('dora', device)
  await openList(page, 'dora')
  // As a device has it whose clock was an hour ahead when it last signed.
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('relay-outbox')
        opening.onsuccess = () => {
          const writing = opening.result.transaction('clock', 'readwrite')
          writing.objectStore('clock').put({ latest: Date.now() + 3_600_000, skew: 0 }, 'clock')
          writing.oncomplete = () => {
            opening.result.close()
            resolve(undefined)
          }
          writing.onerror = reject
        }
      }),
  )
  await press(page)
  await expect(page.getByRole('alert').getByText(/clock of this device was set back/)).toBeVisible()
  expect(became('dora')).toEqual({})
  await openOutbox(page)
  await page.getByRole('button', { name: 'Renew now' }).click()
  await site.station.until('there is another lease', () => leasesOf('dora') > 1)
  // Kept by the device a moment later.
  await expect(async () => {
    await sign(page, 'dora')
  }).toPass()
})

function leasesOf(user: string): number {
  const isOne = ({ kind, body }: { kind: string; body: Record<string, unknown> }) =>
    kind === 'lease.issued' && body['user'] === user
  return site.station.records().filter(isOne).length
}

test('two tabs that sign at once take two counts, and both are accepted', { tag: tags }, async ({
  device,
}) => {
  const first = await tabletOf('emma', device)
  const second = await device.page()
  await openList(first, 'emma genesys')
  await openList(second, 'emma novabio')
  await Promise.all([press(first), press(second)])
  for (const page of [first, second])
    await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
  await openOutbox(first)
  await expect(first.getByText('Accepted', { exact: true })).toHaveCount(2)
  expect(became('emma')).toEqual({ 'signature.applied': 2 })
  expect(site.station.records().filter(({ kind }) => kind === 'key.revoked')).toEqual([])
})

test('what somebody signed who was disabled meanwhile is held, whoever brings it', { tag: tags }, async ({
  device,
}) => {
  const page = await tabletOf('finn', device)
  await site.station.stop('SIGKILL')
  await sign(page, 'finn')
  await startRelay()
  site.people.asked([password], 'account', 'disable', 'finn', '--as', 'asmith', ...why)
  await signInto(page, site, 'qlee')
  await openOutbox(page)
  await expect(page.getByText('Held for QA', { exact: true })).toBeVisible()
  await expect(page.getByText(/account was disabled between/)).toBeVisible()
  expect(became('finn')).toEqual({ 'signature.held': 1 })
})

test(
  'a courier carries signatures to another device and receipts back',
  { tag: tags },
  async ({ device, another }, info) => {
    const page = await tabletOf('gina', device)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await sign(page, 'gina')
    const out = await saved(page, info.outputPath('out.json'))

    const connected = await another.start()
    await signInto(connected, site, 'qlee')
    await bring(connected, out)
    await expect(connected.getByText('1 signature and 0 receipts taken in.', { exact: false })).toBeVisible()
    await expect(connected.getByText('Accepted', { exact: true })).toBeVisible()
    const back = await saved(connected, info.outputPath('back.json'))

    await bring(page, back)
    await expect(page.getByText('0 signatures and 1 receipt taken in.', { exact: false })).toBeVisible()
    await expect(page.getByText('Accepted', { exact: true })).toBeVisible()
    expect(became('gina')).toEqual({ 'signature.applied': 1 })
    // Whoever carries it changes nothing: a note that is not what was signed is nobody’s.
    const forged = readFileSync(out, 'utf8').replaceAll('looked at', 'made up')
    await connected.getByLabel('Import a copy').setInputFiles({
      name: 'forged.json',
      mimeType: 'application/json',
      buffer: Buffer.from(forged),
    })
    await expect(connected.getByText('0 signatures and 0 receipts taken in.', { exact: false })).toBeVisible()
    expect(became('gina')).toEqual({ 'signature.applied': 1 })
  },
)

async function saved(page: Page, path: string): Promise<string> {
  await openOutbox(page)
  const loading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save a copy of unsent items' }).click()
  await (await loading).saveAs(path)
  return path
}

async function bring(page: Page, path: string): Promise<void> {
  await openOutbox(page)
  await page.getByLabel('Import a copy').setInputFiles(path)
}
