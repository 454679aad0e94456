import type { Page } from '@playwright/test'
import { password } from '../support/laboratory.ts'
import { AppRelay, expect, signInto } from './app.ts'
import type { Device } from './device.ts'
import { became, boxesOf, enrol, openList, openOutbox, pending, press, test } from './tablet.ts'

/*
 * A tablet that is without its relay for a whole review: what it read once is looked at, record by record, and signed,
 * through power cuts, and counts once the relay is back. One of its two signers is disabled meanwhile.
 */

const BATCHES = 20
const RUNS = 10
const batches = Array.from({ length: BATCHES }, (_, i) => `batch-${String(i + 1).padStart(2, '0')}`)
const given = { password, reason: 'left the group' }

test('200 records reviewed and 20 signatures made with the relay gone are accepted, once each', {
  tag: ['@oq', '@pq', '@challenge'],
}, async ({ device }) => {
  test.setTimeout(600_000)
  const relay = await AppRelay.start()
  try {
    for (const batch of [...batches, 'extra', 'extra-2'])
      for (let run = 1; run <= RUNS; run++)
        relay.station.write(`${batch}/run-${run}.csv`, `batch,run\n${batch},${run}\n`)
    await relay.people(['bking', 'Bill King', 'administrator'])
    for (const user of ['ben', 'finn']) {
      await relay.person(user, `Person ${user}`, 'reviewer')
      await relay.allow(user)
    }
    await relay.station.until('all is recorded', ({ units }) => units.recorded === (BATCHES + 2) * RUNS)
    await relay.station.settled()
    let page = await device.start()
    for (const user of ['finn', 'ben']) {
      await signInto(page, relay, user)
      await enrol(page, user)
    }
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    await relay.station.stop('SIGKILL')
    await device.cutPower()

    // Nobody is signed in, nothing answers, and the app starts from what is on the device.
    page = await device.start()
    await page.goto(relay.url)
    await page.getByRole('heading', { name: 'Trail' }).waitFor()
    const all = BATCHES * RUNS
    expect(await openList(page, relay, 'batch')).toBe(all)
    await reviewFrom(page, 0, all / 2)
    page = await restart(device)
    await openList(page, relay, 'batch')
    const kept = Number(/reviewed (\d+) of 200/.exec(await reviewed(page))?.[1])
    // The last one may have been on its way to the disk.
    expect([all / 2 - 1, all / 2]).toContain(kept)
    await reviewFrom(page, kept, all)
    await expect(page.getByText(`reviewed ${all} of ${all}`)).toBeVisible()

    const [before, last = '', after] = [batches.slice(0, 9), batches[9], batches.slice(10)]
    for (const batch of before) await signReviewed(page, relay, batch)
    await openList(page, relay, last)
    await press(page)
    page = await restart(device)
    await openOutbox(page, relay)
    // That one is there whole, or not at all; then it is signed again.
    const signed = await page.getByText(pending).count()
    expect([before.length, before.length + 1]).toContain(signed)
    for (const batch of signed === before.length ? [last, ...after] : after)
      await signReviewed(page, relay, batch)

    await page.goto(`${relay.url}/sign?text=extra-2&state=unsigned`)
    await page.getByLabel('Who reviews and signs').selectOption('finn')
    await expect(page.getByText(`reviewed 0 of ${RUNS}`)).toBeVisible()
    await reviewFrom(page, 0, RUNS)
    await press(page)
    await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()

    await page.goto(`${relay.url}/?text=batch`)
    await expect(page.getByText('Signed here, not confirmed').first()).toBeVisible()
    await expect(page.getByText(/^(?:Reviewed|Approved)$/)).toHaveCount(0)
    await openOutbox(page, relay)
    await expect(page.getByText(pending)).toHaveCount(BATCHES + 1)
    await expect(page.getByText(`${BATCHES + 1} signatures not confirmed yet`)).toBeVisible()

    await relay.again()
    const asmith = await relay.signedIn('asmith')
    await asmith.call('disableAccount', { id: 'finn', body: given })
    await signInto(page, relay, 'ben')
    await openOutbox(page, relay)
    await expect(page.getByText('Accepted', { exact: true })).toHaveCount(BATCHES)
    await expect(page.getByText('Held for QA', { exact: true })).toHaveCount(1)
    await expect(page.getByText(/account was disabled between/)).toBeVisible()
    await expect(page.getByText('Somebody of QA, who is not its signer, decides.')).toBeVisible()
    await expect(page.getByText(/Nothing waits to be sent · 1 held for QA/)).toBeVisible()

    const { total, signed: counted } = await asmith.call('listSignatures', {})
    expect(total).toBe(all)
    expect(counted.map(({ signatures }) => signatures.length)).toEqual(Array(all).fill(1))
    expect(new Set(counted.flatMap(({ signatures }) => signatures.map(({ record }) => record))).size).toBe(
      BATCHES,
    )
    expect(became(relay, 'ben')).toEqual({ 'signature.applied': BATCHES })
    expect(became(relay, 'finn')).toEqual({ 'signature.held': 1 })

    await relay.station.stop('SIGKILL')
    page = await restart(device)
    await openOutbox(page, relay)
    await expect(page.getByText('Accepted', { exact: true })).toHaveCount(BATCHES)
    await expect(page.getByText(/^receipt \d+$/)).toHaveCount(BATCHES)
    await expect(page.getByText('Held for QA', { exact: true })).toHaveCount(1)
    expect(device.faults).toEqual([])
  } finally {
    await relay.station.remove()
  }
})

async function restart(device: Device): Promise<Page> {
  await device.cutPower()
  return device.start()
}

/** What was looked at before the power was cut has not to be looked at again. */
async function signReviewed(page: Page, relay: AppRelay, batch: string): Promise<void> {
  await openList(page, relay, batch)
  await expect(page.getByText(`reviewed ${RUNS} of ${RUNS}`)).toBeVisible()
  await press(page)
  await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
}

async function reviewFrom(page: Page, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) await boxesOf(page).nth(i).check()
}

async function reviewed(page: Page): Promise<string> {
  const said = page.getByText(/^reviewed [1-9]\d* of \d+$/)
  return (await said.textContent()) ?? ''
}
