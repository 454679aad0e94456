import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Locator, Page } from '@playwright/test'
import { Receiver } from '../../agent/src/outgoing/receiver.test-support.ts'
import { password } from '../support/laboratory.ts'
import { TimeStampAuthority } from '../support/time-stamp-authority.ts'
import { AppRelay, expect, signInto, test } from './app.ts'

/* What an administrator sets in the app for others: programs that are given records, the order of signing, who else is asked. */

let relay: AppRelay
test.beforeAll(async () => {
  relay = await AppRelay.start()
  await relay.people(['audrey', 'Audrey Moss', 'auditor'])
  relay.station.write('run-1.csv', 'area\n1\n')
  relay.station.write('run-2.csv', 'area\n2\n')
  await relay.station.settled()
})
test.afterAll(() => relay?.station.remove())

async function act(dialog: Locator, verb: string, reason?: string): Promise<void> {
  if (reason !== undefined) await dialog.getByLabel('Reason').fill(reason)
  await dialog.getByLabel('Password of Anna Smith (asmith)', { exact: true }).fill(password)
  await dialog.getByRole('button', { name: verb, exact: true }).click()
}

async function open(app: Page): Promise<Locator> {
  await signInto(app, relay, 'asmith')
  await app.goto(`${relay.url}/settings/programs`)
  return app.getByRole('dialog')
}

/** What a program is given with a token. */
async function feed(token: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, connection: 'close' }
  return fetch(`${relay.url}/v1/feed`, { headers })
}

test('a token that is issued opens what it is for, is listed, and opens nothing once it is revoked', {
  tag: '@oq',
}, async ({ app }) => {
  const dialog = await open(app)
  await app.getByRole('button', { name: 'Issue a token' }).click()
  await dialog.getByLabel('Program').fill('LIMS of building 4')
  await dialog.getByLabel('Kinds of records').fill('file.created')
  await act(dialog, 'Issue it', 'results go there')
  const token = await dialog.getByRole('status', { name: 'Feed token' }).textContent()
  const lines = (await (await feed(token ?? '')).text()).trim().split('\n')
  const given = lines.map(
    (line) =>
      JSON.parse(line) as {
        readonly record?: { readonly kind: string; readonly body: { readonly path: string } }
      },
  )
  expect(given.flatMap(({ record }) => record?.body.path ?? [])).toEqual(['run-1.csv', 'run-2.csv'])
  expect(new Set(given.flatMap(({ record }) => record?.kind ?? []))).toEqual(new Set(['file.created']))
  await dialog.getByRole('button', { name: 'I have it' }).click()
  const row = app.getByRole('row', { name: /LIMS of building 4/ })
  await expect(row).toContainText('File created, all projects')
  await expect(app.getByText(token ?? 'none')).toHaveCount(0)

  await row.getByRole('button', { name: 'Revoke the token of LIMS of building 4' }).click()
  await act(dialog, 'Revoke', 'the LIMS is replaced')
  await expect(row).toContainText('Revoked')
  expect((await feed(token ?? '')).status).toBe(401)
})

