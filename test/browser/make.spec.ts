import { fromBase64 } from '@compliance-relay/shared/trail'
import { expect } from '@playwright/test'
import { ask, askNode, places, publish, say, test } from './ask.ts'
import { verifyBytes } from './page/verify.ts'
import { ENTRIES, STATEMENTS, samplePlan } from './plan.ts'

const plan = samplePlan()

for (const place of places) {
  test(`a trail made in a ${place} is byte for byte the one Node makes, and verifies in Node`, {
    tag: '@oq',
  }, async ({ ringPage }) => {
    const there = await ask(ringPage, place, 'make', plan)
    const here = await askNode('make', plan)
    expect(Buffer.compare(fromBase64(there.file), fromBase64(here.file))).toBe(0)
    expect(there).toEqual(here)

    const report = verifyBytes(fromBase64(there.file), there.given)
    expect(report.findings).toEqual([])
    expect(report.checked).toMatchObject({
      checksums: ENTRIES,
      checkpoints: here.given.checkpoints.length,
      coveredSize: ENTRIES,
      statements: STATEMENTS,
    })
    say(
      `made in a ${place}: ${report.entries} entries, ${there.given.checkpoints.length} checkpoints, equal bytes`,
    )
  })
}

test('a trail made in the worker of a page verifies in the page', { tag: '@oq' }, async ({ ringPage }) => {
  const { file, given } = await ask(ringPage, 'worker', 'make', plan)
  const url = publish('made in the worker.jsonl', fromBase64(file))
  const report = await ask(ringPage, 'page', 'verifyAt', { url, given })
  expect(report.findings).toEqual([])
  expect(report.checked.coveredSize).toBe(ENTRIES)
})

test('a draft that has no place in a trail is refused in a browser with the words Node uses', {
  tag: ['@oq', '@challenge'],
}, async ({ ringPage }) => {
  const opened = plan.steps[0]
  if (opened?.do !== 'append') throw new Error('expected a first record')
  const refused = {
    fraction: { ...opened.draft, body: { n: 0.5 } },
    'large number': { ...opened.draft, body: { n: 2 ** 53 } },
    'half a surrogate': { ...opened.draft, body: { text: '\ud800' } },
    time: { ...opened.draft, time: '2026-02-30T00:00:00.000Z' },
    kind: { ...opened.draft, kind: 'Opened' },
    nobody: { ...opened.draft, actor: { ...opened.draft.actor, id: '' } },
    size: { ...opened.draft, body: { text: 'x'.repeat(66_000) } },
  }
  for (const [name, draft] of Object.entries(refused)) {
    const bad = { ...plan, steps: [{ do: 'append' as const, draft }] }
    const inNode = await askNode('make', bad).then(
      () => 'made',
      (error: Error) => String(error),
    )
    expect(inNode, name).toMatch(/^FormatError: /)
    for (const place of places) await expect(ask(ringPage, place, 'make', bad), name).rejects.toThrow(inNode)
  }
})
