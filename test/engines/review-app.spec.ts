import { join } from 'node:path'
import { readBuiltApp } from '../../agent/src/built-app.ts'
import type { AppRelay } from '../browser/app.ts'
import { became, pending, reason } from '../browser/tablet.ts'
import { relayWithNewerApp } from '../support/changed-relay.ts'
import { password } from '../support/laboratory.ts'
import { Workstation } from '../support/workstation.ts'
import type { Tab } from './engine.ts'
import { fill, namesOf, press, textOf, typedIn, until, untilText } from './hand.ts'
import { expect, type Trial, test } from './trial.ts'

/*
 * What the review app asks most of a browser, in engines other than Chromium, from the first visit to an update, each step on
 * what those before left. The network is gone when the relay is: no switch of a browser is believed.
 */

test.describe.configure({ mode: 'serial' })
const tag = ['@oq']

test('the app loads, and all of it is kept on the device', { tag }, async ({ trial }) => {
  await trial.start()
  const { tab, relay } = trial
  await tab.go(relay.url)
  await until(tab, 'the trail is shown', async () => (await namesOf(tab, 'heading')).includes('Trail'))
  await until(tab, 'the service worker is at work', () =>
    tab.ask(stateOfWorker).then((is) => is === 'activated'),
  )
  const built = readBuiltApp()
  if (built.state !== 'built') throw new Error('expected an app that is built')
  const files = [...built.files.keys()].filter((name) => /\.(?:html|js|css|svg|png|webmanifest)$/.test(name))
  const kept = await tab.ask(keptFiles)
  expect(kept).toEqual(expect.arrayContaining(files.filter((name) => name !== 'sw.js')))
})

test('its manifest is one that can be installed by', { tag }, async ({ trial }) => {
  expect(await trial.tab.ask(manifestOfPage)).toEqual({
    name: 'Compliance Relay',
    display: 'standalone',
    start: '/',
    icons: ['192x192 any', '512x512 any', '512x512 maskable'],
    sizes: ['192x192', '512x512', '512x512'],
  })
})

test('somebody signs in, and the trail comes onto the device', { tag }, async ({ trial }) => {
  await signIn(trial.tab, trial.relay)
  await untilRows(trial.tab, ['run-1.csv', 'run-2.csv', 'run-3.csv', 'report.csv'])
  for (const row of await namesOf(trial.tab, 'row'))
    expect(row).toMatch(/^\d+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d /)
  await trial.picture('1-trail')
})

test('the device is enrolled', { tag }, async ({ trial: { tab } }) => {
  await press(tab, 'link', 'Outbox')
  await fill(tab, 'Name of this device', 'tablet-1')
  await fill(tab, 'Password of jdoe', password)
  await press(tab, 'button', 'Enrol this device')
  await untilText(tab, /\(jdoe\) on tablet-1: may sign offline until/)
})

test('with the relay gone the app loads again, shows its records, and says so', { tag }, async ({
  trial,
}) => {
  const { tab, relay } = trial
  const other = await trial.browser.tab()
  await signIn(other, relay)
  await relay.station.stop('SIGKILL')
  await tab.go(relay.url)
  await until(tab, 'the trail is shown', async () => (await namesOf(tab, 'heading')).includes('Trail'))
  await tab.reload()
  await untilRows(tab, ['run-1.csv', 'run-2.csv', 'run-3.csv', 'report.csv'])
  await untilText(tab, /Offline since/)
  // One of the two tabs asks, and the other says what came of that.
  await untilText(other, /Offline since/)
})

test('records are signed with the relay gone, and nothing looks confirmed', { tag }, async ({ trial }) => {
  const { tab, relay } = trial
  await review(trial, 'batch', 3)
  await sign(tab)
  await trial.picture('2-signed')
  await tab.go(`${relay.url}/?text=batch`)
  await until(tab, 'each is signed here', async () => {
    const rows = await namesOf(tab, 'row')
    return rows.length === 3 && rows.every((row) => row.endsWith('Signed here, not confirmed'))
  })
  await untilText(tab, /1 signature waiting/)
  await trial.picture('3-not-confirmed')
  await openOutbox(trial)
  await untilText(tab, new RegExp(pending))
})

test('the power is cut, and the browser starts again without the relay: all is there', { tag }, async ({
  trial,
}) => {
  await trial.start()
  const { tab, relay } = trial
  await tab.go(relay.url)
  await untilRows(tab, ['run-1.csv', 'run-2.csv', 'run-3.csv', 'report.csv'])
  await untilText(tab, /Not signed in/)
  await openOutbox(trial)
  await untilText(tab, new RegExp(pending))
  await trial.picture('4-outbox')
})

test('once the relay is there it takes the signature, once', { tag }, async ({ trial }) => {
  const { relay } = trial
  await relay.again()
  await signIn(trial.tab, trial.relay)
  await openOutbox(trial)
  await untilText(trial.tab, /^Accepted$/m)
  await untilText(trial.tab, /Current ·/)
  await trial.tab.reload()
  await untilText(trial.tab, /Nothing waits to be sent/)
  await untilText(trial.tab, /Current ·/)
  expect(became(relay, 'jdoe')).toEqual({ 'signature.applied': 1 })
  const asmith = await relay.signedIn('asmith')
  const { signed } = await asmith.call('listSignatures', {})
  expect(signed.map(({ signatures }) => signatures.map(({ meaning }) => meaning))).toEqual(
    Array(3).fill(['reviewed']),
  )
  await trial.tab.go(`${relay.url}/?text=batch`)
  await until(trial.tab, 'each is reviewed', async () => {
    const rows = await namesOf(trial.tab, 'row')
    return rows.length === 3 && rows.every((row) => row.endsWith('Reviewed'))
  })
  await trial.picture('5-confirmed')
})