test('a webhook is sent a test and the records it asks for, again from one on, and no more once it is ended', {
  tag: '@oq',
}, async ({ app }) => {
  const receiver = new Receiver()
  const to = `http://127.0.0.1:${await receiver.listen()}/records`
  try {
    const dialog = await open(app)
    await app.getByRole('button', { name: 'Send records somewhere' }).click()
    await dialog.getByLabel('Where to').fill('lims')
    await expect(dialog).toContainText('An address that begins with https://')
    await dialog.getByLabel('Where to').fill(to)
    await dialog.getByLabel('Kinds of records').fill('file.*')
    await act(dialog, 'Send them', 'results go there')
    await expect(dialog.getByRole('status', { name: /^Secret/ })).toContainText('whsec_')
    await dialog.getByRole('button', { name: 'I have it' }).click()
    const row = app.getByRole('row', { name: new RegExp(to) })

    await row.getByRole('button', { name: `Test ${to}` }).click()
    await act(dialog, 'Send it')
    await expect(dialog.getByRole('alert')).toContainText('204')
    await dialog.getByRole('button', { name: 'Close', exact: true }).click()

    relay.station.write('run-3.csv', 'area\n3\n')
    const paths = () => receiver.taken.flatMap(({ body }) => /"path":"([^"]+)"/.exec(body)?.[1] ?? [])
    await expect.poll(paths).toEqual(['run-3.csv'])
    const first = relay.station.records().find(({ body }) => body['path'] === 'run-2.csv')?.seq
    await row.getByRole('button', { name: `Send again to ${to}` }).click()
    await dialog.getByLabel('From record').fill(String(first))
    await act(dialog, 'Send again', 'the LIMS was restored')
    await expect.poll(paths).toEqual(['run-3.csv', 'run-2.csv', 'run-3.csv'])

    await row.getByRole('button', { name: `End ${to}` }).click()
    await act(dialog, 'End it', 'the LIMS is replaced')
    await expect(row).toContainText('Ended')
  } finally {
    await receiver.close()
  }
})

test('the order of signing of a project is set step by step, shown, and taken away again', {
  tag: '@oq',
}, async ({ app }) => {
  await signInto(app, relay, 'asmith')
  await app.goto(`${relay.url}/settings/rules`)
  await expect(app.getByText(/^The one that counts: [0-9a-f]{64}$/)).toBeVisible()
  const dialog = app.getByRole('dialog')
  const change = app.getByRole('button', { name: 'Change the order of signing' })
  await change.click()
  await dialog.getByRole('radio', { name: 'A reviewer' }).check()
  await dialog.getByRole('button', { name: 'Add this step' }).click()
  await dialog.getByRole('radio', { name: 'Approved' }).check()
  await dialog.getByRole('radio', { name: 'QA' }).check()
  await dialog.getByRole('button', { name: 'Add this step' }).click()
  await dialog.getByRole('checkbox', { name: 'Each signature is another person’s' }).check()
  await act(dialog, 'Change', 'procedure 12 of the site')
  const order = 'All other projects: Reviewed by a reviewer, then Approved by QA, each by another person'
  await expect(app.getByText(order)).toBeVisible()
  const client = await relay.signedIn('asmith')
  expect((await client.call('readRules', {})).rules.signing).toEqual({
    '*': {
      steps: [
        { meaning: 'reviewed', role: 'reviewer' },
        { meaning: 'approved', role: 'qa' },
      ],
      independent: true,
    },
  })

  await change.click()
  await expect(dialog.getByRole('list', { name: 'Steps' }).getByRole('listitem')).toHaveCount(2)
  await dialog.getByRole('button', { name: 'Take away step 2: Approved by QA' }).click()
  await dialog.getByRole('button', { name: 'Take away step 1: Reviewed by a reviewer' }).click()
  await dialog.getByRole('checkbox', { name: 'Each signature is another person’s' }).uncheck()
  await act(dialog, 'Change', 'procedure 12 was withdrawn')
  await expect(dialog).toHaveCount(0)
  await expect(app.getByText('Whoever may sign does, in any order.')).toBeVisible()
  expect((await client.call('readRules', {})).rules.signing).toEqual({})
})

