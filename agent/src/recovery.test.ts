import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileSecrets, openRecoveryFile } from '@compliance-relay/shared/relay'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recoverSecrets, recoveryBehind, renewRecovery, writeRecovery } from './recovery.ts'

const origin = 'lab.example/t/ws/20260302-7f3a'
const old = 'the passphrase at first'
const next = 'the passphrase after it'
const secret = (): Uint8Array => new Uint8Array(randomBytes(32))
const first = { 'a.mac': secret(), 'a.seed': secret() }
const both = { ...first, 'b.mac': secret(), 'b.seed': secret() }
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

let folder: string
let file: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relay-recovery-'))
  file = join(folder, 'recovery.json')
  await writeRecovery(file, origin, first, old)
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('a recovery file', { tags: ['req/P11-10a-3'] }, () => {
  test('is renewed by its passphrase, holds all keys then, and the one before is kept', async () => {
    const before = sha256(file)
    const written = await renewRecovery({ file, origin, secrets: both, passphrase: old, newPassphrase: next })
    expect(written).toEqual({
      file,
      keys: ['a.mac', 'a.seed', 'b.mac', 'b.seed'],
      sha256: sha256(file),
      how: 'renewed',
      before: { sha256: before, kept: `${file}.before` },
    })
    expect(sha256(`${file}.before`)).toBe(before)
    expect((await openRecoveryFile(readFileSync(file), next)).secrets).toEqual(both)
    const again = await renewRecovery({ file, origin, secrets: both, passphrase: next, newPassphrase: next })
    expect(again.before?.kept).toBe(`${file}.before-2`)
    expect(sha256(`${file}.before`)).toBe(before)
  })

  test.each([
    ['another passphrase', (): object => ({ passphrase: next })],
    ['a new passphrase that is too short', (): object => ({ newPassphrase: 'short' })],
    ['a key that is not the one in it', (): object => ({ secrets: { ...both, 'a.mac': secret() } })],
  ])('is left as it is by %s', async (_, wrong) => {
    const before = sha256(file)
    const right = { file, origin, secrets: both, passphrase: old, newPassphrase: next }
    await expect(renewRecovery({ ...right, ...wrong() })).rejects.toThrow()
    expect(sha256(file)).toBe(before)
    expect(readdirSync(folder)).toEqual(['recovery.json'])
  })

  test('keeps a key that is nowhere else', async () => {
    const { 'a.mac': _, ...left } = both
    await renewRecovery({ file, origin, secrets: left, passphrase: old, newPassphrase: old })
    expect((await openRecoveryFile(readFileSync(file), old)).secrets).toEqual(both)
  })

  test('whose passphrase is lost is replaced, and what only it names is said', async () => {
    const { 'a.mac': _, ...left } = both
    const written = await renewRecovery({
      file,
      origin,
      secrets: left,
      passphrase: undefined,
      newPassphrase: next,
    })
    expect(written).toMatchObject({ how: 'replaced', leftOut: ['a.mac'] })
    expect((await openRecoveryFile(readFileSync(`${file}.before`), old)).secrets).toEqual(first)
  })

  test('gives back what is missing, and leaves alone and names what is there and not right', async () => {
    await writeRecovery(file, origin, both, old)
    const secrets = createFileSecrets(join(folder, 'keys'))
    await secrets.create('a.mac', secret())
    await secrets.create('a.seed', first['a.seed'])
    writeFileSync(join(folder, 'keys', 'b.mac'), 'not a key\n', { mode: 0o600 })
    expect(await recoverSecrets(file, secrets, old)).toEqual({
      restored: ['b.seed'],
      differing: ['a.mac'],
      unusable: [{ name: 'b.mac', reason: expect.stringContaining('does not hold hexadecimal digits') }],
    })
    expect(readFileSync(join(folder, 'keys', 'b.mac'), 'utf8')).toBe('not a key\n')
    expect(await secrets.read('b.seed')).toEqual(both['b.seed'])
  })

  test.each(['short', 'another passphrase, long enough'])(
    'that is tried with a wrong passphrase says so, however long that is: %j',
    async (wrong) => {
      const secrets = createFileSecrets(join(folder, 'keys'))
      await expect(recoverSecrets(file, secrets, wrong)).rejects.toThrow('this is not the passphrase of')
    },
  )

  test('that is damaged is replaced all the same, and kept', async () => {
    writeFileSync(file, '{')
    const renewal = { file, origin, secrets: both, newPassphrase: next }
    await expect(renewRecovery({ ...renewal, passphrase: old })).rejects.toThrow('--replace')
    await renewRecovery({ ...renewal, passphrase: undefined })
    expect(readFileSync(`${file}.before`, 'utf8')).toBe('{')
  })

  test('that is not there is made', async () => {
    rmSync(file)
    const renewal = { file, origin, secrets: both, passphrase: undefined, newPassphrase: next }
    expect(await renewRecovery(renewal)).toMatchObject({ how: 'made', before: null })
    expect(existsSync(`${file}.before`)).toBe(false)
  })

  test('is behind by the keys that it does not name; moved away, by those not recorded to be in it', () => {
    const keys = Object.keys(both)
    const all = (): readonly string[] => keys
    expect(recoveryBehind(file, keys, all)).toEqual(['b.mac', 'b.seed'])
    rmSync(file)
    expect(recoveryBehind(file, keys, () => ['a.mac', 'a.seed', 'b.mac'])).toEqual(['b.seed'])
    expect(recoveryBehind(file, keys, () => [])).toEqual(keys)
    writeFileSync(file, 'damaged')
    expect(recoveryBehind(file, keys, all)).toEqual(keys)
    rmSync(file)
    execFileSync('mkfifo', [file])
    expect(recoveryBehind(file, keys, all)).toEqual(keys)
  })
})
