import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, hex } from '@compliance-relay/shared/trail'
import { expect, type Page } from '@playwright/test'
import { ask, askNode, places, say, test } from './ask.ts'
import { craftedSignatures, respelled } from './crafted-signatures.ts'
import type { SignatureCase } from './page/ed25519.ts'
import { chance, secret } from './plan.ts'

const vectors = join(import.meta.dirname, '../../../shared/vectors')
const PAIRS = 100
const CRAFTERS = 10
/** The encoding of the identity point. */
const IDENTITY = `01${'00'.repeat(31)}`

test('WebCrypto and the ring make the same keys and signatures in a page and in its worker', {
  tag: '@oq',
}, async ({ ringPage }) => {
  for (const n of numbers()) {
    const input = { seed: secret(`seed ${n}`), message: messageOf(n) }
    const expected = (await askNode('sign', input)).ring
    for (const place of places) {
      const { ring, webCrypto } = await ask(ringPage, place, 'sign', input)
      expect(ring).toEqual(expected)
      expect(webCrypto).toEqual(expected)
    }
  }
  say(`webcrypto: ${PAIRS} keys and signatures equal`)
})

test('WebCrypto, the ring in a page and the ring in Node agree on every good, tampered and crafted signature', {
  tag: ['@oq', '@challenge'],
}, async ({ ringPage }) => {
  const made: SignatureCase[] = []
  for (const n of numbers()) {
    const message = messageOf(n)
    const { key, signature } = (await askNode('sign', { seed: secret(`seed ${n}`), message })).ring
    made.push({ key, message, signature })
  }
  expect(await agreement(ringPage, 'good', made)).toEqual({ good: PAIRS, bad: 0 })

  const tampered = made.flatMap((one, n) => tamperings(one, n))
  expect((await agreement(ringPage, 'tampered', tampered)).good).toBe(0)

  const crafted = numbers()
    .slice(0, CRAFTERS)
    .flatMap((n) => craftedSignatures(secret(`seed ${n}`), messageOf(n)))
  expect((await agreement(ringPage, 'crafted', crafted)).good).toBe(CRAFTERS)

  await agreement(ringPage, 'wycheproof', wycheproof())
  await agreement(ringPage, 'cctv', cctv())
})

/**
 * Holds every verdict to every other and prints how many there were. Under a sound key the one R of small
 * order that can verify is the identity. Verifiers differ on it (WebCrypto's specification and Node 26 refuse
 * it, OpenSSL and BoringSSL do not), so the ring must refuse it, whatever WebCrypto says.
 */
async function agreement(page: Page, name: string, cases: readonly SignatureCase[]) {
  if (cases.length === 0) {
    say(`webcrypto: ${name}: skipped: not present`)
    return { good: 0, bad: 0 }
  }
  const inNode = await askNode('judge', cases)
  const inPage = await ask(page, 'page', 'judge', cases)
  const inWorker = await ask(page, 'worker', 'judge', cases)
  const verdicts = cases.map((one, i) => ({
    identityR: one.signature.startsWith(IDENTITY),
    node: inNode[i]?.ring,
    page: inPage[i]?.ring,
    worker: inWorker[i]?.ring,
    webCrypto: inPage[i]?.webCrypto,
    workerWebCrypto: inWorker[i]?.webCrypto,
  }))
  const sound = verdicts.filter((one) => one.node !== 'unsound')
  const unsound = verdicts.filter((one) => one.node === 'unsound')
  const [good, bad] = ['good', 'bad'].map((verdict) => sound.filter((one) => one.node === verdict).length)
  const count = { good, bad }
  say(
    `webcrypto: ${name}: ${cases.length} signatures: ${sound.length} under sound keys (${good} good, ${bad} bad, ` +
      `${sound.filter((one) => one.identityR && one.webCrypto === 'good').length} with an R of small order that WebCrypto takes), ` +
      `${unsound.length} under keys the ring refuses ` +
      `(WebCrypto takes ${unsound.filter((one) => one.webCrypto === 'good').length})`,
  )
  const apart = verdicts.flatMap((one, i) => {
    const { identityR, node, page: ring, worker, webCrypto, workerWebCrypto } = one
    const everywhere = ring === node && worker === node && workerWebCrypto === webCrypto
    const asWebCrypto = node === 'unsound' || (identityR ? node === 'bad' : webCrypto === node)
    return everywhere && asWebCrypto ? [] : [{ ...cases[i], ...one }]
  })
  expect(apart, name).toEqual([])
  return count
}

function tamperings({ key, message, signature }: SignatureCase, n: number): readonly SignatureCase[] {
  return [
    { key, message, signature: flipped(signature, `R ${n}`, 0, 256) },
    { key, message, signature: flipped(signature, `S ${n}`, 256, 512) },
    { key, message: flipped(`${message}00`, `message ${n}`, 0, 4 * message.length + 8), signature },
    { key: flipped(key, `key ${n}`, 0, 256), message, signature },
    { key, message: `${message}00`, signature },
    respelled({ key, message, signature }),
    { key, message, signature: signature.slice(0, -2) },
    { key, message, signature: `${signature}00` },
    { key, message, signature: '' },
    { key, message, signature: '00'.repeat(64) },
  ]
}

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string }
    readonly tests: readonly { readonly msg: string; readonly sig: string }[]
  }[]
}

function wycheproof(): readonly SignatureCase[] {
  const groups = read<WycheproofFile>('wycheproof/ed25519_test.json')?.testGroups ?? []
  return groups.flatMap(({ publicKey, tests }) =>
    tests.map(({ msg, sig }) => ({ key: publicKey.pk, message: msg, signature: sig })),
  )
}

function cctv(): readonly SignatureCase[] {
  const found = read<{ key: string; sig: string; msg: string }[]>('cctv-ed25519/ed25519vectors.json') ?? []
  return found.map(({ key, sig, msg }) => ({ key, message: hex(Buffer.from(msg)), signature: sig }))
}

function read<T>(name: string): T | undefined {
  const file = join(vectors, name)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}

function numbers(): readonly number[] {
  return Array.from({ length: PAIRS }, (_, n) => n)
}

/** From no bytes to a few hundred. */
function messageOf(n: number): string {
  return secret(`message ${n}`)
    .repeat(8)
    .slice(0, 4 * n)
}

function flipped(text: string, name: string, from: number, to: number): string {
  const bytes = fromHex(text, text.length / 2)
  const bit = from + chance(name, to - from)
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return hex(bytes)
}
