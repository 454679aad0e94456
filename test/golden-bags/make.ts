/**
 * node test/golden-bags/make.ts
 *
 * Writes golden bags that are not there yet. One that is there is never written again: see README.md.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyBag } from '@compliance-relay/shared/bag'
import { readCertificates } from '@compliance-relay/shared/time-stamp'
import { fromUtf8, parsePolicy, utf8 } from '@compliance-relay/shared/trail'
import { opened, zipOf } from '../support/zipped.ts'
import { goldenBags } from './bags.ts'

for (const [name, make] of Object.entries(goldenBags)) {
  const file = join(import.meta.dirname, `${name}.zip`)
  if (existsSync(file)) continue
  const { files, policy, anchors } = await make()
  const zip = await zipOf(files, `relay-export-${name}`)
  const report = await verifyBag(await opened(zip), {
    trust: { policy: parsePolicy(policy) },
    ...(anchors === undefined ? {} : { timeStamps: readCertificates(utf8(anchors)) }),
  })
  if (report.findings.length > 0)
    throw new Error(`${name} does not verify: ${JSON.stringify(report.findings)}`)
  writeFileSync(file, zip, { flag: 'wx' })
  const known = { policy: fromUtf8(policy), ...(anchors === undefined ? {} : { anchors }), report }
  writeFileSync(file.replace(/zip$/, 'json'), `${JSON.stringify(known, null, 2)}\n`, { flag: 'wx' })
  process.stdout.write(`${file}\n`)
}
