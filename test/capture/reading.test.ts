import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Client, Problem, type TrailView } from '@compliance-relay/shared/api'
import {
  consistencyProof,
  equalBytes,
  inclusionProof,
  leafHash,
  readEntry,
  verifyConsistency,
  verifyInclusion,
} from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { freePort } from '../support/free-port.ts'
import { readTrail, verifyCopy } from '../support/trail-over-http.ts'
import { Workstation } from '../support/workstation.ts'

/* What can be read of a real relay, over HTTP and with nothing else: no file of its data folder is looked at. */

const good = 'gravel spoon tundra 41'
let station: Workstation
let port: string

beforeEach(async () => {
  port = String(await freePort())
  station = new Workstation({ usualPort: true, init: ['--quiet', '1', '--admin', 'asmith=Anna Smith'] })
  const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start('--port', port)
  await clientAt(port).call('setPasswordByCode', { body: { user: 'asmith', code, newPassword: good } })
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

async function signedIn(): Promise<Client> {
  const { token } = await clientAt(port).call('signIn', { body: { user: 'asmith', password: good } })
  return clientAt(port, () => token)
}

async function written(client: Client): Promise<TrailView> {
  const found = (await client.call('listTrails', {})).trails.find(({ isWritten }) => isWritten)
  if (found === undefined) throw new Error('no trail is written to')
  return found
}

/** The trail once its checkpoint covers so many captures. */
async function readOnce(client: Client, captures: number) {
  for (;;) {
    const view = await written(client)
    const copy = await readTrail(client, view)
    const kinds = copy.lines.map((line) => readEntry(line).record.kind)
    if (kinds.filter((kind) => kind === 'file.created').length >= captures) return { view, copy }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

describe('over HTTP only', { tags: ['challenge'] }, () => {
  test('a relay that captures is followed, and all it gives is checked against what it signed', async () => {
    for (let i = 0; i < 300; i++) station.write(`day-1/run-${i}.txt`, `result ${i}`)
    await station.settled()
    const client = await signedIn()
    const first = await readOnce(client, 300)
    for (let i = 0; i < 300; i++) station.write(`day-2/run-${i}.txt`, `result ${i}`)
    await station.settled()
    const { view, copy } = await readOnce(client, 600)

    // The key is the one that was printed when the relay was set up: here the trail's first record.
    expect(readEntry(copy.lines[0] as Uint8Array).record).toMatchObject({
      kind: 'trail.opened',
      body: { key: view.vkey },
    })
    expect(copy.lines).toHaveLength(copy.size)
    for (const [seq, line] of copy.lines.entries()) {
      expect(equalBytes(leafHash(line), copy.node(0, seq))).toBe(true)
      const proof = inclusionProof(seq, copy.size, copy.node)
      expect(verifyInclusion(leafHash(line), seq, copy.size, proof, copy.root)).toBe(true)
    }
    const grown = consistencyProof(first.copy.size, copy.size, copy.node)
    expect(verifyConsistency(first.copy.size, copy.size, grown, first.copy.root, copy.root)).toBe(true)
    const report = verifyCopy(copy, view)
    expect(report.findings).toEqual([])
    expect(report.checked.checkpoints).toBe(1)
    // A line that is altered on its way, by one bit, fits nothing any more.
    const last = copy.lines.length - 1
    const spoiled = copy.lines.map((line, seq) =>
      seq === last ? Uint8Array.from(line, (byte, i) => (i === 300 ? byte ^ 1 : byte)) : line,
    )
    expect(verifyCopy({ ...copy, lines: spoiled }, view).findings.map(({ code }) => code)).not.toEqual([])
  })

  test('a trail that was left can still be read, and what was altered in it is seen', async () => {
    station.write('a.txt', 'a')
    await station.settled()
    const before = (await readOnce(await signedIn(), 1)).view
    await station.stop()
    const database = new DatabaseSync(join(station.data, 'relay.db'))
    database.exec(
      `DROP TRIGGER entry_stays; UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), '"a.txt"', '"b.txt"') AS BLOB)`,
    )
    database.close()
    await station.start('--port', port)
    await station.settled()
    const client = await signedIn()
    const { trails } = await client.call('listTrails', {})
    expect(trails.map(({ isWritten }) => isWritten)).toEqual([false, true])
    expect(trails[0]).toMatchObject({ id: before.id, origin: before.origin })
    expect(trails[1]).toMatchObject({ before: before.origin })
    await expect(readTrail(client, trails[0] as TrailView)).rejects.toThrow(
      'not of the tree of the checkpoint',
    )
    const now = await readTrail(client, await written(client))
    expect(verifyCopy(now, await written(client)).findings).toEqual([])
  })
})

/** What a stream says until it ends, or `until` holds. */
async function heard(stream: ReadableStream<Uint8Array>, until: (text: string) => boolean): Promise<string> {
  let text = ''
  for await (const piece of stream) {
    text += Buffer.from(piece)
    if (until(text)) break
  }
  return text
}

describe('a stream', () => {
  test('says how far the trail has come, when a file is captured', async () => {
    const client = await signedIn()
    await station.settled()
    const { id: trail } = await written(client)
    const stream = await client.listen('listenToTrail', { trail }, new AbortController().signal)
    station.write('a.txt')
    await heard(stream, (text) => (text.match(/^data: /gm)?.length ?? 0) >= 2)
  })

  test('ends when its session does, and when the relay stops', { tags: ['challenge'] }, async () => {
    const [one, other] = [await signedIn(), await signedIn()]
    const { id: trail } = await written(one)
    const open = (client: Client) => client.listen('listenToTrail', { trail }, new AbortController().signal)
    const [ending, staying] = [await open(one), await open(other)]
    const second = await open(one)
    const third = await open(one).catch((error: unknown) => error)
    expect(third).toBeInstanceOf(Problem)
    expect(third).toMatchObject({ code: 'streams-full' })
    await one.call('signOut', {})
    await heard(ending, () => false)
    await heard(second, () => false)
    const rest = heard(staying, () => false).catch(() => 'cut off')
    await station.stop()
    await rest
  })
})

describe('the feed', { tags: ['challenge'] }, () => {
  const token = (typed: string, ...args: string[]) => {
    const why = ['--reason', 'as agreed with the head of the laboratory']
    return station.tryRelayWith(`${typed}\n`, 'feed-token', ...args, '--as', 'asmith', ...why, '--port', port)
  }
  const feed = async (opener: string, query = '') => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/feed${query}`, {
      // A command that is waited for keeps this process from seeing that the relay has closed a connection.
      headers: { authorization: `Bearer ${opener}`, connection: 'close' },
    })
    const text = await answer.text()
    if (answer.status !== 200) return { status: answer.status, lines: [], cursor: undefined }
    const lines = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
    return { status: 200, lines, cursor: lines.at(-1)?.cursor as string | undefined }
  }

  test('gives a program its captures as they come, over a restart and a new trail, until its token is revoked', async () => {
    // A name that nothing has would be given nothing for ever: it is refused, with the names there are.
    expect(token(good, 'add', 'LIMS of building 3', '--project', 'P17')).toMatchObject({
      code: 2,
      error: expect.stringContaining('This relay has never had this project. There is P-17.'),
    })
    expect(token(good, 'add', 'LIMS of building 3', '--kind', 'flie.*')).toMatchObject({
      code: 2,
      error: expect.stringContaining('No record is of this kind. There is file.*, '),
    })
    const issued = token(good, 'add', 'LIMS of building 3', '--project', 'P-17', '--json')
    expect(issued).toMatchObject({ code: 0, error: '' })
    const { token: opener, issued: view } = JSON.parse(issued.out)
    station.write('a.txt', 'a')
    await station.settled()
    const first = await feed(opener)
    expect(first.lines.filter((line) => 'record' in line)).toMatchObject([
      { record: { kind: 'file.created', body: { path: 'a.txt', project: 'P-17' } } },
    ])
    // Waits until there is something, and is told.
    const waiting = feed(opener, `?after=${first.cursor}&wait=30`)
    station.write('b.txt', 'b')
    expect((await waiting).lines).toMatchObject([{ record: { body: { path: 'b.txt' } } }])
    const { cursor } = await waiting

    await station.settled()
    await station.stop()
    const database = new DatabaseSync(join(station.data, 'relay.db'))
    // The last line: what came before it was verified, and is carried.
    database.exec(
      `DROP TRIGGER entry_stays; UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), '"relay.stopped"', '"relay.stoppex"') AS BLOB) WHERE seq = (SELECT MAX(seq) FROM entry)`,
    )
    database.close()
    station.write('c.txt', 'c')
    await station.start('--port', port)
    await station.settled()
    let after = cursor
    const rest: {
      readonly record?: { readonly body: { readonly path: string } }
      readonly before?: object
    }[] = []
    for (;;) {
      const page = await feed(opener, `?after=${after}&limit=2`)
      expect(page.status).toBe(200)
      if (page.cursor === undefined) break
      rest.push(...page.lines)
      after = page.cursor
    }
    expect(rest.filter(({ before }) => before !== undefined)).toHaveLength(1)
    expect(rest.flatMap(({ record }) => record?.body.path ?? [])).toEqual(['c.txt'])

    const listed = station.tryRelayWith(`${good}\n`, 'feed-token', 'list', '--as', 'asmith', '--port', port)
    expect(listed.out).toMatch(new RegExp(`^${view.id} LIMS of building 3\\n.*last used 20`, 'm'))
    expect(token(good, 'revoke', view.id)).toMatchObject({ code: 0, error: '' })
    expect((await feed(opener)).status).toBe(401)
    expect(JSON.stringify(station.records())).not.toContain(opener)
  })

  test('lets go of whoever waits and is gone', async () => {
    const issued = token(good, 'add', 'LIMS of building 3', '--json')
    const { token: opener } = JSON.parse(issued.out)
    await station.settled()
    let { cursor } = await feed(opener)
    for (let next = cursor; next !== undefined; next = (await feed(opener, `?after=${next}`)).cursor)
      cursor = next
    for (let i = 0; i < 10; i++) {
      const waiting = fetch(`http://127.0.0.1:${port}/v1/feed?after=${cursor}&wait=30`, {
        headers: { authorization: `Bearer ${opener}` },
        signal: AbortSignal.timeout(300),
      })
      // No more than two may wait, so those before it are seen to be gone.
      await expect(waiting).rejects.toThrow('timeout')
    }
  })
})

test('a command tells the relay of a folder from another that has its port', {
  tags: ['challenge'],
}, async () => {
  const list = (data: string) =>
    station.tryRelayWith(`${good}\n`, 'account', 'list', '--as', 'asmith', '--port', port, '--data', data)
  expect(list(station.data)).toMatchObject({ code: 0, error: '' })
  const other = new Workstation()
  try {
    other.init()
    expect(list(other.data)).toMatchObject({ code: 2, error: expect.stringContaining('is not the relay of') })
  } finally {
    await other.remove()
  }
})
