import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BagReport, fingerprintOf, verifyBag } from '@compliance-relay/shared/bag'
import { readCertificates } from '@compliance-relay/shared/time-stamp'
import { parsePolicy, utf8 } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { opened } from '../support/zipped.ts'

interface Known {
  readonly policy: string
  /** Certificates in PEM, where it has time stamps. */
  readonly anchors?: string
  readonly report: BagReport
}

/** SHA-256 of each file as it was made: what is here for ever cannot be made again by mistake. */
const made: { readonly [file: string]: string } = {
  '1-approved.json': '305c01dbcdc96a57a31ad0608a4f990048c570cf45562f0440fb4f7617598472',
  '1-approved.zip': 'dc54679daa0e566fe6e747a635b93ac449add5bb8c93f5afc51ca88cd260c60a',
  '1-hostile-names.json': '6b022ef82f0278b8581908366c953c2610c5691fa95f68f89915708e5de0a0f9',
  '1-hostile-names.zip': 'eff377c7a2ee7554fbd335400073d372787b144fbf4aea79b0f9524c4ec2a132',
  '1-people.json': '4068f34e849b6a797b8a056c6091d522b56b414af130184035f3eb131ae83d7c',
  '1-people.zip': 'f60622eb1f70ef35be25276faae407ba609df64888a907338d21a53c799c4e5a',
  '1-stamped.json': 'fb06d88a65aaaf3005f284e03d2300364d12cc47ea0666557e0b991f37c3f920',
  '1-stamped.zip': '5b74dad6a4ea310628c17623be57efbed4264f8858f651409d6df436a107ce35',
  '1-trails.json': '1c78f07fa5cf1e548fa21e58104f197a2d34c92e3f7669442fbcd7bec5372a0b',
  '1-trails.zip': '202605c8bb9eaa9d6be2c7171f08a7e847a18da4b40cec5342f2b0234973840b',
  '1-whole.json': '8559e548c927099a0e07c7295b972bf5ef43a0169bc627a9bdf422cde4adf7f8',
  '1-whole.zip': '51647a50538b1e76422c3c76382d5baea57c801d7cb3a69f64cd881d368cf60e',
}

const bytesOf = (file: string) => new Uint8Array(readFileSync(join(import.meta.dirname, file)))
const bags = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.zip'))

describe('a golden bag', { tags: ['req/P11-10a-4', 'req/P11-10b-1'] }, () => {
  test('is as it was made, and none is missing', () => {
    const files = readdirSync(import.meta.dirname).filter((name) => /\.(?:zip|json)$/.test(name))
    const digests = files.map((name) => [name, createHash('sha256').update(bytesOf(name)).digest('hex')])
    expect(Object.fromEntries(digests)).toEqual(made)
  })

  test.for(bags)('%s verifies, and is said to be what it was said to be', async (name) => {
    const { policy, anchors, report } = JSON.parse(
      readFileSync(join(import.meta.dirname, name.replace(/zip$/, 'json')), 'utf8'),
    ) as Known
    const parsed = parsePolicy(utf8(policy))
    const timeStamps = anchors === undefined ? {} : { timeStamps: readCertificates(utf8(anchors)) }
    const now = await verifyBag(await opened(bytesOf(name) as Uint8Array<ArrayBuffer>), {
      trust: { policy: parsed },
      ...timeStamps,
    })
    expect(now.findings).toEqual([])
    // A later version may say more of it, and nothing else.
    expect(now).toMatchObject(report)
    const fingerprints = [...parsed.logs, ...parsed.witnesses].map(({ verifier }) =>
      fingerprintOf(verifier.vkey),
    )
    const byPrints = await verifyBag(await opened(bytesOf(name) as Uint8Array<ArrayBuffer>), {
      trust: { fingerprints },
      ...timeStamps,
    })
    expect(byPrints).toMatchObject(report)
  })

  test.for(bags)('%s of which a byte is another is found out', { tags: ['challenge'] }, async (name) => {
    const { policy } = JSON.parse(
      readFileSync(join(import.meta.dirname, name.replace(/zip$/, 'json')), 'utf8'),
    ) as Known
    const bytes = bytesOf(name) as Uint8Array<ArrayBuffer>
    const at = bytes.length >> 1
    bytes[at] = (bytes[at] ?? 0) ^ 0x10
    const report = await verifyBag(await opened(bytes), { trust: { policy: parsePolicy(utf8(policy)) } })
    expect(report.findings.length).toBeGreaterThan(0)
  })
})
