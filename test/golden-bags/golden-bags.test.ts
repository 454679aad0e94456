import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BagReport, fingerprintOf, verifyBag } from '@compliance-relay/shared/bag'
import { parsePolicy, utf8 } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { opened } from '../support/zipped.ts'

interface Known {
  readonly policy: string
  readonly report: BagReport
}

/** SHA-256 of each file as it was made: what is here for ever cannot be made again by mistake. */
const made: { readonly [file: string]: string } = {
  '1-approved.json': '19dc4f0ea76292df722c7eec046536517b380da6b1bd3421230b9994a2fc9f18',
  '1-approved.zip': 'fe163fd964a5fa60c96b07c951bdd66080112de4354afefe8c62f3d68b86aa44',
  '1-hostile-names.json': 'd452ea34edabb88cd38990bffd65db17f7e5a898fc92fdf1ed41a00ea0c46cc2',
  '1-hostile-names.zip': 'b88310a634942985f4908dc033af0ab9fa6c1a8edcb32048fc91750fd6e27907',
  '1-people.json': '74327cbef982c0cd7f8198a242f00a6c0dfe8f8927bca39b16b46d05cd75ff47',
  '1-people.zip': 'ee816671d177c3a4c29be20dd9c3bbc9614c1d1d5f7363cc4964bc2a7c70eef0',
  '1-trails.json': '8f16b1977c55386f93348c3677a31bcd5dc59bd0f84700082f5327057c666c9f',
  '1-trails.zip': '3273503a16caea78cd6f39d6e6a9e34eeddf16f686681d88f30056fd9bd6a15d',
  '1-whole.json': '56c2f9c126a698b10ae594d683ec25cbda1b76d287e4c75e668164c0d82ca592',
  '1-whole.zip': '1b965a64f66c281532d07f4ff56b00d45648ac338fbeadb4343473fa109048d6',
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
    const { policy, report } = JSON.parse(
      readFileSync(join(import.meta.dirname, name.replace(/zip$/, 'json')), 'utf8'),
    ) as Known
    const parsed = parsePolicy(utf8(policy))
    const now = await verifyBag(await opened(bytesOf(name) as Uint8Array<ArrayBuffer>), {
      trust: { policy: parsed },
    })
    expect(now.findings).toEqual([])
    // A later version may say more of it, and nothing else.
    expect(now).toMatchObject(report)
    const fingerprints = [...parsed.logs, ...parsed.witnesses].map(({ verifier }) =>
      fingerprintOf(verifier.vkey),
    )
    const byPrints = await verifyBag(await opened(bytesOf(name) as Uint8Array<ArrayBuffer>), {
      trust: { fingerprints },
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
