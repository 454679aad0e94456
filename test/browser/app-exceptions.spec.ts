import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { password } from '../support/laboratory.ts'
import { AppRelay, expect, signInto, test } from './app.ts'

let relay: AppRelay
test.beforeAll(async () => {
  // Nobody of this machine is enrolled, so nobody can be told who made what.
  relay = await AppRelay.start({ person: false })
  await relay.people(['opitt', 'Olive Pitt', 'operator'], ['audrey', 'Audrey Moss', 'auditor'])
  relay.station.write('run-1/report.csv', 'sample,area\n1,204\n')
  relay.station.write('run-2/report.csv', 'sample,area\n1,311\n')
  relay.station.write('run-2/notes.txt', 'column 7')
  await relay.station.settled()
  rmSync(join(relay.station.folder, 'run-2/notes.txt'))
  await relay.station.settled()
  await relay.station.stop()
  relay.station.write('run-3/report.csv', 'sample,area\n1,99\n')
  await relay.again()
  await relay.station.settled()
})
test.afterAll(() => relay?.station.remove())

test('captures nobody answers for are claimed, several at once, with reason and password', {
  tag: '@oq',
}, async ({ app }) => {
  await signInto(app, relay, 'opitt')
  await app.getByRole('link', { name: 'Exceptions' }).click()
  await expect(app.getByText('4 captures to answer for.')).toBeVisible()
  for (const path of ['run-1/report.csv', 'run-2/report.csv'])
    await app.getByRole('checkbox', { name: path }).check()
  await app.getByRole('button', { name: 'Claim 2 captures' }).click()
  const dialog = app.getByRole('dialog')
  await expect(dialog).toContainText('run-1/report.csv')
  await dialog.getByLabel('Reason').fill('measured by me on the second instrument')
  await dialog.getByLabel(/^Password of/).fill(password)
  await dialog.getByRole('button', { name: 'Claim', exact: true }).click()
  await expect(dialog.getByRole('alert')).toContainText('2 captures claimed.')
  await dialog.getByRole('button', { name: 'Close' }).click()
  await expect(app.getByText('2 captures to answer for.')).toBeVisible()
  const claims = relay.station.records().filter(({ kind }) => kind === 'capture.claimed')
  expect(claims.map(({ actor, body }) => [actor.id, body['path']])).toEqual([
    ['opitt', 'run-1/report.csv'],
    ['opitt', 'run-2/report.csv'],
  ])
})

test('sorts are counted from the records on the device, with what to do, and offline too', {
  tag: '@oq',
}, async ({ app }) => {
  await signInto(app, relay, 'audrey')
  await app.getByRole('link', { name: 'Exceptions' }).click()
  const sorts = app.getByRole('navigation', { name: 'Sorts of exceptions' })
  await sorts.getByRole('link', { name: /Found late/ }).click()
  const part = app.getByRole('region', { name: 'Found late' })
  await expect(part.getByRole('row', { name: /run-3\/report.csv/ })).toBeVisible()
  await expect(part.getByText('What to do:')).toBeVisible()
  await expect(sorts.getByRole('link', { name: /^1 ?Found late$/ })).toBeVisible()
  await sorts.getByRole('link', { name: /Nobody looked/ }).click()
  await expect(
    app.getByRole('region', { name: 'Nobody looked' }).getByRole('row', { name: /Relay started/ }),
  ).toBeVisible()
  await expect(app.getByRole('button', { name: /^Claim/ })).toHaveCount(0)

  await relay.station.stop()
  try {
    await app.reload()
    await sorts.getByRole('link', { name: /Found late/ }).click()
    await expect(part.getByRole('row', { name: /run-3\/report.csv/ })).toBeVisible()
    await sorts.getByRole('link', { name: /Unattributed/ }).click()
    await expect(app.getByText('The relay does not answer.')).toBeVisible()
    const unattributed = app.getByRole('region', { name: 'Unattributed' })
    await expect(unattributed.getByRole('row', { name: /run-1\/report.csv/ })).toBeVisible()
  } finally {
    await relay.again()
  }
})
