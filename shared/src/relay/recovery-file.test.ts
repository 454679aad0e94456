import { argon2Sync, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { hashRaw } from '@node-rs/argon2'
import { describe, expect, test } from 'vitest'
import { canonical } from '../trail/index.ts'
import { openRecoveryFile, RECOVERY_BYTES_MAX, RecoveryError, wrapSecrets } from './recovery-file.ts'

const ORIGIN = 'lab.example/t/nmr-01/20260302-7f3a'
const PASSPHRASE = 'correct horse battery'
const secrets = {
  '20260302-7f3a.mac': Uint8Array.from({ length: 32 }, (_, i) => i),
  '20260302-7f3a.seed': Uint8Array.from({ length: 32 }, (_, i) => 255 - i),
}
/** Not random, so that the file is the same each time. */
const counted = (size: number) => Uint8Array.from({ length: size }, (_, i) => 16 + i)
const made = await wrapSecrets(ORIGIN, secrets, PASSPHRASE, counted)

/** Made once by this program, and opened by node:crypto below. If it changes, the format changed. */
const golden = `{
  "format": "compliance-relay/recovery/v1",
  "origin": "lab.example/t/nmr-01/20260302-7f3a",
  "names": [
    "20260302-7f3a.mac",
    "20260302-7f3a.seed"
  ],
  "kdf": {
    "name": "argon2id",
    "version": 19,
    "memoryKiB": 65536,
    "passes": 3,
    "lanes": 1,
    "salt": "EBESExQVFhcYGRobHB0eHw=="
  },
  "cipher": {
    "name": "aes-256-gcm",
    "nonce": "EBESExQVFhcYGRob"
  },
  "box": "Mc397okAUYObp9kYzX34omRWfVNcsdf7zdd+Ggbc7u0RE7p/wd6tBgDqx4lt6alO9OFcI6rNhAKXqVLex5OgqFGsigPV9MGuS5ygX4rf4wIRTRTXT3ZxwS9nD3eTGVk+1znihHQ2HI7jxDr3OMaWQs1Qs5pLhlPk2ZRFVfZb0gK2bhl1GVBb5/PBnHQ4BAhi/p8IjVZZDp2RftzkTMiPRR8ALcwL49xxK5cYHsHkgOXFfEfJe+tm3hiQXv6sOwes",
  "checksum": "98db7a0dc520eca3fe2bed8ea0aedee59d35fa7d30b9c77aed33683b73efc8d2"
}
`

async function code(bytes: Uint8Array, passphrase = PASSPHRASE): Promise<string> {
  return openRecoveryFile(bytes, passphrase).then(
    () => 'opened',
    (error: unknown) => (error instanceof RecoveryError ? error.code : `not a RecoveryError: ${error}`),
  )
}

/** The file with one part changed and the checksum that goes with it, as somebody would write who knows the format. */
function forged(part: string, value: unknown): Uint8Array {
  const { checksum: _, ...content } = JSON.parse(Buffer.from(made).toString())
  const [last = '', ...above] = part.split('.').reverse()
  const holder = above.reduceRight((object, name) => object[name], content)
  holder[last] = value
  const whole = JSON.parse(JSON.stringify(content))
  const checksum = createHash('sha256').update(canonical(whole)).digest('hex')
  return Buffer.from(JSON.stringify({ ...whole, checksum }))
}

/** Time of the processor that something takes, in microseconds: in all threads, whatever else the machine does. */
async function workOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

describe('a recovery file', () => {
  test('opens by a made-up passphrase in capitals, and never by one of people in other letters', async () => {
    const madeUp = 'h7k2m-pq9rs-tuvwx-yz234-56789-a'
    const wrapped = await wrapSecrets(ORIGIN, secrets, madeUp, counted)
    expect(await code(wrapped, madeUp.toUpperCase())).toBe('opened')
    expect(await code(wrapped, `${madeUp.slice(0, -1)}B`)).toBe('passphrase-wrong')
    expect(await code(made, PASSPHRASE.toUpperCase())).toBe('passphrase-wrong')
    // Of the same form, and chosen in capitals.
    const chosen = await wrapSecrets(ORIGIN, secrets, madeUp.toUpperCase(), counted)
    expect(await code(chosen, madeUp.toUpperCase())).toBe('opened')
    expect(await code(chosen, madeUp)).toBe('passphrase-wrong')
  })

  test('gives back what was wrapped', async () => {
    expect(await openRecoveryFile(made, PASSPHRASE)).toEqual({ origin: ORIGIN, secrets })
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`s${i}`, new Uint8Array(randomBytes(1 + 40 * i))]),
    )
    const bytes = await wrapSecrets(ORIGIN, many, PASSPHRASE, randomBytes)
    expect((await openRecoveryFile(bytes, PASSPHRASE)).secrets).toEqual(many)
  })

  test('has the bytes it had when the format was made', () => {
    expect(Buffer.from(made).toString()).toBe(golden)
  })

  test('is opened by another Argon2id and AES-GCM, from what it says itself', () => {
    const { kdf, cipher, box, format, origin, names } = JSON.parse(golden)
    const key = argon2Sync('argon2id', {
      message: PASSPHRASE,
      nonce: Buffer.from(kdf.salt, 'base64'),
      parallelism: kdf.lanes,
      tagLength: 32,
      memory: kdf.memoryKiB,
      passes: kdf.passes,
    })
    const sealed = Buffer.from(box, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(cipher.nonce, 'base64'))
    decipher.setAAD(Buffer.from(`${[format, origin, ...names].join('\n')}\n`))
    decipher.setAuthTag(sealed.subarray(-16))
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
    expect(JSON.parse(plain.toString())).toEqual(
      Object.fromEntries(
        Object.entries(secrets).map(([name, secret]) => [name, Buffer.from(secret).toString('hex')]),
      ),
    )
  })

  test("Argon2id is the package's own choice (known answer of the reference implementation)", async () => {
    const options = {
      memoryCost: 65_536,
      timeCost: 2,
      parallelism: 1,
      outputLen: 32,
      salt: Buffer.from('somesalt'),
    }
    expect((await hashRaw('password', options)).toString('hex')).toBe(
      '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7',
    )
  })

  test('uses new salt and nonce each time', async () => {
    const [one, two] = await Promise.all(
      [0, 1].map(() => wrapSecrets(ORIGIN, secrets, PASSPHRASE, randomBytes)),
    )
    const [first, second] = [one, two].map((bytes) => JSON.parse(Buffer.from(bytes ?? []).toString()))
    expect(first.kdf.salt).not.toBe(second.kdf.salt)
    expect(first.cipher.nonce).not.toBe(second.cipher.nonce)
  })

  test('is not opened by another passphrase, and says so', async () => {
    await expect(openRecoveryFile(made, `${PASSPHRASE} `)).rejects.toThrow(
      `this is not the passphrase of the recovery file of ${ORIGIN}`,
    )
    expect(await code(made, PASSPHRASE.toUpperCase())).toBe('passphrase-wrong')
  })

  test('any bit of it turned over makes it damaged, and never a wrong passphrase', async () => {
    const codes = new Set<string>()
    for (let bit = 0; bit < made.length * 8; bit++) {
      const turned = Uint8Array.from(made)
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      codes.add(await code(turned))
    }
    expect([...codes].sort()).toEqual(['damaged', 'unknown-format'])
  })

  test('cut off anywhere it is damaged', async () => {
    for (let length = 0; length < made.length - 2; length++)
      expect(await code(made.subarray(0, length))).toMatch(/^(?:damaged|unknown-format)$/)
  })

  test('other line ends and spaces are no damage', async () => {
    const text = Buffer.from(made).toString()
    for (const other of [text.replaceAll('\n', '\r\n'), JSON.stringify(JSON.parse(text)), `\n${text} `])
      expect(await code(Buffer.from(other))).toBe('opened')
  })

  test.each([
    ['origin', 'lab.example/t/nmr-01/20260302-7f3b'],
    ['names', Object.keys(secrets).reverse()],
    ['names', ['20260302-7f3a.mac']],
    ['names.0', 'another.mac'],
    ['kdf.passes', 4],
    ['kdf.salt', Buffer.alloc(16).toString('base64')],
    ['cipher.nonce', Buffer.alloc(12).toString('base64')],
    ['box', Buffer.alloc(40).toString('base64')],
  ])(
    'what it says of its content is authenticated: another %s opens with no passphrase',
    async (part, value) => {
      expect(await code(forged('origin', ORIGIN))).toBe('opened')
      expect(await code(forged(part, value))).toBe('passphrase-wrong')
    },
  )

  test.each([
    ['kdf.memoryKiB', 104_857_600],
    ['kdf.memoryKiB', 262_145],
    ['kdf.memoryKiB', 8],
    ['kdf.memoryKiB', -1],
    ['kdf.passes', 4_294_967_295],
    ['kdf.passes', 0],
    ['kdf.lanes', 255],
    ['kdf.name', 'argon2d'],
    ['kdf.version', 16],
    ['kdf.salt', ''],
    ['kdf.more', 1],
    ['names', Array(101).fill('a')],
    ['names', ['a\nb']],
    ['origin', 'a\nb'],
    ['box', ''],
    ['box', Buffer.alloc(16).toString('base64')],
    ['cipher', undefined],
  ])('a file whose %s is %j is refused before it costs memory or time', async (part, value) => {
    const bytes = forged(part, value)
    const opening = await workOf(() => code(made))
    const refusing = await workOf(async () => expect(await code(bytes)).toBe('damaged'))
    expect(refusing).toBeLessThan(opening / 2)
  })

  test('a file longer than any is not looked at', async () => {
    expect(await code(new Uint8Array(RECOVERY_BYTES_MAX + 1))).toBe('unknown-format')
  })

  test.each([
    '',
    '{}',
    'null',
    '[]',
    '{"format":"compliance-relay/recovery/v2"}',
    '{"format":1}',
    '\ufeff{}',
  ])('what is none is told from one that is damaged: %j', async (text) => {
    expect(await code(Buffer.from(text))).toMatch(/^(?:unknown-format|damaged)$/)
  })

  test('a passphrase is the same however its characters were typed', async () => {
    const composed = await wrapSecrets(ORIGIN, secrets, 'Schlüsselwörter ﬁnden', counted)
    expect(await code(composed, 'Schlu\u0308sselwo\u0308rter finden')).toBe('opened')
    expect(await code(composed, 'Schlusselworter finden')).toBe('passphrase-wrong')
  })

  test.each(['', 'eleven char', 'ﬀﬀﬀﬀﬀ', '🙂🙂🙂🙂🙂🙂', 'x'.repeat(1_001), `lone \ud800 surrogate`])(
    'a passphrase that is too short, too long or no text makes no file and opens none: %j',
    async (passphrase) => {
      await expect(wrapSecrets(ORIGIN, secrets, passphrase, counted)).rejects.toMatchObject({
        code: 'passphrase-unusable',
      })
      expect(await code(made, passphrase)).toBe('passphrase-wrong')
    },
  )

  test('names and sizes that no secret has are not wrapped', async () => {
    await expect(wrapSecrets(ORIGIN, { '../a': new Uint8Array(32) }, PASSPHRASE, counted)).rejects.toThrow(
      'no name',
    )
    await expect(wrapSecrets(ORIGIN, { a: new Uint8Array() }, PASSPHRASE, counted)).rejects.toThrow(
      '1 to 4096',
    )
    await expect(wrapSecrets('a\nb', secrets, PASSPHRASE, counted)).rejects.toThrow('is no origin')
  })
})