test('whose time stamps the trail gets is set, its checkpoints are stamped, and it is taken back', {
  tag: '@oq',
}, async ({ app }) => {
  const authority = new TimeStampAuthority()
  try {
    const signer = authority.certificate({ key: 'ec' })
    const address = await authority.listen(() => signer)
    await signInto(app, relay, 'asmith')
    await app.goto(`${relay.url}/settings/rules`)
    const dialog = app.getByRole('dialog')
    const change = app.getByRole('button', { name: 'Change time stamps' })
    await change.click()
    await dialog.getByRole('radio', { name: 'The one of the site' }).check()
    await dialog.getByLabel('Address of the authority').fill(address)
    const certificates = dialog.getByLabel('Certificates to trust for it')
    await certificates.fill('no certificate at all')
    await expect(dialog.getByText('There is no certificate in this.')).toBeVisible()
    await certificates.fill(readFileSync(authority.ca, 'utf8'))
    await dialog.getByLabel('Minutes between two stamps').fill('5')
    await act(dialog, 'Change', 'agreed with the authority')
    await expect(app.getByText(`Of ${address}, every 5 minutes`)).toBeVisible()
    await relay.station.until('a checkpoint is stamped', ({ timeStamps }) => timeStamps?.last !== null)

    // Its certificates stay as they are where none are given.
    await change.click()
    await dialog.getByLabel('Minutes between two stamps').fill('30')
    await act(dialog, 'Change', 'twice an hour will do')
    await expect(app.getByText(`Of ${address}, every 30 minutes`)).toBeVisible()
    await change.click()
    await dialog.getByRole('radio', { name: /^None/ }).check()
    await act(dialog, 'Change', 'the contract has ended')
    await expect(app.getByText('Of nobody')).toBeVisible()
  } finally {
    await authority.remove()
  }
})

test('by which provider people may sign in is set, with its keys, and taken back', {
  tag: '@oq',
}, async ({ app }) => {
  await signInto(app, relay, 'asmith')
  await app.goto(`${relay.url}/settings/rules`)
  const dialog = app.getByRole('dialog')
  const change = app.getByRole('button', { name: 'Change the identity provider' })
  const client = await relay.signedIn('asmith')
  const rule = async () => (await client.call('readRules', {})).rules.identity
  await change.click()
  await dialog.getByRole('radio', { name: 'The one of the site' }).check()
  await dialog.getByLabel('Issuer').fill('id.lab.example')
  await expect(dialog.getByText('An address that begins with https://.')).toBeVisible()
  const issuer = 'https://id.lab.example'
  await dialog.getByLabel('Issuer').fill(issuer)
  await dialog.getByLabel('What it calls this relay').fill('relay-1')
  await dialog.getByLabel('Audience of tokens').fill('relays')
  const { publicKey } = generateKeyPairSync('ed25519')
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'EdDSA', x5t: 'more than is needed' }
  await dialog.getByLabel(/^Its public keys/).fill('{"keys": ')
  await expect(dialog.getByText('This is no JSON Web Key Set.')).toBeVisible()
  await dialog.getByLabel(/^Its public keys/).fill(JSON.stringify({ keys: [key] }))
  await act(dialog, 'Change', 'procedure 9 of the site')
  await expect(app.getByText(`${issuer}; this relay is relay-1 there`)).toBeVisible()
  const { x5t, ...kept } = key
  expect(await rule()).toEqual({
    issuer,
    clientId: 'relay-1',
    audience: 'relays',
    jwks: { keys: [kept] },
  })

  // Keys are those of one issuer: of another they are not kept.
  await change.click()
  await dialog.getByLabel('Issuer').fill('https://other.lab.example')
  await act(dialog, 'Change', 'the provider has moved')
  await expect(app.getByText('https://other.lab.example; this relay is relay-1 there')).toBeVisible()
  expect(await rule()).not.toHaveProperty('jwks')
  await change.click()
  await dialog.getByRole('radio', { name: /^None/ }).check()
  await act(dialog, 'Change', 'the provider has ended')
  await expect(dialog).toHaveCount(0)
  await expect(app.getByText('None: people sign in by their password of this relay')).toBeVisible()
  expect(await rule()).toBeNull()
})

test('an auditor sees programs and order, and is offered no act', { tag: '@oq' }, async ({ app }) => {
  await signInto(app, relay, 'audrey')
  await app.goto(`${relay.url}/settings/rules`)
  await expect(app.getByText('Whoever may sign does, in any order.')).toBeVisible()
  await expect(app.getByRole('main').getByRole('button', { name: /^(?:Change|Confirm)/ })).toHaveCount(0)
  await expect(app.getByText('Recovery file', { exact: true })).toHaveCount(0)
})
