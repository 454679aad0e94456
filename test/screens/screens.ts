import type { Page } from '@playwright/test'
import { password } from '../support/laboratory.ts'
import type { ShownSite } from './site.ts'

/** One screen of the app as somebody sees it. */
export interface Screen {
  readonly name: string
  readonly path: string
  /** What stands there once all of it is there. */
  readonly says: string | RegExp
  /** CSS pixels; 1280 unless given. */
  readonly width?: number
  readonly density?: 'compact' | 'touch' | 'glove'
  /** What is done on it before it is looked at. */
  act?(page: Page): Promise<void>
}

/** What somebody sees, in the order they come to it. */
export interface Sitting {
  /** Null: nobody is signed in. */
  readonly who: string | null
  /** What is done first. */
  before?(page: Page, site: ShownSite): Promise<void>
  readonly screens: readonly Screen[]
}

const press = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).click()
const narrow = { width: 390, density: 'touch' } as const

/** Every screen of the app; each theme is put on each. */
export const sittings: readonly Sitting[] = [
  {
    who: null,
    screens: [
      { name: 'sign-in', path: '/sign-in', says: 'I have a one-time code' },
      { name: 'sign-in-narrow', path: '/sign-in', says: 'I have a one-time code', ...narrow },
      { name: 'code', path: '/sign-in/code', says: 'One-time code' },
      { name: 'signed-in', path: '/signed-in', says: 'The identity provider has sent nothing.' },
      { name: 'setup-code', path: '/setup', says: 'One-time code' },
      { name: 'exports-signed-out', path: '/exports', says: 'to have an export made' },
      { name: 'trail-signed-out', path: '/', says: '0 records' },
      { name: 'nowhere', path: '/no/such/place', says: 'There is nothing here' },
    ],
  },
  {
    who: 'asmith',
    before: async (page, { relay }) => {
      await page.goto(`${relay.url}/settings/programs`)
      await press('Issue a token')(page)
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Program').fill('LIMS of building 4')
      await dialog.getByLabel('Reason').fill('results go there')
      await dialog.getByLabel(/^Password of/).fill(password)
      await press('Issue it')(page)
      await press('I have it')(page)
      await press('Send records somewhere')(page)
      await dialog.getByLabel('Where to').fill('https://lims.example.com/records')
      await dialog.getByLabel('Reason').fill('results go there')
      await dialog.getByLabel(/^Password of/).fill(password)
      await press('Send them')(page)
      await press('I have it')(page)
    },
    screens: [
      { name: 'setup', path: '/setup', says: 'records of data, the newest first' },
      { name: 'accounts', path: '/accounts', says: '6 accounts' },
      { name: 'accounts-narrow', path: '/accounts', says: '6 accounts', ...narrow },
      { name: 'account', path: '/accounts/person/jdoe', says: 'May sign since' },
      { name: 'account-add', path: '/accounts', says: '6 accounts', act: press('Add an account') },
      { name: 'settings', path: '/settings', says: 'High contrast' },
      { name: 'rules', path: '/settings/rules', says: /Passwords have \d+ characters or more/ },
      { name: 'rules-steps', path: '/settings/rules', says: 'Recovery file', act: openSteps },
      { name: 'rules-identity', path: '/settings/rules', says: 'Recovery file', act: openIdentity },
      { name: 'rules-time-stamps', path: '/settings/rules', says: 'Recovery file', act: openStamps },
      { name: 'programs', path: '/settings/programs', says: 'https://lims.example.com/records' },
      {
        name: 'programs-narrow',
        path: '/settings/programs',
        says: 'https://lims.example.com/records',
        ...narrow,
      },
      {
        name: 'programs-add',
        path: '/settings/programs',
        says: 'https://lims.example.com/records',
        act: press('Send records somewhere'),
      },
      { name: 'folders', path: '/settings/folders', says: 'P-17' },
      { name: 'folder-add', path: '/setup', says: 'P-17', act: press('Watch another folder') },
      { name: 'help', path: '/help', says: 'The clock was set back' },
    ],
  },
  {
    who: 'qlee',
    before: async (page, { relay }) => {
      await page.goto(`${relay.url}/exports`)
      await page.getByLabel('Reason').fill('for the inspection in March')
      await page.getByLabel('Your password').fill(password)
      await page.getByRole('button', { name: 'Make the export' }).click()
      await page.getByRole('button', { name: 'Save the bag (zip)' }).waitFor({ timeout: 120_000 })
    },
    screens: [
      { name: 'exports', path: '/exports', says: 'Save the bag (zip)' },
      { name: 'exports-narrow', path: '/exports', says: 'Save the bag (zip)', ...narrow },
      { name: 'review', path: '/accounts/review', says: 'These accounts are as they should be' },
      { name: 'exceptions', path: '/exceptions', says: 'captures to answer for' },
      { name: 'exceptions-narrow', path: '/exceptions', says: 'captures to answer for', ...narrow },
      {
        name: 'exceptions-signatures',
        path: '/exceptions?show=signatures',
        says: 'Signatures that do not count',
      },
      { name: 'exceptions-changed', path: '/exceptions?show=changed', says: 'batch-41/report.csv' },
      { name: 'exceptions-gaps', path: '/exceptions?show=gaps', says: 'Relay started' },
    ],
  },
  {
    who: 'jdoe',
    before: async (page, { relay }) => {
      await page.goto(`${relay.url}/outbox`)
      await page.getByLabel('Name of this device').fill('tablet-1')
      await page.getByLabel('Password of jdoe', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Enrol this device' }).click()
      await page.getByText(/may sign offline until/).waitFor()
      await sign(page, relay.url, 'batch-41/menthol')
      await page.goto(`${relay.url}/outbox`)
      await page.getByText('Accepted', { exact: true }).waitFor()
    },
    screens: [
      { name: 'trail', path: '/', says: / records$/ },
      { name: 'trail-days', path: '/', says: / records$/, act: openDays },
      { name: 'trail-filtered', path: '/?text=batch&state=unsigned', says: 'batch-42', act: chooseKind },
      { name: 'trail-narrow', path: '/', says: / records$/, ...narrow },
      { name: 'menu-narrow', path: '/', says: / records$/, ...narrow, act: press('Menu') },
      { name: 'menu-compact', path: '/', says: / records$/, width: 390, act: press('Menu') },
      { name: 'menu-glove', path: '/', says: / records$/, width: 390, density: 'glove', act: press('Menu') },
      { name: 'trail-tablet', path: '/', says: / records$/, width: 1024, density: 'touch' },
      { name: 'trail-glove', path: '/', says: / records$/, density: 'glove' },
      { name: 'trail-tiny', path: '/', says: / records$/, width: 320, density: 'touch' },
      { name: 'record', path: '/?text=report.csv&kind=file.changed', says: 'batch-41', act: openFirst },
      { name: 'record-signed', path: '/?text=menthol&state=reviewed', says: 'menthol', act: openAndVerify },
      {
        name: 'record-narrow',
        path: '/?text=menthol&state=reviewed',
        says: 'menthol',
        ...narrow,
        act: openFirst,
      },
      { name: 'sign', path: '/sign?text=batch&state=unsigned', says: /reviewed \d+ of \d+/ },
      {
        name: 'sign-narrow',
        path: '/sign?text=batch&state=unsigned',
        says: /reviewed \d+ of \d+/,
        ...narrow,
      },
      {
        name: 'sign-glove',
        path: '/sign?text=batch&state=unsigned',
        says: 'Exactly',
        density: 'glove',
        act: unfold,
      },
      { name: 'outbox', path: '/outbox', says: 'Accepted' },
      { name: 'outbox-narrow', path: '/outbox', says: 'Accepted', ...narrow },
      { name: 'password', path: '/password', says: 'New password again' },
    ],
  },
  {
    who: 'jdoe',
    before: async (page, { relay }) => {
      await relay.station.stop()
      await sign(page, relay.url, 'batch-42')
    },
    screens: [
      { name: 'trail-offline', path: '/?text=batch', says: 'Signed here, not confirmed' },
      { name: 'trail-offline-narrow', path: '/?text=batch', says: 'Signed here, not confirmed', ...narrow },
      { name: 'outbox-offline', path: '/outbox', says: 'Signed on this tablet, not yet confirmed' },
      { name: 'sign-out', path: '/outbox', says: 'Signed on this tablet, not yet confirmed', act: leave },
    ],
  },
]

async function sign(page: Page, url: string, text: string): Promise<void> {
  await page.goto(`${url}/sign?${new URLSearchParams({ text, state: 'unsigned' })}`)
  const boxes = page.getByRole('list', { name: 'Records to be reviewed' }).getByRole('checkbox')
  await boxes.first().waitFor()
  for (const box of await boxes.all()) await box.check()
  await page.getByLabel('Reason').fill('spectra and integration looked at')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign as reviewed' }).click()
  await page.getByText('Signed on this tablet', { exact: true }).waitFor({ timeout: 60_000 })
}

async function chooseKind(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Kind: all' }).click()
  await page.getByRole('dialog', { name: 'Kind' }).waitFor()
}

async function openFirst(page: Page): Promise<void> {
  await page.getByRole('grid').getByRole('row').first().click()
  await page.getByRole('heading', { name: 'Where it is anchored' }).waitFor()
}

async function openAndVerify(page: Page): Promise<void> {
  await openFirst(page)
  await page.getByRole('button', { name: 'Verify now' }).click()
  await page.getByText(/All \d+ steps hold/).waitFor()
}

async function unfold(page: Page): Promise<void> {
  await page.getByText('Exactly what is signed').click()
}

async function openSteps(page: Page): Promise<void> {
  await press('Change the order of signing')(page)
  await press('Add this step')(page)
}

async function openIdentity(page: Page): Promise<void> {
  await press('Change the identity provider')(page)
  await page.getByRole('radio', { name: 'The one of the site' }).check()
}

async function openStamps(page: Page): Promise<void> {
  await press('Change time stamps')(page)
  await page.getByRole('radio', { name: 'The one of the site' }).check()
}

async function openDays(page: Page): Promise<void> {
  await press('Captures per day')(page)
  await page.getByText('Each day', { exact: true }).click()
}

async function leave(page: Page): Promise<void> {
  await press('Sign out')(page)
  await page.getByRole('alertdialog').waitFor()
}
