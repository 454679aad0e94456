import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { password } from '../support/laboratory.ts'
import { AppRelay, expect, signInto, test } from './app.ts'

/* Exports of a real relay, asked for and checked in the app: what is filtered and nothing else, signed in or not. */

const out = join(import.meta.dirname, '../out/app-export')
const bag = join(out, 'bag.zip')
let relay: AppRelay

test.beforeAll(async () => {
  test.setTimeout(240_000)
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  relay = await AppRelay.start()
  await relay.people(['audrey', 'Audrey Moss', 'auditor'])
  relay.station.write('alpha/a.csv', 'a\n')
  relay.station.write('beta/b.csv', 'b\n')
  await relay.station.until('both are recorded', ({ units }) => units.recorded === 2)
  await relay.station.settled()
})
test.afterAll(() => relay?.station.remove())

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

async function check(page: Page, path: string): Promise<void> {
  await section(page, 'Check an export').locator('input[accept]').setInputFiles(path)
  await page.getByRole('region', { name: 'What was found' }).waitFor()
}

test('what is filtered is exported, a search by words is not widened, and the bag holds where it was saved', async ({
  app: page,
}) => {
  test.setTimeout(180_000)
  await signInto(page, relay, 'audrey')
  await page.goto(`${relay.url}/?kind=file.created&text=alpha`)
  await page.getByText('1 record of').waitFor()
  await page.getByRole('link', { name: 'Export what is found' }).click()
  const make = section(page, 'Make an export')
  await expect(make).toContainText('“alpha” is found in 1 record; without the words it is 2 records')
  await expect(make.getByRole('button', { name: 'Make the export' })).toHaveCount(0)
  await make.getByRole('link', { name: 'Export all 2 records without the words' }).click()

  await make.getByLabel('Reason').fill('for the inspection in March')
  await make.getByLabel('Your password').fill('wrong wrong wrong 1')
  await make.getByRole('button', { name: 'Make the export' }).click()
  await expect(make.getByRole('alert')).not.toBeEmpty()
  await make.getByLabel('Your password').fill(password)
  await make.getByRole('button', { name: 'Make the export' }).click()

  const made = section(page, 'Exports of the last 24 hours')
  await expect(made).toContainText('Kind File created')
  const save = made.getByRole('button', { name: 'Save the bag (zip)' })
  await save.waitFor({ timeout: 60_000 })
  const [download] = await Promise.all([page.waitForEvent('download'), save.click()])
  await download.saveAs(bag)

  await check(page, bag)
  const found = page.getByRole('region', { name: 'What was found' })
  await expect(found).toContainText('No findings: everything that was checked holds.')
  await expect(found).toContainText('kinds "file.created"')
  await expect(found).toContainText('asked for byAudrey Moss (audrey)')
  await section(page, 'Check an export')
    .getByLabel('Is this file in it?')
    .locator('input[type=file]')
    .first()
    .setInputFiles(join(relay.station.folder, 'alpha/a.csv'))
  await expect(page.getByText(/The file of record \d+/)).toBeVisible()
})

test('without anybody signed in a bag is checked against paper, and one that was changed does not hold', async ({
  app: page,
}) => {
  expect(existsSync(bag)).toBe(true)
  const prints = relay.station.relay('keys', '--data', relay.station.data)
  const [print = ''] = /(?:[0-9a-f]{8} ){7}[0-9a-f]{8}/.exec(prints) ?? []
  await page.goto(`${relay.url}/exports`)
  await page.getByText('to have an export made: that needs the relay').waitFor()
  const checking = section(page, 'Check an export')

  await check(page, bag)
  await expect(page.getByRole('region', { name: 'What was found' })).toContainText(
    'Give the fingerprints above',
  )

  await checking.getByLabel(/Fingerprint of each key/).fill(print)
  await checking.getByRole('button', { name: 'Check again' }).click()
  await expect(page.getByRole('region', { name: 'What was found' })).toContainText(
    'No findings: everything that was checked holds.',
  )

  const bytes = readFileSync(bag)
  const at = bytes.indexOf('records.json')
  bytes[at + 60] = (bytes[at + 60] ?? 0) ^ 1
  writeFileSync(join(out, 'changed.zip'), bytes)
  await checking.locator('input[accept]').setInputFiles(join(out, 'changed.zip'))
  await expect(checking).toContainText(/✗|cannot be read|no export/)
})
