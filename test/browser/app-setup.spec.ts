import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { password } from '../support/laboratory.ts'
import { AppRelay, expect, signInto, test } from './app.ts'

let relay: AppRelay
test.beforeAll(async () => {
  relay = await AppRelay.start()
})
test.afterAll(() => relay?.station.remove())

test('from the code in the terminal to the first record, in the app alone', { tag: '@oq' }, async ({
  app,
}) => {
  await app.goto(`${relay.url}/sign-in`)
  await app.getByRole('link', { name: 'set it up' }).click()
  await app.getByLabel('User id').fill('asmith')
  await app.getByLabel('One-time code').fill(relay.firstCode)
  for (const label of ['New password', 'New password again'])
    await app.getByLabel(label, { exact: true }).fill(password)
  await app.getByRole('button', { name: 'Set the password and sign in' }).click()
  await expect(app.getByText('You are Anna Smith (asmith).')).toBeVisible()

  const folder = join(relay.station.base, 'second instrument')
  await app.getByRole('button', { name: 'Watch another folder' }).click()
  const dialog = app.getByRole('dialog')
  await dialog.getByLabel('Folder').fill(folder)
  await dialog.getByRole('button', { name: 'Look whether it is there' }).click()
  await expect(dialog.getByRole('alert')).toContainText('There is no such folder')
  mkdirSync(folder)
  await dialog.getByRole('button', { name: 'Look whether it is there' }).click()
  await expect(dialog.getByRole('alert')).toContainText('can be watched')
  await dialog.getByLabel('Project').fill('P-18')
  await dialog.getByLabel('Reason').fill('the second instrument of the group')
  await dialog.getByLabel('Password of Anna Smith (asmith)', { exact: true }).fill(password)
  await dialog.getByRole('button', { name: 'Watch it' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(app.getByText('project P-18')).toBeVisible()

  relay.station.write('report.csv', 'sample,area\n1,204\n')
  await expect(app.getByRole('link', { name: 'report.csv' })).toBeVisible({ timeout: 30_000 })
  const { vkey } = (await (await relay.signedIn('asmith')).call('listTrails', {})).trails[0] ?? {}
  await expect(app.getByText(vkey ?? 'no key')).toBeVisible()
})

test('how the app looks is set on the device, and stays', { tag: '@oq' }, async ({ app }) => {
  await app.goto(`${relay.url}/settings`)
  await app.getByRole('radio', { name: 'High contrast' }).check()
  await app.getByRole('radio', { name: 'For gloves' }).check()
  await app.reload()
  await expect(app.locator('html')).toHaveAttribute('data-theme', 'contrast')
  await expect(app.locator('html')).toHaveAttribute('data-density', 'glove')
  await app.getByRole('link', { name: 'What offline signing can and cannot prove' }).click()
  await expect(app.getByRole('row', { name: /The clock was set back/ })).toBeVisible()
})

test('rules of the site are changed with a reason, and deviations are said', { tag: '@oq' }, async ({
  app,
}) => {
  await signInto(app, relay, 'asmith')
  await app.goto(`${relay.url}/settings/rules`)
  await expect(app.getByText(/Passwords have 12 characters or more; NIST/)).toBeVisible()
  await app.getByRole('button', { name: 'Change passwords and four eyes' }).click()
  const dialog = app.getByRole('dialog')
  await dialog.getByLabel('Characters of a password, at least').fill('15')
  await dialog.getByLabel('Reason').fill('procedure 7 of the site')
  await dialog.getByLabel('Password of Anna Smith (asmith)', { exact: true }).fill(password)
  await dialog.getByRole('button', { name: 'Change', exact: true }).click()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await expect(app.getByText('15 characters or more')).toBeVisible()
  await app.getByRole('link', { name: 'Folders and persons' }).click()
  await expect(app.getByRole('row', { name: new RegExp(relay.station.folder) })).toBeVisible()
})
