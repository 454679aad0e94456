import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { password } from '../support/laboratory.ts'
import { AppRelay, expect, signInto } from './app.ts'
import type { Device } from './device.ts'
import { became, enrol, openOutbox, press, reason, review, sign, signOut, test } from './tablet.ts'

/*
 * Signing on a tablet against a real relay: through reloads, wrong passwords, clocks, two tabs and couriers. Each test has a
 * reviewer and files of its own.
 */

// A relay is started, people are made, keys are stretched: on a machine that has much else to do that takes its time.
test.describe.configure({ timeout: 600_000 })

const instrumentData = join(import.meta.dirname, '../../../shared/instrument-data')
let relay: AppRelay

test.beforeAll(async () => {
  test.setTimeout(600_000)
  relay = await AppRelay.start()
  await relay.people(['bking', 'Bill King', 'administrator'])
  await reviewer('qlee')
})
test.afterAll(() => relay?.station.remove())

async function reviewer(user: string): Promise<void> {
  await relay.person(user, `Person ${user}`, 'reviewer')
  await relay.allow(user)
}

/** Real exports of instruments in a folder of this name, recorded. */
async function measured(name: string): Promise<void> {
  cpSync(join(instrumentData, 'csv'), join(relay.station.folder, name), { recursive: true })
  await relay.station.settled()
}

/** A tablet of theirs that has all records, and may sign. */
async function tabletOf(user: string, device: Device): Promise<Page> {
  await reviewer(user)
  await measured(user)
  const page = await device.start()
  await signInto(page, relay, user)
  await enrol(page, user)
  return page
}

const tags = ['@oq', '@challenge']

test('records are looked at one by one, signed at once, accepted, and taken back', { tag: '@oq' }, async ({
  device,
}) => {
  const page = await tabletOf('anna', device)
  const count = await review(page, relay, 'anna')
  expect(count).toBeGreaterThan(2)
  // What was looked at, and what was begun to be written, stays so over a reload.
  await page.getByLabel('Reason').fill('half a rea')
  await expect.poll(() => draftsOn(page)).toEqual(['half a rea'])
  await page.reload()
  await expect(page.getByText(`reviewed ${count} of ${count}`)).toBeVisible()
  await expect(page.getByLabel('Reason')).toHaveValue('half a rea')
  await expect(page.getByRole('button', { name: 'Sign as reviewed' })).toBeDisabled()
  await press(page)
  await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
  await openOutbox(page, relay)
  await expect(page.getByText('Accepted', { exact: true })).toBeVisible()
  await expect(page.getByText(/proven to be after .* and before/)).toBeVisible()
  expect(became(relay, 'anna')).toEqual({ 'signature.applied': 1 })

  await page.getByRole('link', { name: 'Withdraw this signature' }).click()
  await page.getByRole('list', { name: 'Signatures to be withdrawn' }).getByRole('checkbox').check()
  await page.getByLabel('Reason').fill('the wrong batch')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Withdraw my signature' }).click()
  await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
  await openOutbox(page, relay)
  await expect(page.getByText('Accepted', { exact: true })).toHaveCount(2)
  expect(await review(page, relay, 'anna')).toBe(count)
  expect(device.faults).toEqual([])
})

/** What was begun to be written, as it is on the disk. */
function draftsOn(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open('relay-outbox')
        opening.onsuccess = () => {
          const asked = opening.result.transaction('drafts').objectStore('drafts').getAll()
          asked.onsuccess = () => {
            opening.result.close()
            resolve(asked.result.map(({ reason }) => reason))
          }
        }
      }),
  )
}

