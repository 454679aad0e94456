import type { Page } from '@playwright/test'
import { password } from '../support/laboratory.ts'
import { AppRelay, expect, signInto, test } from './app.ts'

let relay: AppRelay
test.beforeAll(async () => {
  relay = await AppRelay.start()
  await relay.people(['bking', 'Bill King', 'administrator'], ['qlee', 'Quinn Lee', 'qa'])
})
test.afterAll(() => relay?.station.remove())

/** In the dialog that is open: the reason, the password, and the button that does it. */
async function give(page: Page, verb: string, word = password): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('as agreed with the head of the laboratory')
  await dialog.getByLabel(/^Password of/).fill(word)
  await dialog.getByRole('button', { name: verb, exact: true }).click()
}

test('an administrator adds somebody, and two let them sign: each act with reason and password', {
  tag: '@oq',
}, async ({ app }) => {
  await signInto(app, relay, 'asmith')
  await app.getByRole('link', { name: 'Accounts' }).click()
  await app.getByRole('button', { name: 'Add an account' }).click()
  const dialog = app.getByRole('dialog')
  await dialog.getByLabel('User id').fill('jdoe')
  await dialog.getByLabel('Full name').fill('Jane Doe')
  await dialog.getByLabel(/^Reviewer/).check()
  // What was typed stays where the relay refuses, and only the password is asked for again.
  await give(app, 'Add', 'not the password at all')
  await expect(dialog.getByRole('alert')).toContainText('The password is wrong.')
  await expect(dialog.getByLabel('User id')).toHaveValue('jdoe')
  await give(app, 'Add')
  const code = (await dialog.getByLabel('One-time code').textContent()) ?? ''
  await dialog.getByRole('button', { name: 'I have it' }).click()
  await expect(app.getByRole('row', { name: /jdoe Jane Doe Reviewer Has a one-time code/ })).toBeVisible()
  await relay.setPassword('jdoe', code)

  await app.reload()
  await app.getByRole('link', { name: 'jdoe', exact: true }).click()
  await app.getByRole('button', { name: 'Propose the right to sign' }).click()
  await app.getByLabel('How their identity was checked').fill('passport shown to Anna Smith')
  await give(app, 'Propose')
  await app.getByRole('button', { name: 'Grant the right to sign' }).click()
  await give(app, 'Grant the right to sign')
  await expect(dialog.getByRole('alert')).toContainText('This takes a second administrator')
  await dialog.getByRole('button', { name: 'Cancel' }).click()

  await app.getByRole('button', { name: 'Sign out' }).click()
  await signInto(app, relay, 'bking')
  await app.goto(`${relay.url}/accounts/person/jdoe`)
  await app.getByRole('button', { name: 'Grant the right to sign' }).click()
  await give(app, 'Grant the right to sign')
  await expect(app.getByRole('region', { name: 'Account jdoe' })).toContainText('May sign since')
  const kinds = relay.station.records().map(({ kind }) => kind)
  expect(kinds).toContain('signer.granted')
})

test('an account is disabled and enabled, and who only looks is offered nothing', {
  tag: '@oq',
}, async ({ app }) => {
  await signInto(app, relay, 'asmith')
  await app.goto(`${relay.url}/accounts/person/bking`)
  await app.getByRole('button', { name: 'Disable' }).click()
  await give(app, 'Disable')
  await expect(app.getByRole('region', { name: 'Account bking' })).toContainText(
    'Nobody can sign in to it until an administrator enables it.',
  )
  await app.getByRole('button', { name: 'Enable' }).click()
  await give(app, 'Enable')
  await expect(app.getByRole('row', { name: /bking Bill King Administrator Active/ })).toBeVisible()
  await app.getByRole('button', { name: 'Sign out' }).click()

  await signInto(app, relay, 'qlee')
  await app.goto(`${relay.url}/accounts/person/bking`)
  await expect(app.getByRole('region', { name: 'Account bking' })).toBeVisible()
  await expect(app.getByRole('button', { name: 'Disable' })).toHaveCount(0)
  await expect(app.getByRole('button', { name: 'Add an account' })).toHaveCount(0)
})

test('QA reviews the accounts as they were shown', { tag: '@oq' }, async ({ app }) => {
  await signInto(app, relay, 'qlee')
  await app.goto(`${relay.url}/accounts/review`)
  await expect(app.getByRole('row', { name: /qlee Quinn Lee QA Active/ })).toBeVisible()
  await app.getByRole('button', { name: 'These accounts are as they should be' }).click()
  await give(app, 'Record the review')
  await expect(app.getByText(/qlee reviewed the accounts last/)).toBeVisible()
})
