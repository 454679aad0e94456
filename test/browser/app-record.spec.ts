import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { brukerRun, writeRun } from '../support/instrument.ts'
import { Laboratory } from '../support/laboratory.ts'
import { AppRelay, expect, signInto, test } from './app.ts'

/* A record's page, against a real relay with real signatures: what it shows, what it checks, and whose a file is. */

const out = join(import.meta.dirname, '../out/app-record')
let relay: AppRelay

test.beforeAll(async () => {
  test.setTimeout(240_000)
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  relay = await AppRelay.start()
  await relay.people(['qlee', 'Quinn Lee', 'qa'])
  const { station } = relay
  const people = new Laboratory(station, String(relay.port))
  const jane = await people.signing('jdoe', 'Jane Doe')
  station.write('notes/result.csv', 'a,b\n1,2\n')
  station.write('notes/second.csv', 'c\n')
  writeRun(join(station.folder, 'menthol'), brukerRun())
  await station.until('all three are recorded', ({ units }) => units.recorded === 3)
  station.write('notes/result.csv', 'a,b\n1,3,4\n')
  await station.scan()
  await station.settled()
  const signed = { count: 1, meaning: 'reviewed', reason: 'integration checked' } as const
  await people.sign(jane, seqOf('notes/result.csv'), signed)
  await station.settled()
})
test.afterAll(() => relay?.station.remove())

function seqOf(path: string, kind = /^(?:file|dataset)\./): number {
  const found = relay.station.records().filter((one) => kind.test(one.kind) && one.body['path'] === path)
  const last = found.at(-1)
  if (last === undefined) throw new Error(`nothing is recorded of ${path}`)
  return last.seq
}

async function open(page: Page, seq: number): Promise<void> {
  const trail = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const opening = indexedDB.open('relay-log')
        opening.onsuccess = () => {
          const asked = opening.result.transaction('trails').objectStore('trails').getAllKeys()
          asked.onsuccess = () => {
            opening.result.close()
            resolve(String(asked.result[0]))
          }
        }
      }),
  )
  await page.goto(`${relay.url}/record/${trail}/${seq}`)
  await page.getByRole('heading', { name: 'When' }).waitFor()
}

test('a signed record is shown with its signature, its versions and what proves its time, and verifies here', async ({
  app: page,
}) => {
  await signInto(page, relay, 'qlee')
  await open(page, seqOf('notes/result.csv'))
  const signature = page.getByRole('region', { name: 'Signatures' })
  await expect(signature).toContainText('Reviewed by Jane Doe')
  await expect(signature).toContainText('integration checked')
  await expect(signature).toContainText(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC/)
  await expect(page.getByRole('region', { name: 'When' })).toContainText('by the clock of the relay')
  await expect(page.getByRole('region', { name: 'When' })).toContainText('by the clock of this device')
  await expect(page.getByRole('region', { name: 'Versions and links' })).toContainText('larger by 2 bytes')
  await page.getByRole('button', { name: 'Verify now' }).click()
  const anchored = page.getByRole('region', { name: 'Where it is anchored' })
  await expect(anchored).toContainText('All 5 steps hold')
  await expect(anchored).toContainText('The e-signature in record')
  await expect(anchored).toContainText('MAC-checked by the relay')
})

test('a line that was changed on the disk of the device does not verify, and the page says which step', async ({
  app: page,
}) => {
  await signInto(page, relay, 'jdoe')
  const seq = seqOf('notes/second.csv')
  await open(page, seq)
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('relay-log')
        opening.onsuccess = () => {
          const bundles = opening.result.transaction('bundles', 'readwrite').objectStore('bundles')
          const asked = bundles.getAll()
          asked.onsuccess = () => {
            const [row] = asked.result
            const text = new TextDecoder('latin1').decode(row.bytes)
            // One letter, in a place that leaves it an entry of the right form.
            const at = text.indexOf('second.csv')
            row.bytes = row.bytes.slice()
            row.bytes[at] = 'z'.charCodeAt(0)
            const put = bundles.put(row)
            put.onsuccess = () => {
              opening.result.close()
              resolve()
            }
            put.onerror = () => reject(put.error)
          }
        }
      }),
  )
  await page.getByRole('button', { name: 'Verify now' }).click()
  const anchored = page.getByRole('region', { name: 'Where it is anchored' })
  await expect(anchored).toContainText('1 step does not hold')
  await expect(anchored).toContainText('The leaf does not make the root of the checkpoint')
})

test('a file is the record’s, another’s or nobody’s by its content, and a folder is the data set', async ({
  app: page,
}) => {
  await signInto(page, relay, 'jdoe')
  await open(page, seqOf('menthol'))
  const find = page.getByRole('region', { name: 'Is this the file?' })
  const [files, folder] = [find.locator('input[type=file]').first(), find.locator('input[type=file]').last()]

  cpSync(join(relay.station.folder, 'menthol'), join(out, 'copied'), { recursive: true })
  await folder.setInputFiles(join(out, 'copied'))
  await expect(find).toContainText('Yes: copied is the whole data set')

  await files.setInputFiles(join(out, 'copied/fid'))
  await expect(find).toContainText('Yes: this is the file fid of the data set')

  await files.setInputFiles(join(relay.station.folder, 'notes/second.csv'))
  await expect(find).toContainText('No: this content is of another record')
  await find.getByRole('link', { name: `record ${seqOf('notes/second.csv')}` }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`record ${seqOf('notes/second.csv')}`)

  writeFileSync(join(out, 'second.csv'), 'forged')
  await page.locator('input[type=file]').first().setInputFiles(join(out, 'second.csv'))
  await expect(page.getByRole('region', { name: 'Is this the file?' })).toContainText(
    'No: no record on this device has this content',
  )
  expect(existsSync(join(out, 'copied/fid'))).toBe(true)
})
