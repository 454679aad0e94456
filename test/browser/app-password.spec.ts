import { IdentityProvider } from '../support/identity-provider.ts'
import { password } from '../support/laboratory.ts'
import { AppRelay, expect, signInto, test } from './app.ts'

let relay: AppRelay
test.beforeAll(async () => {
  relay = await AppRelay.start()
})
test.afterAll(() => relay?.station.remove())

const given = { password, reason: 'procedure 7 of the site' }

test('somebody sets a first password with a one-time code, and is signed in', { tag: '@oq' }, async ({
  app,
}) => {
  await app.goto(`${relay.url}/sign-in`)
  await app.getByRole('link', { name: 'I have a one-time code' }).click()
  await app.getByLabel('User id').fill('asmith')
  await app.getByLabel('One-time code').fill(relay.firstCode)
  const set = app.getByRole('button', { name: 'Set the password and sign in' })
  await app.getByLabel('New password', { exact: true }).fill('password1234')
  await app.getByLabel('New password again', { exact: true }).fill('password12345')
  await expect(app.getByText('It is not the same.')).toBeVisible()
  await expect(set).toBeDisabled()
  await app.getByLabel('New password again', { exact: true }).fill('password1234')
  await set.click()
  await expect(app.getByRole('alert')).toContainText('list of common passwords')
  for (const label of ['New password', 'New password again'])
    await app.getByLabel(label, { exact: true }).fill(password)
  await set.click()
  await expect(app.getByText('This is your first sign-in.')).toBeVisible()
  await app.getByRole('button', { name: 'I have seen it' }).click()
  await expect(app.getByText('This is your first sign-in.')).toHaveCount(0)
})

test('whoever signs in is told of the last time, and of wrong passwords since', {
  tag: '@oq',
}, async ({ app }) => {
  await app.goto(`${relay.url}/sign-in`)
  await app.getByLabel('User id').fill('asmith')
  await app.getByLabel('Password', { exact: true }).fill('not the password')
  await app.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(app.getByRole('alert')).toContainText('The user id or the password is wrong')
  await signInto(app, relay, 'asmith')
  await expect(app.getByText(/You signed in last .* there was 1 wrong password/)).toBeVisible()
})

test('two minutes before a session is over people are told, and stay or are signed out', {
  tag: '@oq',
}, async ({ app }) => {
  await app.clock.install()
  await signInto(app, relay, 'asmith')
  await app.clock.fastForward('13:10')
  const dialog = app.getByRole('alertdialog', { name: 'Are you still there?' })
  await expect(dialog).toContainText('signatures that are not sent yet')
  await dialog.getByRole('button', { name: 'Stay signed in' }).click()
  await expect(dialog).toHaveCount(0)
  await app.clock.fastForward('14:00')
  await expect(dialog).toBeVisible()
  await app.clock.fastForward('02:00')
  await expect(dialog).toHaveCount(0)
  await expect(app.getByRole('banner').getByRole('button', { name: 'Sign in' })).toBeVisible()
  await app.getByRole('banner').getByRole('button', { name: 'Sign in' }).click()
  await expect(
    app.getByText(/nothing was done here for fifteen minutes. What is on this device stays/),
  ).toBeVisible()
})

test('whoever has to set another password does nothing else before', { tag: '@oq' }, async ({ app }) => {
  const asmith = await relay.signedIn('asmith')
  const { code } = await asmith.call('addAccount', {
    body: { ...given, user: 'jdoe', name: 'Jane Doe', roles: ['reviewer'] },
  })
  await relay.setPassword('jdoe', code)
  const { rules } = await asmith.call('readRules', {})
  const change = { passwords: { ...rules.passwords, lengthMin: 30 } }
  await asmith.call('changeRules', { body: { ...given, change } })
  await signInto(app, relay, 'jdoe')
  await expect(app.getByRole('heading', { name: 'Set another password first' })).toBeVisible()
  await expect(app.getByText('has fewer than 30 characters')).toBeVisible()
  await app.goto(`${relay.url}/`)
  await expect(app.getByRole('heading', { name: 'Set another password first' })).toBeVisible()
  const longer = 'four gravel spoons in a tundra of 1904'
  await app.getByLabel('Present password of jdoe', { exact: true }).fill(password)
  for (const label of ['New password', 'New password again'])
    await app.getByLabel(label, { exact: true }).fill(longer)
  await app.getByRole('button', { name: 'Set the password' }).click()
  await expect(app.getByRole('heading', { name: 'Trail' })).toBeVisible()
  await expect(app.getByText(/Current · \d+ records/)).toBeVisible()
  await asmith.call('changeRules', { body: { ...given, change: { passwords: rules.passwords } } })
})

test('somebody signs in by the site’s identity provider', { tag: '@oq' }, async ({ app }) => {
  const provider = await IdentityProvider.start([`${relay.url}/signed-in`])
  try {
    const asmith = await relay.signedIn('asmith')
    await app.goto(`${relay.url}/sign-in`)
    const begin = app.getByRole('button', { name: 'Sign in by the identity provider' })
    await expect(app.getByRole('link', { name: 'I have a one-time code' })).toBeVisible()
    await expect(begin).toHaveCount(0)
    const identity = { issuer: provider.issuer, clientId: 'relay', audience: 'relay' }
    await asmith.call('changeRules', { body: { ...given, change: { identity } } })
    await asmith.call('linkAccount', {
      id: 'asmith',
      body: { ...given, issuer: provider.issuer, subject: 'anna' },
    })
    await app.reload()
    await begin.click()
    await app.locator('input[name=login]').fill('anna')
    await app.locator('input[name=password]').fill('any')
    await app.locator('button[type=submit]').click()
    await app.locator('button[type=submit]').click()
    await expect(app.getByRole('banner').getByText('Anna Smith')).toBeVisible()
    // What the provider has said is good once, and by the tab that began it.
    await app.getByRole('button', { name: 'Sign out' }).click()
    await app.goto(`${relay.url}/signed-in?code=abc&state=def`)
    await expect(app.getByRole('alert')).toContainText('was not begun in this tab')
    await app.goto(`${relay.url}/signed-in?error=access_denied`)
    await expect(app.getByRole('alert')).toContainText('did not let you in')
  } finally {
    await provider.stop()
  }
})
