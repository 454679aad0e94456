import { describe, expect, test } from 'vitest'
import { afterRecovery, recoveryFilesText } from './account-text.ts'

const where = { data: '/srv/r' }
const [now, before] = ['a'.repeat(64), 'b'.repeat(64)]

describe('the recovery files', () => {
  test('are listed with the one that was replaced, once another is confirmed', () => {
    const files = { counts: now, waiting: [] }
    expect(recoveryFilesText(files, 'asmith', where)).not.toContain('Replaced')
    expect(recoveryFilesText(files, 'asmith', where, before)).toContain(
      `The recovery file that counts: ${now}\nReplaced, opens nothing any more: ${before}\n`,
    )
    expect(recoveryFilesText(files, 'asmith', where, null)).not.toContain('Replaced')
  })
})

test('after a recovery what comes next is said in order, each with its command', () => {
  const commands = (isStopped: boolean) =>
    afterRecovery('asmith', where, isStopped).flatMap((line) => /^ {5}(relay .*)$/.exec(line)?.[1] ?? [])
  expect(commands(true)).toEqual([
    'relay run --data /srv/r',
    'relay account password asmith --code --data /srv/r',
    'relay account list --as asmith --data /srv/r',
    'relay account review --as QA --data /srv/r',
  ])
  expect(commands(false)).toEqual(commands(true).slice(1))
})
