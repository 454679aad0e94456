import { macKey } from '@compliance-relay/shared/trail'
import { expect } from '@playwright/test'
import { sampleLines } from '../support/sample-trail.ts'
import { ask, askNode, pageUrl, places, publish, say, test } from './ask.ts'
import { fileOf } from './page/make.ts'
import { bytesOfHex } from './page/verify.ts'
import { secret } from './plan.ts'

const SPEED_ENTRIES = 20_000

test('a long trail verifies in a page and in its worker, at a speed that is printed', {
  tag: '@oq',
}, async ({ ringPage }) => {
  const file = fileOf([...sampleLines(SPEED_ENTRIES, macKey(bytesOfHex(secret('mac'))))])
  const path = publish('long.jsonl', file)
  const given = { keys: [secret('mac')], checkpoints: [] }
  const row = (where: string, milliseconds: number): void => {
    const speed = Math.round((SPEED_ENTRIES / milliseconds) * 1000).toLocaleString('en')
    say(`speed: ${where.padEnd(6)} ${speed.padStart(9)} entries/s verified`)
  }
  const here = await askNode('timeAt', { url: new URL(path, pageUrl()).href, given })
  row('node', here.milliseconds)
  for (const place of places) {
    const { report, milliseconds } = await ask(ringPage, place, 'timeAt', { url: path, given })
    expect(report).toEqual(here.report)
    expect(report.findings).toEqual([])
    expect(report.checked.checksums).toBe(SPEED_ENTRIES)
    row(place, milliseconds)
  }
})
