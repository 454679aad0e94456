import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askForTimeStamp } from '../../agent/src/time-stamps/ask-for-time-stamp.ts'
import { postQuery } from '../../agent/src/time-stamps/post-query.ts'
import { replyWith, TimeStampAuthority } from '../support/time-stamp-authority.ts'

/* What an authority may answer, over real HTTP: one answer is right, and all others are refused, each with its sentence. */

const note = Buffer.from('lab.example/t/ws/20260302-0001\n8\nroot=\n\n— signed\n')
const policy = '1.3.6.1.4.1.32473.1.1'
let authority: TimeStampAuthority
let signer: string
let url: string
let lastQuery: Buffer

beforeAll(async () => {
  authority = new TimeStampAuthority()
  signer = authority.certificate({ key: 'ec' })
  url = await authority.listen(() => signer)
})
afterAll(() => authority.remove())

const post = (to: string, query: Uint8Array, { signal }: { signal: AbortSignal }) =>
  postQuery(to, query, { signal, milliseconds: 2_000 })

function ask(asked: { readonly policy?: string } = {}, signal = new AbortController().signal) {
  const anchors = [readFileSync(authority.ca, 'latin1').replace(/-----[A-Z ]*-----|\s/g, '')]
  return askForTimeStamp({ url, anchors, ...asked }, note, { post, random: randomBytes }, signal)
}

const queryOf = (bytes: Uint8Array) => authority.query(bytes)
const stranger = () => {
  const elsewhere = new TimeStampAuthority()
  const answer = elsewhere.reply(lastQuery, elsewhere.certificate({ key: 'ec' }))
  void elsewhere.remove()
  return answer
}

describe('an authority', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  test('is asked by the hash alone, and believed when all is right', async () => {
    authority.answer = (usual, response, query) => {
      lastQuery = query
      replyWith(response, usual)
    }
    expect(Math.abs((await ask({ policy })).latest - Date.now())).toBeLessThan(60_000)
    expect(lastQuery.includes(createHash('sha256').update(note).digest())).toBe(true)
    expect(lastQuery.length).toBeLessThan(120)
  })

  test.each<[string, (response: ServerResponse) => void, string]>([
    ['sends garbage', (response) => replyWith(response, Buffer.alloc(500, 0x41)), 'no answer of RFC 3161'],
    ['sends nothing', (response) => replyWith(response, Buffer.alloc(0)), 'no answer of RFC 3161'],
    [
      'sends without end',
      (response) => replyWith(response, Buffer.alloc(50_000_000)),
      'more than a time stamp has',
    ],
    [
      'answers another question',
      (response) => replyWith(response, authority.reply(queryOf(note), signer)),
      'another question',
    ],
    [
      'stamps something else',
      (response) => replyWith(response, authority.reply(queryOf(Buffer.from('x')), signer)),
      'something else than the checkpoint',
    ],
    ['is somebody else', (response) => replyWith(response, stranger()), 'goes back to one you gave'],
    ['refuses', (response) => response.writeHead(503).end('<h1>no</h1>'), 'status 503'],
    [
      'leads elsewhere',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
      'status 302',
    ],
    ['sends a page', (response) => response.end('<h1>hello</h1>'), 'not said to be a time stamp'],
    ['hangs up', (response) => void response.destroy(), 'the connection was cut'],
    ['says nothing', () => {}, 'no answer within 15 s'],
    ['says it bit by bit', (response) => trickle(response), 'no answer within 15 s'],
  ])('that %s is not believed', async (_, answer, says) => {
    authority.answer = (_usual, response, query) => {
      lastQuery = query
      answer(response)
    }
    await expect(ask()).rejects.toThrow(says)
  })

  test('that does not keep to the policy it is asked for is not believed', async () => {
    authority.answer = (usual, response) => replyWith(response, usual)
    // OpenSSL refuses one it does not know.
    await expect(ask({ policy: '1.2.3' })).rejects.toThrow('no answer of RFC 3161')
  })

  test('is not waited for any more when the relay ends', async () => {
    authority.answer = () => {}
    const ended = new AbortController()
    const asking = ask({}, ended.signal)
    setTimeout(() => ended.abort(), 50)
    await expect(asking).rejects.toThrow('it was not waited for')
  })
})

function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/timestamp-reply' })
  const timer = setInterval(() => response.write('0'), 100)
  response.on('close', () => clearInterval(timer))
}
