import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { problemOf as refusalOf } from '../../shared/src/relay/problem-of.test-support.ts'
import { freePort } from '../support/free-port.ts'
import { Workstation } from '../support/workstation.ts'

/*
 * Of the trail in which all accounts stood everything about people is lost: the first account of the next one takes the
 * recovery file and its passphrase, as the last administrator's way back does, and not only to be at the machine.
 */

const good = 'gravel spoon tundra 41'
const other = 'nickel otter canvas 17'
const passphrase = 'orchid-lantern-74-gravel'

let secrets: string
let station: Workstation
let port: string

function setUp(): Workstation {
  const made = new Workstation({
    usualPort: true,
    init: ['--quiet', '1', '--passphrase-file', join(secrets, 'passphrase')],
  })
  made.init()
  return made
}

function first(typed: readonly string[], ...args: string[]) {
  const words = ['account', 'first', 'asmith=Anna Smith', '--data', station.data, ...args]
  return station.tryRelayWith(`${typed.join('\n')}\n`, ...words)
}

function password(typed: readonly string[]) {
  const words = ['account', 'password', 'asmith', '--code', '--port', port]
  return station.tryRelayWith(`${typed.join('\n')}\n`, ...words)
}

const signIn = (typed: string) => clientAt(port).call('signIn', { body: { user: 'asmith', password: typed } })

const codeIn = (out: string) => /^[0-9A-Z]{4}(?:-[0-9A-Z]{4}){6}$/m.exec(out)?.[0] ?? ''

const recoveryOf = ({ data }: Workstation) => ['--recovery', join(data, 'recovery.json')]

/** As somebody does who can write into the database: from the first record of an account on nothing is left. */
function loseThePeople(): void {
  const from = `SELECT min(seq) FROM entry WHERE CAST(line AS TEXT) LIKE '%"kind":"account.added"%'`
  station.inDatabase((database) => database.exec(`DELETE FROM entry WHERE seq >= (${from})`))
}

beforeEach(async () => {
  secrets = mkdtempSync(join(tmpdir(), 'relay-first-'))
  writeFileSync(join(secrets, 'passphrase'), `${passphrase}\n`)
  port = String(await freePort())
  station = setUp()
  await station.start('--port', port)
  const given = first([])
  expect(given).toMatchObject({ code: 0, error: '' })
  expect(password([codeIn(given.out), good])).toMatchObject({ code: 0, error: '' })
  await station.stop()
  loseThePeople()
  await station.start('--port', port)
  expect((await station.status()).left).toBeDefined()
})
afterEach(async () => {
  await station.remove()
  rmSync(secrets, { recursive: true })
})

test('whoever is at the machine does not become the first administrator of a relay whose people are lost', {
  tags: ['req/P11-10d-1', 'challenge', 'fault'],
}, async () => {
  expect(await refusalOf(signIn(good))).toBe('sign-in-refused')
  const refused = (says: string) => ({ code: 2, out: '', error: expect.stringContaining(says) })
  expect(first([])).toMatchObject(refused('name the recovery file with --recovery FILE'))
  // What is asked of a relay that runs stands in a file, and a passphrase does not.
  expect(first([passphrase], ...recoveryOf(station))).toMatchObject(refused('stop the relay first'))
  await station.stop()
  expect(first([])).toMatchObject(refused('name the recovery file with --recovery FILE'))
  expect(first([`${passphrase}x`], ...recoveryOf(station))).toMatchObject(refused('or another passphrase'))
  expect(first([passphrase], '--recovery', join(secrets, 'none'))).toMatchObject(
    refused('there is no recovery file'),
  )
  const another = setUp()
  try {
    expect(first([passphrase], ...recoveryOf(another))).toMatchObject(refused('that is no recovery file of'))
  } finally {
    await another.remove()
  }
  await station.start('--port', port)
  expect(station.records().filter(({ kind }) => kind.startsWith('account.'))).toEqual([])
})

test('with the recovery file and its passphrase they do, are told what comes next, and sign in anew', {
  tags: ['req/P11-10d-1', 'fault'],
}, async () => {
  await station.stop()
  const given = first([passphrase], ...recoveryOf(station))
  expect(given).toMatchObject({ code: 0, error: '' })
  const steps = given.out.slice(given.out.indexOf('Next, in this order:'))
  expect(steps).toContain(`relay run --data ${station.data}\n`)
  expect(steps).toContain(`relay account password asmith --code --data ${station.data}\n`)
  await station.start('--port', port)
  expect(password([codeIn(given.out), other])).toMatchObject({ code: 0, error: '' })
  expect(await refusalOf(signIn(other))).toBe('none')
  expect(await refusalOf(signIn(good))).toBe('sign-in-refused')
  // There is an administrator now: nobody else becomes the first by the file.
  await station.stop()
  expect(first([passphrase], ...recoveryOf(station))).toMatchObject({ code: 2, out: '' })
})
