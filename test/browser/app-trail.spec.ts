import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import type { Page } from '@playwright/test'
import { AppRelay, expect, signInto, test } from './app.ts'

/* The list of records in the app: what is filtered, and how many there are, is held against the relay's own trail. */

let relay: AppRelay

test.beforeAll(async () => {
  relay = await AppRelay.start()
  await relay.people(['audrey', 'Audrey Moss', 'auditor'])
  for (let run = 1; run <= 12; run++) relay.station.write(`batch-41/run-${run}.csv`, `area\n${run}\n`)
  relay.station.write('batch-42/notes.txt', 'column 7')
  await relay.station.settled()
  rmSync(join(relay.station.folder, 'batch-42/notes.txt'))
  await relay.station.settled()
  await relay.station.stop()
  await relay.again()
})
test.afterAll(() => relay?.station.remove())

const isData = ({ kind }: { readonly kind: string }) => /^(?:file|dataset)\./.test(kind)
const found = (page: Page) =>
  page
    .getByRole('main')
    .getByRole('status')
    .filter({ hasText: / records?( of |$)/ })

/** How many of the relay's own records are like that, and how many there are. */
function truth(is: (record: TrailRecord) => boolean): string {
  const all = relay.station.records()
  const count = all.filter(is).length
  return `${count} ${count === 1 ? 'record' : 'records'} of ${all.length}`
}

/** Of a part of the axis. */
function countIn(text: string): number {
  return Number(/: ([\d,]+) records?/.exec(text)?.[1]?.replace(',', ''))
}

test('a filter set by hand shows what the trail has of it, and its address shows the same to others', {
  tag: '@oq',
}, async ({ app }) => {
  await signInto(app, relay, 'audrey')
  await app.getByRole('button', { name: 'Kind' }).click()
  await app.getByRole('checkbox', { name: 'File created' }).check()
  await app.getByRole('checkbox', { name: 'File deleted' }).check()
  await app.keyboard.press('Escape')
  const isOne = (kind: string) => kind === 'file.created' || kind === 'file.deleted'
  await expect(found(app)).toHaveText(truth(({ kind }) => isOne(kind)))
  await app.getByRole('searchbox', { name: 'Search paths and subjects' }).fill('batch-42 NOTES')
  await expect(found(app)).toHaveText(
    truth(({ kind, body }) => isOne(kind) && body['path'] === 'batch-42/notes.txt'),
  )
  await expect(app.getByRole('grid').getByRole('row')).toHaveCount(2)
  const address = app.url()

  await app.getByRole('button', { name: 'Clear' }).click()
  await expect(found(app)).toHaveText(`${relay.station.records().length} records`)
  await app.goto(address)
  await expect(found(app)).toHaveText(/^2 records of /)
  await expect(app.getByRole('grid').getByRole('row')).toHaveCount(2)
  await app.goto(`${relay.url}/?text=no-such-file`)
  await expect(app.getByText('No record is like that.')).toBeVisible()
})

test('the time axis has all that is found, says when nobody looked, and a part of it can be gone into and left', {
  tag: '@oq',
}, async ({ app }) => {
  await signInto(app, relay, 'audrey')
  const axis = app.getByRole('figure')
  // Between its set-up and its first start, and once more.
  await expect(axis).toContainText('relay not running 2 times')
  const parts = axis.getByRole('button', { name: /^Show only / })
  const counts = async () =>
    Promise.all(
      (await parts.all()).map(async (part) => countIn((await part.getAttribute('aria-label')) ?? '')),
    )
  const all = relay.station.records().length
  await expect.poll(async () => (await counts()).reduce((sum, one) => sum + one, 0)).toBe(all)
  const last = (await counts()).at(-1)
  await parts.last().click()
  await expect(found(app)).toHaveText(
    `${last} ${last === 1 ? 'record' : 'records'} of ${relay.station.records().length}`,
  )
  await axis.getByRole('button', { name: 'All times' }).click()
  await expect(found(app)).toHaveText(`${relay.station.records().length} records`)
})

test('captures are counted by day, and a day can be gone into', { tag: '@oq' }, async ({ app }) => {
  await signInto(app, relay, 'audrey')
  await app.getByRole('button', { name: 'Captures per day' }).click()
  const picture = app.getByRole('figure')
  const captures = relay.station.records().filter(isData)
  const days = new Set(captures.map(({ time }) => new Date(time).toDateString()))
  await picture.getByText('Each day', { exact: true }).click()
  await expect(picture.getByRole('listitem')).toHaveCount(days.size)
  const shown = await picture.getByRole('listitem').locator('span').allTextContents()
  expect(shown.reduce((sum, one) => sum + Number(one.replace(',', '')), 0)).toBe(captures.length)
  await picture.getByRole('listitem').getByRole('button').first().click()
  const newest = new Date(captures.at(-1)?.time ?? 0).toDateString()
  await expect(found(app)).toHaveText(truth(({ time }) => new Date(time).toDateString() === newest))
  await picture.getByRole('button', { name: 'Show the time axis' }).click()
  await expect(picture.getByRole('button', { name: /^Show only / }).first()).toBeVisible()
})

test('how long records had waited for this device is shown, once some came after it met the trail', {
  tag: '@oq',
}, async ({ app }) => {
  await signInto(app, relay, 'audrey')
  await app.goto(`${relay.url}/outbox`)
  const lag = app.getByRole('region', { name: 'How far this device was behind' })
  await expect(lag).toHaveText(/Nothing has come since this device took in the trail\.$/)
  // As if it had met the trail an hour ago: of checkpoints it keeps no more than one a minute.
  await app.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('relay-log')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const change = opening.result.transaction('sightings', 'readwrite')
          const rows = change.objectStore('sightings').openCursor()
          rows.onsuccess = () => {
            const row = rows.result
            if (row === null) return
            row.update({ ...row.value, at: row.value.at - 3_600_000 })
            row.continue()
          }
          change.oncomplete = () => {
            opening.result.close()
            resolve()
          }
          change.onerror = () => reject(change.error)
        }
      }),
  )
  relay.station.write('later.csv', 'area,1\n')
  await relay.station.recordOf('later.csv')
  await expect(lag).toContainText('records waited for this device under a minute', { timeout: 60_000 })
  await lag.getByText('Each day', { exact: true }).click()
  await expect(lag.getByRole('listitem')).toHaveText(/^\d{4}-\d\d-\d\dunder a minute$/)
})

test('a page that is open says that the relay is gone before it would have asked again, and finds it when it is back', {
  tag: '@oq',
}, async ({ app }) => {
  await signInto(app, relay, 'audrey')
  await relay.station.stop('SIGKILL')
  // Without the stream that broke off it is asked every 30 s.
  await expect(app.getByRole('banner').getByText(/^Offline since/)).toBeVisible({ timeout: 20_000 })
  await relay.again()
  // It has ended all sessions.
  await expect(app.getByRole('banner').getByText(/^Not signed in/)).toBeVisible()
})
