import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { relayWithNewerApp } from '../support/changed-relay.ts'
import { password } from '../support/laboratory.ts'
import { Workstation } from '../support/workstation.ts'
import { AppRelay, expect, signInto, test } from './app.ts'
import { enrol, openOutbox, pending, press, review, sign } from './tablet.ts'

/* What is begun or signed and not sent yet: nothing of it is lost, and what becomes of it is said plainly. */

test.describe.configure({ timeout: 240_000 })
const tag = ['@oq', '@challenge']
const turned = '\u202egpj.exe report.txt'
const markup = '<img src=x onerror=alert(1)>&lt;b&gt;'

let relay: AppRelay
test.beforeAll(async () => {
  test.setTimeout(240_000)
  relay = await AppRelay.start()
  for (const what of ['leave', 'expire', 'update', 'beside', 'long', 'cleared', 'evicted'])
    relay.station.write(`${what}/report.csv`, `${what}\n`)
  relay.station.write(`${markup}.csv`, 'a,b\n')
  relay.station.write(turned, 'a,b\n')
  await relay.people(['bking', 'Bill King', 'administrator'], ['jdoe', 'Jane Doe', 'reviewer'])
  await relay.allow('jdoe')
  await relay.station.until('all is recorded', ({ units }) => units.recorded === 9)
  await relay.station.settled()
})
test.afterAll(() => relay?.station.remove())

async function ready(page: Page): Promise<void> {
  await signInto(page, relay, 'jdoe')
  await enrol(page, 'jdoe')
}

/** Signs while the relay is gone. */
async function signAlone(page: Page, text: string): Promise<void> {
  await review(page, relay, text)
  await relay.station.stop('SIGKILL')
  await press(page)
  await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
}

async function isAccepted(page: Page): Promise<void> {
  await signInto(page, relay, 'jdoe')
  await openOutbox(page, relay)
  await expect(page.getByText('Accepted', { exact: true })).toBeVisible()
  await expect(page.getByText('Nothing waits to be sent')).toBeVisible()
}

test('where the part that signs cannot be loaded that is said, and signing goes on once it can', {
  tag,
}, async ({ app }) => {
  await ready(app)
  // A browser that is short of room clears any of it.
  const cleared = await app.evaluate(async () => {
    const found: string[] = []
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys())
        if (request.url.includes('/signing-worker') && (await cache.delete(request))) found.push(request.url)
    }
    return found
  })
  expect(cleared).toHaveLength(1)
  const browser = await app.context().newCDPSession(app)
  await browser.send('Network.clearBrowserCache')
  await relay.station.stop('SIGKILL')
  await review(app, relay, 'cleared')
  await press(app)
  await expect(app.getByText(/The part of the app that signs could not be loaded/)).toBeVisible()
  await relay.again()
  await press(app)
  await expect(app.getByText('Signed on this tablet', { exact: true })).toBeVisible()
})

test('what a browser has cleared is said, with what was lost, until somebody has seen it', {
  tag,
}, async ({ app }) => {
  await ready(app)
  await signAlone(app, 'evicted')
  await openOutbox(app, relay)
  await expect(app.getByText(pending)).toBeVisible()
  // As it clears a site when it runs out of room: databases, and what was kept of the app itself.
  const browser = await app.context().newCDPSession(app)
  await browser.send('Storage.clearDataForOrigin', {
    origin: relay.url,
    storageTypes: 'indexeddb,cache_storage,service_workers',
  })
  await relay.again()
  await app.goto(relay.url)
  const notice = app.getByRole('alert').filter({ hasText: 'The browser has cleared' })
  await expect(notice).toContainText(
    'the signing key of jdoe, and 1 signature that the relay had not confirmed',
  )
  await app.reload()
  await expect(notice).toContainText('They were kept a second time')
  await notice.locator('xpath=..').getByRole('button', { name: 'I have seen it' }).click()
  await app.reload()
  await expect(app.getByRole('heading', { name: 'Trail' })).toBeVisible()
  await expect(notice).toHaveCount(0)
  // The records are here again, and what was kept a second time arrives.
  await isAccepted(app)
  await expect.poll(() => app.evaluate(() => localStorage.getItem('relay-unsent'))).toBeNull()
  // The device can be enrolled as another: what the key before signed and had not arrived would be held from then on.
  await enrol(app, 'jdoe')
})

test('whoever signs out with something unsent is asked, and it is kept', { tag }, async ({ app }) => {
  await ready(app)
  const list = await app.context().newPage()
  await list.goto(`${relay.url}/?text=leave`)
  await expect(list.getByRole('row', { name: /Unsigned$/ })).toBeVisible()
  await signAlone(app, 'leave')
  // Also where it was shown before it was signed.
  await expect(list.getByRole('row', { name: / Signed here, not confirmed$/ })).toBeVisible()
  const out = app.getByRole('button', { name: 'Sign out', exact: true })
  await out.click()
  const dialog = app.getByRole('alertdialog', { name: '1 signature not sent yet' })
  await dialog.getByRole('button', { name: 'Stay signed in' }).click()
  await expect(dialog).toHaveCount(0)
  await out.click()
  await dialog.getByRole('button', { name: 'Sign out, and send later' }).click()
  await expect(app.getByRole('banner').getByRole('button', { name: 'Sign in' })).toBeVisible()
  await openOutbox(app, relay)
  await expect(app.getByText(pending)).toBeVisible()
  await relay.again()
  await isAccepted(app)
  // With nothing unsent nothing is asked.
  await out.click()
  await expect(app.getByRole('banner').getByRole('button', { name: 'Sign in' })).toBeVisible()
})