test('five wrong passwords bring a wait, which no reload and no restart shortens', { tag: tags }, async ({
  device,
}) => {
  let page = await tabletOf('carl', device)
  await review(page, relay, 'carl')
  for (let n = 1; n <= 5; n++) {
    await press(page, 'another password 17')
    await expect(page.getByText(n === 1 ? /wrong, once/ : `wrong, ${n} times in a row`)).toBeVisible()
  }
  await expect(page.getByText(/too many wrong passwords: wait \d+ s/)).toBeVisible()
  await device.cutPower()
  page = await device.start()
  await openOutbox(page, relay)
  await expect(page.getByText(/5 wrong passwords since the last signature/)).toBeVisible()
  await review(page, relay, 'carl')
  await page.getByLabel('Reason').fill(reason)
  await page.getByLabel('Password', { exact: true }).fill(password)
  const button = page.getByRole('button', { name: 'Sign as reviewed' })
  // 30 seconds later it is her turn again, and the relay hears of the tries.
  await expect(button).toBeEnabled()
  await button.click()
  await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
  await signInto(page, relay, 'carl')
  await openOutbox(page, relay)
  await expect(page.getByText('Accepted', { exact: true })).toBeVisible()
  const applied = relay.station.records().findLast(({ kind }) => kind === 'signature.applied')
  expect(applied?.body['flags']).toContain('wrong-passwords-5')
})

test('a clock that was set back signs nothing until it is right again', { tag: tags }, async ({ device }) => {
  const page = await tabletOf('dora', device)
  await review(page, relay, 'dora')
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
  expect(became(relay, 'dora')).toEqual({})
  await openOutbox(page, relay)
  await page.getByRole('button', { name: 'Renew now' }).click()
  await relay.station.until('there is another lease', () => leasesOf('dora') > 1)
  // Kept by the device a moment later.
  await expect(async () => {
    await sign(page, relay, 'dora')
  }).toPass()
})

function leasesOf(user: string): number {
  const isOne = ({ kind, body }: { kind: string; body: Record<string, unknown> }) =>
    kind === 'lease.issued' && body['user'] === user
  return relay.station.records().filter(isOne).length
}

test('two tabs that sign at once take two counts, and both are accepted', { tag: tags }, async ({
  device,
}) => {
  const first = await tabletOf('emma', device)
  const second = await device.page()
  await review(first, relay, 'emma genesys')
  await review(second, relay, 'emma novabio')
  await Promise.all([press(first), press(second)])
  for (const page of [first, second])
    await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
  await openOutbox(first, relay)
  await expect(first.getByText('Accepted', { exact: true })).toHaveCount(2)
  expect(became(relay, 'emma')).toEqual({ 'signature.applied': 2 })
  expect(relay.station.records().filter(({ kind }) => kind === 'key.revoked')).toEqual([])
})

test(
  'a courier carries signatures to another device and receipts back',
  { tag: tags },
  async ({ device, another }, info) => {
    const page = await tabletOf('gina', device)
    await signOut(page)
    await sign(page, relay, 'gina')
    const out = await saved(page, info.outputPath('out.json'))

    const connected = await another.start()
    await signInto(connected, relay, 'qlee')
    await bring(connected, out)
    await expect(connected.getByText('1 signature and 0 receipts taken in.', { exact: false })).toBeVisible()
    await expect(connected.getByText('Accepted', { exact: true })).toBeVisible()
    const back = await saved(connected, info.outputPath('back.json'))

    await bring(page, back)
    await expect(page.getByText('0 signatures and 1 receipt taken in.', { exact: false })).toBeVisible()
    await expect(page.getByText('Accepted', { exact: true })).toBeVisible()
    expect(became(relay, 'gina')).toEqual({ 'signature.applied': 1 })
    // Whoever carries it changes nothing: a note that is not what was signed is nobody’s.
    const forged = readFileSync(out, 'utf8').replaceAll('looked at', 'made up')
    await connected.getByLabel('Import a copy').setInputFiles({
      name: 'forged.json',
      mimeType: 'application/json',
      buffer: Buffer.from(forged),
    })
    await expect(connected.getByText('0 signatures and 0 receipts taken in.', { exact: false })).toBeVisible()
    expect(became(relay, 'gina')).toEqual({ 'signature.applied': 1 })
  },
)

async function saved(page: Page, path: string): Promise<string> {
  await openOutbox(page, relay)
  const loading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save a copy of unsent items' }).click()
  await (await loading).saveAs(path)
  return path
}

async function bring(page: Page, path: string): Promise<void> {
  await openOutbox(page, relay)
  await page.getByLabel('Import a copy').setInputFiles(path)
}
