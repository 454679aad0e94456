import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fingerprintOf, verdictText } from '@compliance-relay/shared/bag'
import { utf8 } from '@compliance-relay/shared/trail'
import { expect, test } from '@playwright/test'
import { bagOf } from '../support/made-bag.ts'
import { zipOf } from '../support/made-zip.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { say } from './ask.ts'
import { Firefox, findFirefox } from './firefox.ts'
import { checkedByNode, dropFile, offlinePageFile } from './offline-page.ts'

test('Firefox, too, opens the offline page from the disk, finds what Node finds, and asks for nothing', {
  tag: ['@oq', '@req/P11-10a-4'],
}, async () => {
  const path = findFirefox(process.env['FIREFOX'])
  if (path === undefined) {
    if (process.env['CI'] === 'true') throw new Error('firefox-esr is not installed')
    return say('skipped: firefox-esr is not present')
  }
  test.setTimeout(180_000)
  const maker = new TrailMaker('firefox')
  maker.take({
    do: 'capture',
    body: { path: '\u202ea.dat', project: 'NMR', device: 'ws', size: 1, sha256: DIGEST_OF_A },
  })
  const { files } = await bagOf(maker)
  const good = dropFile('firefox-good.zip', await zipOf(files))
  const bad = dropFile(
    'firefox-bad.zip',
    await zipOf(new Map(files).set('data/VERIFY.txt', utf8('all is well\n'))),
  )
  const prints = [maker.trailKey, maker.witness].map(({ vkey }) => fingerprintOf(vkey))
  const found = await checkedByNode(bad, { fingerprints: prints })

  const firefox = await Firefox.start(path)
  try {
    const url = pathToFileURL(offlinePageFile).href
    await firefox.open(url)
    await firefox.text(`(fingerprints => {
      fingerprints.value = '${prints.join(' ')}'
      fingerprints.dispatchEvent(new Event('input'))
    })(document.getElementById('fingerprints'))`)
    await firefox.setFiles('bag', [bad])
    expect(await firefox.untilText(`document.querySelector('.verdict.bad')?.textContent ?? ''`)).toContain(
      verdictText(found),
    )
    const codes = await firefox.text(
      `[...document.querySelectorAll('.findings .code')].map((one) => one.textContent).join()`,
    )
    expect(codes).toBe(found.findings.map(({ code }) => code).join())
    await firefox.setFiles('bag', [good])
    expect(await firefox.untilText(`document.querySelector('.verdict.good')?.textContent ?? ''`)).toContain(
      'No findings',
    )
    await firefox.setFiles('files', [dropFile('firefox-a.dat', 'a'), dropFile('firefox-b.dat', 'b')])
    const answers = await firefox.untilText(`document.getElementById('answers').innerText`)
    expect(answers).toContain('1 file is in this export, 1 is none of it.')
    expect(answers).toContain('\\u202ea.dat')

    // A certificate is looked at with what a browser gives to pages alone that it takes for safe.
    await firefox.open(url)
    await firefox.setFiles('policy', [dropFile('firefox-policy.txt', stamped.policy)])
    await firefox.setFiles('tsa-cert', [dropFile('firefox-authority.pem', stamped.anchors)])
    await firefox.setFiles('bag', [golden('1-stamped.zip')])
    expect(await firefox.untilText(`document.querySelector('.verdict.good')?.textContent ?? ''`)).toContain(
      'No findings',
    )
    expect(await firefox.text(`document.getElementById('report').innerText`)).toContain(
      '1 time stamp: the first 4 records were there by 2026',
    )
    expect(firefox.log).toEqual([])
    expect(firefox.requests.filter((one) => one !== url && !one.startsWith('blob:'))).toEqual([])
  } finally {
    await firefox.close()
  }
})

const golden = (name: string) => join(import.meta.dirname, '../golden-bags', name)
const stamped = JSON.parse(readFileSync(golden('1-stamped.json'), 'utf8'))
const DIGEST_OF_A = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'
