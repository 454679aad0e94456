import { expect, test } from 'vitest'
import { whereTyped, withWhere } from './typed-next.ts'

test('the command to type next names the relay that was asked, and nothing where none was named', () => {
  expect(whereTyped({ data: '/var/lib/relay' })).toBe(' --data /var/lib/relay')
  expect(whereTyped({ data: '/var/lib/relay', port: '7412' })).toBe(' --data /var/lib/relay --port 7412')
  expect(whereTyped({ port: '7412' })).toBe(' --port 7412')
  expect(whereTyped({})).toBe('')
})

test('a folder is written so that a shell takes it for one word', { tags: ['challenge'] }, () => {
  expect(whereTyped({ data: '/data/NMR lab' }, 'linux')).toBe(" --data '/data/NMR lab'")
  expect(whereTyped({ data: "/data/o'neil" }, 'linux')).toBe(String.raw` --data '/data/o'\''neil'`)
  expect(whereTyped({ data: '/data/$(id)' }, 'linux')).toBe(" --data '/data/$(id)'")
  expect(whereTyped({ data: '/data/NMR lab' }, 'win32')).toMatch(/^ --data "[^"]*NMR lab"$/)
})

test('commands in a sentence are given what they take: the folder, and who asks', () => {
  const where = { data: '/srv/r' }
  for (const [says, said] of [
    [
      '2 captures have nobody: relay unclaimed, relay claim',
      '2 captures have nobody: relay unclaimed --data /srv/r, relay claim SEQ --data /srv/r --as ID --reason TEXT',
    ],
    [
      'relay account recover, or relay account first if none ever could',
      'relay account recover USER --data /srv/r --reason TEXT, or relay account first USER="FULL NAME" --data /srv/r if none ever could',
    ],
    ['relay feed-token list', 'relay feed-token list --data /srv/r --as ID'],
    [
      'confirms it: relay account confirm-recovery',
      'confirms it: relay account confirm-recovery --data /srv/r --as ID',
    ],
    ['relay recovery', 'relay recovery --passphrase-file FILE --data /srv/r'],
    ['Run relay verify --data.', 'Run relay verify --data /srv/r.'],
    ['relay status says why', 'relay status --data /srv/r says why'],
    ['relay status --data /srv/b says why', 'relay status --data /srv/b says why'],
    ['relay account --help has all', 'relay account --help has all'],
    ['there is none yet: relay rules set identity', 'there is none yet: relay rules set identity'],
    ['as they are read by relay verify', 'as they are read by relay verify'],
    ['the running relay claims nothing', 'the running relay claims nothing'],
  ] as const)
    expect(withWhere(says, where)).toBe(said)
})

test('of whom a sentence is about, it says so; of one person the command is whole', () => {
  const where = { data: '/srv/r' }
  const locked = '1 account is locked: relay account unlock'
  expect(withWhere(locked, where, ['jdoe'])).toBe(
    '1 account is locked (jdoe): relay account unlock jdoe --data /srv/r --as ID --reason TEXT',
  )
  const more = withWhere(locked, where, ['a1', 'b2', 'c3', 'd4', 'e5', 'f6'])
  expect(more).toBe(
    '1 account is locked (a1, b2, c3, d4, e5, …): relay account unlock USER --data /srv/r --as ID --reason TEXT',
  )
  expect(withWhere('keys: relay device revoke', where, ['jdoe/laptop'])).toContain(
    ' revoke jdoe/laptop --data',
  )
})

test('whoever asked as somebody is told the command as that person', () => {
  const where = { data: '/srv/r', as: 'asmith' }
  expect(withWhere('relay device list shows those there are', where)).toBe(
    'relay device list --data /srv/r --as asmith shows those there are',
  )
  expect(withWhere('first: relay account password ID --code.', where)).toBe(
    'first: relay account password asmith --code --data /srv/r.',
  )
})
