import { randomBytes } from 'node:crypto'
import { SECRET_BYTES_MAX, type SecretStore, SecretUnusable } from '@compliance-relay/shared/relay'
import { describe, expect, test } from 'vitest'

export interface SecretsToTest {
  /** New and empty. It is taken away after the test by the one who made it. */
  readonly secrets: SecretStore
  /** The same store, opened once more. */
  readonly again: () => SecretStore
}

/** What every keeper of secrets must do, whatever it is made of. */
export function secretsContract(what: string, make: () => Promise<SecretsToTest>): void {
  describe(`${what} as a keeper of secrets`, () => {
    test('a secret is read as it was made, by whoever opens the store', async () => {
      const { secrets, again } = await make()
      const secret = new Uint8Array(randomBytes(32))
      await secrets.create('20260302-7f3a.mac', secret)
      expect(hexOf(await secrets.read('20260302-7f3a.mac'))).toBe(hexOf(secret))
      expect(hexOf(await again().read('20260302-7f3a.mac'))).toBe(hexOf(secret))
    })

    test.each([1, 2, 31, 32, 33, SECRET_BYTES_MAX])('a secret of %i bytes is kept', async (size) => {
      const { secrets } = await make()
      const secret = new Uint8Array(randomBytes(size))
      await secrets.create('one', secret)
      expect(hexOf(await secrets.read('one'))).toBe(hexOf(secret))
    })

    test.each([0, SECRET_BYTES_MAX + 1])('a secret of %i bytes is refused', async (size) => {
      const { secrets } = await make()
      await expect(secrets.create('one', new Uint8Array(size))).rejects.toThrow(SecretUnusable)
      expect(await secrets.names()).toEqual([])
    })

    test('a secret that is not there is undefined', async () => {
      const { secrets } = await make()
      expect(await secrets.read('20260302-7f3a.mac')).toBeUndefined()
      expect(await secrets.names()).toEqual([])
    })

    test('a name is given once, to the same secret too, and the first one stays', async () => {
      const { secrets, again } = await make()
      const secret = new Uint8Array(randomBytes(32))
      await secrets.create('one', secret)
      for (const other of [secret, new Uint8Array(randomBytes(32))])
        await expect(again().create('one', other)).rejects.toThrow(SecretUnusable)
      expect(hexOf(await secrets.read('one'))).toBe(hexOf(secret))
    })

    test('names are listed in order', async () => {
      const { secrets } = await make()
      for (const name of ['b', 'a.seed', 'a', 'a.mac', '0-1']) await secrets.create(name, new Uint8Array(32))
      expect(await secrets.names()).toEqual(['0-1', 'a', 'a.mac', 'a.seed', 'b'])
    })

    test('a secret that was removed is gone, its name free and its neighbours there; removing again does nothing', async () => {
      const { secrets } = await make()
      for (const name of ['a', 'a.mac', 'a.mac.old']) await secrets.create(name, new Uint8Array(32))
      await secrets.remove('a.mac')
      await secrets.remove('a.mac')
      expect(await secrets.read('a.mac')).toBeUndefined()
      expect(await secrets.names()).toEqual(['a', 'a.mac.old'])
      await secrets.create('a.mac', new Uint8Array(32).fill(1))
    })

    test.each([
      ...['', '.', '..', '.a', 'a.', 'a/b', '../a', 'a\\b', 'a b', 'A', 'ä', 'a\n', 'a\0', '-a', 'a:b'],
      ...['nul', 'con', 'aux.mac', 'lpt1.seed', 'x'.repeat(101)],
    ])('the name %j is refused by every method', async (name) => {
      const { secrets } = await make()
      await expect(secrets.read(name)).rejects.toThrow(SecretUnusable)
      await expect(secrets.create(name, new Uint8Array(32))).rejects.toThrow(SecretUnusable)
      await expect(secrets.remove(name)).rejects.toThrow(SecretUnusable)
    })

    test('of twenty that make one name at once, one does', async () => {
      const { secrets, again } = await make()
      const made = Array.from({ length: 20 }, () => new Uint8Array(randomBytes(32)))
      const answers = await Promise.allSettled(made.map((secret) => again().create('one', secret)))
      const winners = answers.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []))
      expect(winners.length).toBe(1)
      expect(hexOf(await secrets.read('one'))).toBe(hexOf(made[winners[0] as number]))
    })
  })
}

function hexOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex')
}
