import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { password } from '../support/laboratory.ts'
import { AppRelay, expect, test } from './app.ts'
import { say } from './ask.ts'
import { enrol, reason } from './tablet.ts'

/*
 * From a relay that nobody has signed in at to a bag that holds against paper: what people do is done in the app, each in
 * a tab of their own, and what one of them tells another goes from screen to screen as it would by word of mouth.
 */

const PLACE = '../shared/instrument-data/nmr/bruker-1d/AN-menthol/10'
const source = join(import.meta.dirname, '../..', PLACE)

test(
  'first run, first record, signature, sealed export and verified bag, all in the app',
  {
    tag: ['@oq', '@pq'],
  },
  async ({ app: asmith }, info) => {
    if (!existsSync(source)) return say(`skipped: not present: ${PLACE}`)
    test.setTimeout(600_000)
    const relay = await AppRelay.start()
    const tab = () => asmith.context().newPage()
    try {
      await asmith.goto(`${relay.url}/sign-in`)
      await asmith.getByRole('link', { name: 'set it up' }).click()
      await fillCode(asmith, 'asmith', relay.firstCode)
      await expect(asmith.getByText('You are Anna Smith (asmith).')).toBeVisible()
      const folder = join(relay.station.base, 'nmr 400')
      mkdirSync(folder)
      await asmith.getByRole('button', { name: 'Watch another folder' }).click()
      await asmith.getByRole('textbox', { name: 'Folder' }).fill(folder)
      await asmith.getByRole('textbox', { name: 'Project' }).fill('P-18')
      await give(asmith, 'Watch it')
      await expect(asmith.getByText('project P-18')).toBeVisible()
      cpSync(source, join(folder, 'menthol'), { recursive: true })
      const record = asmith.getByRole('link', { name: /menthol/ })
      await expect(record).toBeVisible()

      await asmith.getByRole('link', { name: 'Add people' }).click()
      const bking = await newcomer(relay, asmith, await tab(), 'bking', 'Bill King', 'Administrator')
      const jdoe = await newcomer(relay, asmith, await tab(), 'jdoe', 'Jane Doe', 'Reviewer')
      const audrey = await newcomer(relay, asmith, await tab(), 'audrey', 'Audrey Moss', 'Auditor')
      await act(relay, asmith, 'jdoe', 'Propose the right to sign', 'Propose', {
        'How their identity was checked': 'passport shown to Anna Smith',
      })
      await act(relay, bking, 'jdoe', 'Grant the right to sign', 'Grant the right to sign')
      await expect(bking.getByText(/May sign since/)).toBeVisible()

      await enrol(jdoe, 'jdoe')
      await jdoe.getByRole('link', { name: 'Trail' }).click()
      await jdoe.getByRole('row', { name: /menthol.*Unsigned/ }).click()
      await jdoe.getByRole('button', { name: 'Review and sign' }).click()
      await jdoe.getByRole('checkbox', { name: /menthol/ }).check()
      await jdoe.getByLabel('Reason').fill(reason)
      await jdoe.getByLabel('Password', { exact: true }).fill(password)
      await jdoe.getByRole('button', { name: 'Sign as reviewed' }).click()
      await jdoe.getByRole('link', { name: 'See it in the outbox' }).click()
      await expect(jdoe.getByText('Accepted', { exact: true })).toBeVisible()

      await audrey.getByRole('row', { name: /menthol.*Reviewed/ }).waitFor()
      await audrey.getByRole('link', { name: 'Export all' }).click()
      const keys = audrey.getByRole('region', { name: 'Keys and fingerprints' })
      const printed = (await keys.locator('code').first().textContent()) ?? ''
      await audrey.getByLabel('Reason').fill('for the inspection in March')
      await audrey.getByLabel('Your password').fill(password)
      await audrey.getByRole('button', { name: 'Make the export' }).click()
      const loading = audrey.waitForEvent('download')
      await audrey.getByRole('button', { name: 'Save the bag (zip)' }).click()
      const bag = info.outputPath('bag.zip')
      await (await loading).saveAs(bag)

      await audrey.getByRole('button', { name: 'Sign out' }).click()
      await audrey.getByRole('radio', { name: 'Fingerprints from paper' }).check()
      await audrey.getByLabel(/Fingerprint of each key/).fill(printed)
      await audrey.locator('input[accept*=zip]').setInputFiles(bag)
      const found = audrey.getByRole('region', { name: 'What was found' })
      await expect(found).toContainText('No findings: everything that was checked holds.')
      await expect(found).toContainText('1 e-signature')
      const isIn = audrey.getByRole('group', { name: 'Is this file in it?' })
      await isIn.locator('input[type=file]').last().setInputFiles(join(folder, 'menthol'))
      await expect(audrey.getByText(/^✓ The whole data set of record \d+\.$/)).toBeVisible()

      const verified = relay.station.tryRelay('verify', bag, '--fingerprint', printed)
      expect(verified).toMatchObject({ code: 0, error: '' })
    } finally {
      await relay.station.remove()
    }
  },
)

/** The password of somebody who was told a one-time code, set by themselves. */
async function fillCode(page: Page, user: string, code: string): Promise<void> {
  await page.getByLabel('User id').fill(user)
  await page.getByLabel('One-time code').fill(code)
  for (const label of ['New password', 'New password again'])
    await page.getByLabel(label, { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Set the password and sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

/** In the dialog that is open: the reason, the password, and the button that does it. */
async function give(page: Page, verb: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('as agreed with the head of the laboratory')
  await dialog.getByLabel(/^Password of/).fill(password)
  await dialog.getByRole('button', { name: verb, exact: true }).click()
}

/** Added by an administrator, and signed in at a tab of their own. */
async function newcomer(
  relay: AppRelay,
  admin: Page,
  own: Page,
  user: string,
  name: string,
  role: string,
): Promise<Page> {
  await admin.getByRole('button', { name: 'Add an account' }).click()
  await admin.getByLabel('User id', { exact: true }).fill(user)
  await admin.getByLabel('Full name').fill(name)
  await admin.getByLabel(new RegExp(`^${role}`)).check()
  await give(admin, 'Add')
  const code = (await admin.getByLabel('One-time code').textContent()) ?? ''
  await admin.getByRole('button', { name: 'I have it' }).click()
  await own.goto(`${relay.url}/sign-in/code`)
  await fillCode(own, user, code)
  return own
}

/** One act on somebody’s account. */
async function act(
  relay: AppRelay,
  admin: Page,
  user: string,
  title: string,
  verb: string,
  fields: { readonly [label: string]: string } = {},
): Promise<void> {
  await admin.goto(`${relay.url}/accounts/person/${user}`)
  await admin.getByRole('button', { name: title }).click()
  for (const [label, text] of Object.entries(fields)) await admin.getByLabel(label).fill(text)
  await give(admin, verb)
  await admin.getByRole('dialog').waitFor({ state: 'detached' })
}
