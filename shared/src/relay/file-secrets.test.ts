import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFileSecrets, openFileSecrets } from './file-secrets.ts'
import { SecretUnusable } from './ports.ts'

const secret = new Uint8Array(32).fill(0xa5)
const isRoot = process.getuid?.() === 0

async function newSecrets() {
  const parent = fs.mkdtempSync(join(tmpdir(), 'relay-secrets-'))
  onTestFinished(() => fs.rmSync(parent, { recursive: true, force: true }))
  const folder = join(parent, 'keys')
  const secrets = createFileSecrets(folder)
  await secrets.create('a.mac', secret)
  return { folder, file: join(folder, 'a.mac'), secrets }
}

describe('a folder of secrets', () => {
  test('holds one line of hexadecimal digits a secret, for this account alone', async () => {
    const { folder, file } = await newSecrets()
    expect(fs.readFileSync(file, 'latin1')).toBe(`${'a5'.repeat(32)}\n`)
    expect((fs.statSync(file).mode & 0o777).toString(8)).toBe('600')
    expect((fs.statSync(folder).mode & 0o777).toString(8)).toBe('700')
    expect(fs.readdirSync(folder)).toEqual(['a.mac'])
  })

  test.each([0o640, 0o604, 0o660, 0o610, 0o601, 0o666, 0o777])(
    'a file of mode %o is not read',
    async (mode) => {
      const { file, secrets } = await newSecrets()
      fs.chmodSync(file, mode)
      await expect(secrets.read('a.mac')).rejects.toThrow(
        `the secret file ${file} is open to other accounts (mode ${mode.toString(8)}); give it mode 600`,
      )
    },
  )

  test.each([0o400, 0o600, 0o700])('a file of mode %o is read: it is ours alone', async (mode) => {
    const { file, secrets } = await newSecrets()
    fs.chmodSync(file, mode)
    expect(await secrets.read('a.mac')).toEqual(secret)
  })

  test.each([0o750, 0o701, 0o777])(
    'in a folder of mode %o nothing is read, made or removed',
    async (mode) => {
      const { folder, secrets } = await newSecrets()
      fs.chmodSync(folder, mode)
      for (const call of [
        () => secrets.read('a.mac'),
        () => secrets.create('b', secret),
        () => secrets.remove('a.mac'),
        () => secrets.names(),
      ])
        await expect(call()).rejects.toThrow(`the folder of secrets ${folder} is open to other accounts`)
      expect(fs.readdirSync(folder)).toEqual(['a.mac'])
    },
  )

  test.each([
    '',
    '\n',
    'a5',
    'a5a\n',
    'A5\n',
    'a5\r\n',
    'a5\n\n',
    ' a5\n',
    'a5 \n',
    'g5\n',
    `${'a5'.repeat(4_097)}\n`,
  ])('a file that holds %j is not read', async (text) => {
    const { file, secrets } = await newSecrets()
    fs.writeFileSync(file, text)
    await expect(secrets.read('a.mac')).rejects.toThrow(SecretUnusable)
  })

  test.each([
    ['a link to a secret', (file: string) => fs.symlinkSync('b.mac', file), 'links are not followed'],
    ['a link to nothing', (file: string) => fs.symlinkSync('nothing', file), 'links are not followed'],
    ['a folder', (file: string) => fs.mkdirSync(file), 'is not a file'],
    ['a named pipe', (file: string) => spawnSync('mkfifo', [file]), 'is not a file'],
  ] as const)('%s is not read', async (_, make, said) => {
    const { file, secrets } = await newSecrets()
    await secrets.create('b.mac', secret)
    fs.rmSync(file)
    make(file)
    await expect(secrets.read('a.mac')).rejects.toThrow(said)
    expect(await secrets.names()).toEqual(['a.mac', 'b.mac'])
    await expect(secrets.create('a.mac', secret)).rejects.toThrow('not overwritten')
  })

  test('a folder that is missing is not the same as a secret that is missing', async () => {
    const { folder, secrets } = await newSecrets()
    fs.renameSync(folder, `${folder}.away`)
    await expect(secrets.read('a.mac')).rejects.toThrow(
      new SecretUnusable(`the folder of secrets ${folder} cannot be used: it is missing`),
    )
    fs.symlinkSync(`${folder}.away`, folder)
    await expect(secrets.read('a.mac')).rejects.toThrow('should be a folder of secrets and is none')
  })

  test('a folder is made once, and not in a place that is missing', async () => {
    const { folder } = await newSecrets()
    expect(() => createFileSecrets(folder)).toThrow('something has that name')
    expect(() => createFileSecrets(join(folder, 'no', 'keys'))).toThrow('it is missing')
  })

  test('what a crash left of a secret goes with it, and is no secret before', async () => {
    const { folder, secrets } = await newSecrets()
    const stray = `.a.mac.${'0'.repeat(32)}.new`
    const others = [`.a.${'0'.repeat(32)}.new`, `.a.mac.b.${'0'.repeat(32)}.new`]
    for (const name of [stray, ...others]) fs.writeFileSync(join(folder, name), 'a5a5')
    expect(await secrets.names()).toEqual(['a.mac'])
    await secrets.remove('a.mac')
    expect(fs.readdirSync(folder).sort()).toEqual(others.sort())
  })

  test(
    isRoot
      ? 'a file of another account is not read'
      : 'not executed, not root: a file of another account is not read',
    async () => {
      if (!isRoot) return
      const { folder, file, secrets } = await newSecrets()
      fs.chownSync(file, 65_534, 65_534)
      await expect(secrets.read('a.mac')).rejects.toThrow(
        `the secret file ${file} belongs to the account 65534, not to the account 0`,
      )
      fs.chownSync(folder, 65_534, 65_534)
      await expect(openFileSecrets(folder).names()).rejects.toThrow('belongs to the account 65534')
    },
  )
})
