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
  '1-approved.json': '65b3ce1595472d030941ec44db8053c150cb59b1518a99647ee60eec205705f1',
  '1-approved.zip': 'db9a27a6598110c3620bdba306aaf776987077902d3dec8e7ea4a27f64a3b0a8',
  '1-hostile-names.json': '32d86de3dad3505d75f1cf2030b2bf450cb5e33d55efd66a85786aab4d3bd6bc',
  '1-hostile-names.zip': 'e64dac8e09350a79ffa5b69c7abdac771d0066dbecf05832e72df9c4e1450005',
  '1-people.json': '279e904831fb4acd89ac2f5fc3a9dda52546fe57a8add10f39f245c24f2dd115',
  '1-people.zip': 'c7d2b154f42372d8dad4785be0f05f8202ab94b3d57d5d1a96e0274dcb8737f0',
  '1-stamped.json': '55ed3a442d8fc2998610a6ae406a465ae85d5bbc3ee4ee0197e8d4e9c9460264',
  '1-stamped.zip': '6da3bca89e76cdb285f09dc0c05a0e80aeeef20f862c0ebe6d640c8c121a913d',
  '1-trails.json': 'ed84484bd101e825605142e4055fa615656279854bba28fec06e37fc18959fc7',
  '1-trails.zip': '89dfff1664132d5ab736a15c294132aedc7e8cf47c5d46c8c4a8c57511815f74',
  '1-whole.json': '6cd389a1d568d61309cc5790aef3cc0bd22659a425fdb64808196348bae0cafd',
  '1-whole.zip': '2888244aa2b02b449bde9332273eabf119569c5587b08dc6cf75cd060107a3df',
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
