import { expect, test } from 'vitest'
import { afterRecovery } from './account-text.ts'

const where = { data: '/srv/r' }

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