test('a page that is left at any moment leaves nothing behind that another waits for', { tag }, async ({
  trial,
}) => {
  const { tab, relay } = trial
  for (let round = 0; round < 10; round++) {
    // In the midst of the first writes and the first answers, and of what is made ready for signing.
    await tab.go(`${relay.url}/?text=batch`)
    await until(tab, 'there are rows', async () => (await namesOf(tab, 'row')).length === 3)
    await tab.go(`${relay.url}/sign?${new URLSearchParams({ text: 'later', state: 'unsigned' })}`)
    await untilText(tab, /reviewed 0 of 1/)
    await tab.reload()
  }
  await untilText(tab, /reviewed 0 of 1/)
  await untilText(tab, /Current ·/)
})

test('a newer version is offered, never in the middle of signing, and taken', { tag }, async ({ trial }) => {
  const { tab, relay } = trial
  await review(trial, 'later', 1)
  await fill(tab, 'Reason', 'half a rea')
  await relay.station.stop()
  const script = relayWithNewerApp(join(relay.station.base, 'newer'))
  const newer = new Workstation({ usualPort: true, script })
  newer.data = relay.station.data
  try {
    await newer.start('--port', String(relay.port))
    await tab.ask(lookForUpdate)
    const other = await trial.browser.tab()
    await other.go(relay.url)
    await press(other, 'button', 'Restart to update')
    await untilText(other, /Somebody is about to sign in another tab/)
    expect(await typedIn(tab, 'Reason')).toBe('half a rea')
    expect(await namesOf(tab, 'button')).not.toContain('Restart to update')
    await sign(tab, 'son')
    await press(tab, 'button', 'Restart to update')
    for (const one of [tab, other])
      await until(one, 'the newer one is drawn', async () => {
        return (await one.ask(versionOfPage)) === 'newer' && (await namesOf(one, 'heading')).length > 0
      })
    await signIn(trial.tab, trial.relay)
    await openOutbox(trial)
    await until(tab, 'both are accepted', async () => (await textOf(tab)).match(/^Accepted$/gm)?.length === 2)
    await trial.picture('6-updated')
  } finally {
    await newer.remove()
  }
})

async function signIn(tab: Tab, relay: AppRelay): Promise<void> {
  await tab.go(`${relay.url}/sign-in`)
  await fill(tab, 'User id', 'jdoe')
  await fill(tab, 'Password', password)
  await tab.type('\n')
  await untilText(tab, /Current · [1-9][\d,]* records/)
}

async function untilRows(tab: Tab, files: readonly string[]): Promise<void> {
  await until(tab, `there are rows of ${files.join(', ')}`, async () => {
    const rows = await namesOf(tab, 'row')
    return files.every((file) => rows.some((row) => row.includes(file)))
  })
}

async function openOutbox({ tab, relay }: Trial): Promise<void> {
  await tab.go(`${relay.url}/outbox`)
  await untilText(tab, /^Signed on this device$/m)
}

/** Opens the list of what is unsigned and has this text in it, and looks at each record. */
async function review({ tab, relay }: Trial, text: string, count: number): Promise<void> {
  await tab.go(`${relay.url}/sign?${new URLSearchParams({ text, state: 'unsigned' })}`)
  await untilText(tab, new RegExp(`reviewed 0 of ${count}`))
  const records = await namesOf(tab, 'box')
  expect(records).toHaveLength(count)
  for (const record of records) await press(tab, 'box', record)
  await untilText(tab, new RegExp(`reviewed ${count} of ${count}`))
}

/** Gives the verdict on what was looked at, with a reason that may have been begun. */
async function sign(tab: Tab, more = reason): Promise<void> {
  if (more === reason) await fill(tab, 'Reason', reason)
  else {
    await press(tab, 'field', 'Reason')
    await tab.type(more)
  }
  await fill(tab, 'Password', password)
  await press(tab, 'button', 'Sign as reviewed')
  await untilText(tab, /Signed on this tablet, number \d+ of this device, not yet confirmed/)
}

/* What follows runs in a page. */

async function stateOfWorker(): Promise<string | undefined> {
  return (await navigator.serviceWorker.getRegistration())?.active?.state
}

async function keptFiles(): Promise<string[]> {
  const kept: string[] = []
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) kept.push(new URL(url).pathname.slice(1))
  return kept
}

async function manifestOfPage() {
  const { href } = document.querySelector('link[rel=manifest]') as HTMLLinkElement
  const manifest = await (await fetch(href)).json()
  const sizes: string[] = []
  for (const { src } of manifest.icons) {
    const { width, height } = await createImageBitmap(await (await fetch(src)).blob())
    sizes.push(`${width}x${height}`)
  }
  return {
    name: manifest.name as string,
    display: manifest.display as string,
    start: manifest.start_url as string,
    icons: manifest.icons.map(
      (icon: { sizes: string; purpose?: string }) => `${icon.sizes} ${icon.purpose ?? 'any'}`,
    ),
    sizes,
  }
}

/** As the app does by itself, each hour and whenever it comes into sight. */
async function lookForUpdate(): Promise<void> {
  await (await navigator.serviceWorker.getRegistration())?.update()
}

function versionOfPage(): string | undefined {
  return document.documentElement.dataset['version']
}
