import { expect, test } from 'vitest'
import { openOsKeystore } from './os-keystore.ts'
import { SecretUnusable } from './ports.ts'

test('without its package the keystore says what is missing and what to do', async () => {
  await expect(openOsKeystore('relay')).rejects.toThrow(
    new SecretUnusable(
      'the keystore of the operating system needs the package @napi-rs/keyring, which is not installed; install it, or keep secrets in files',
    ),
  )
})

test('not executed, no keystore of an operating system is here: the contract of secrets over one', () => {})