test('of two tabs one asks the relay, and both say what came of it', { tag }, async ({ app }) => {
  const other = await app.context().newPage()
  for (const tab of [app, other]) await signInto(tab, relay, 'jdoe')
  await relay.station.stop('SIGKILL')
  for (const tab of [app, other]) await expect(tab.getByText(/Offline since/)).toBeVisible()
  await relay.again()
})

test('a session that is over takes nothing unsent with it, and the app says what to do', { tag }, async ({
  app,
}) => {
  await ready(app)
  await signAlone(app, 'expire')
  await openOutbox(app, relay)
  await relay.again()
  await expect(app.getByText('sign in, and what waits is sent. Until then it is kept here.')).toBeVisible()
  await expect(app.getByText(pending)).toBeVisible()
  await app.getByRole('banner').getByRole('button', { name: 'Sign in' }).click()
  await expect(
    app.getByText(/does not know your session any more.*signatures that are not sent yet/),
  ).toBeVisible()
  await isAccepted(app)
})

test('a newer version of the app waits until nobody is about to sign, in any tab', { tag }, async ({
  app,
}) => {
  await ready(app)
  await app.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await review(app, relay, 'update')
  await app.getByLabel('Reason').fill('half a rea')
  await relay.station.stop()
  const script = relayWithNewerApp(join(relay.station.base, 'newer'))
  const newer = new Workstation({ usualPort: true, script })
  newer.data = relay.station.data
  try {
    await newer.start('--port', String(relay.port))
    const other = await app.context().newPage()
    await other.goto(relay.url)
    const restart = { name: 'Restart to update' }
    await other.getByRole('button', restart).click()
    await expect(other.getByText(/Somebody is about to sign in another tab/)).toBeVisible()
    await expect(app.getByLabel('Reason')).toHaveValue('half a rea')
    await expect(app.getByRole('button', restart)).toHaveCount(0)
    await press(app)
    await expect(app.getByText('Signed on this tablet', { exact: true })).toBeVisible()
    await app.getByRole('button', restart).click()
    for (const page of [app, other])
      await expect(page.locator('html')).toHaveAttribute('data-version', 'newer')
    await isAccepted(app)
  } finally {
    await newer.remove()
    await relay.again()
  }
})

test('what is signed beside the tab of somebody who may not give it is given all the same', {
  tag,
}, async ({ app }) => {
  const administrator = await app.context().newPage()
  await signInto(administrator, relay, 'asmith')
  await ready(app)
  await sign(app, relay, 'beside')
  await openOutbox(app, relay)
  await expect(app.getByText('Accepted', { exact: true })).toBeVisible()
})

test('a reason of 10,000 characters is not taken and not cut, and one of 1,000 is signed whole', {
  tag,
}, async ({ app }) => {
  await ready(app)
  await review(app, relay, 'long')
  const reason = app.getByLabel('Reason')
  await reason.fill('r'.repeat(10_000))
  await app.getByLabel('Password', { exact: true }).fill(password)
  const said = app.getByText('At most 1,000 characters; these are 10,000. Nothing is cut off by itself.')
  await expect(said).toBeVisible()
  await expect(app.getByRole('button', { name: 'Sign as reviewed' })).toBeDisabled()
  await reason.fill('r'.repeat(1_000))
  await expect(said).toHaveCount(0)
  await app.getByRole('button', { name: 'Sign as reviewed' }).click()
  await app.getByRole('link', { name: 'See it in the outbox' }).click()
  await expect(app.getByText('Accepted', { exact: true })).toBeVisible()
  await expect(app.getByText('r'.repeat(1_000))).toBeVisible()
  // Where a browser would cut off what is pasted, too.
  await app.goto(`${relay.url}/exports`)
  await app.getByLabel('Reason').evaluate((field: HTMLTextAreaElement, text) => {
    field.focus()
    document.execCommand('insertText', false, text)
  }, 'r'.repeat(10_000))
  await expect(said).toBeVisible()
})

test('a file name with markup in it is text on every screen it comes to', { tag }, async ({ app }) => {
  await ready(app)
  const row = app.getByRole('row', { name: `${markup}.csv` })
  await app.goto(`${relay.url}/?text=onerror`)
  await row.click()
  await expect(app.locator('bdi', { hasText: `${markup}.csv` }).first()).toBeVisible()
  await app.getByRole('button', { name: 'Review and sign' }).click()
  await app.getByRole('checkbox', { name: `${markup}.csv` }).check()
  await app.getByText('Exactly what is signed').click()
  await press(app)
  await app.getByRole('link', { name: 'See it in the outbox' }).click()
  await expect(app.getByText('Accepted', { exact: true })).toBeVisible()
  await app.getByRole('link', { name: 'Trail' }).click()
  await expect(app.locator('img')).toHaveCount(0)
})

test('a file name that would be read another way is written so that it is not, wherever it is signed', {
  tag,
}, async ({ app }) => {
  await ready(app)
  const written = '\\u202egpj.exe report.txt'
  await app.goto(`${relay.url}/?text=gpj.exe`)
  await app.getByRole('row', { name: written }).click()
  await app.getByText('As it stands in the trail, byte for byte').click()
  await app.getByText('What it says, set out').click()
  await expect(app.getByText(written).first()).toBeVisible()
  await expect(app.locator('body')).not.toContainText('\u202e')
  await app.getByRole('button', { name: 'Review and sign' }).click()
  await app.getByRole('checkbox', { name: written }).check()
  await app.getByText('Exactly what is signed').click()
  await expect(app.getByText(written)).toHaveCount(2)
  await expect(app.locator('body')).not.toContainText('\u202e')
})
