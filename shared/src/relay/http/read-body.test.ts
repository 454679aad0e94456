import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Problem } from '../../api/index.ts'
import { BODY_BYTES_MAX, BODY_DEPTH_MAX, readBody, readNoBody } from './read-body.ts'

const schema = z.strictObject({
  name: z.string().max(10),
  roles: z
    .array(z.enum(['a', 'b']))
    .max(2)
    .optional(),
  'a/b~c': z.int().optional(),
})

function requestWith(body: RequestInit['body'], headers = {}): Request {
  return new Request('http://127.0.0.1:7411/', {
    method: 'POST',
    body,
    headers,
    duplex: 'half',
  } as RequestInit)
}

/** The code, and the field with it. */
async function problemWith(body: RequestInit['body'], headers = {}): Promise<string> {
  try {
    await readBody(requestWith(body, headers), schema)
  } catch (error) {
    if (error instanceof Problem) return [error.code, error.details.pointer].filter(Boolean).join(' ')
    throw error
  }
  return 'none'
}

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('a body', () => {
  test.each([
    ['{"name":"x"}', 'none'],
    [' {\n"roles" : ["a"],\t"name":"\\u00e9" } ', 'none'],
    ['', 'body-unreadable'],
    [null, 'body-unreadable'],
    ['{"name":"x"', 'body-unreadable'],
    ['{"name":"x"}{}', 'body-unreadable'],
    ['{name:"x"}', 'body-unreadable'],
    ['\ufeff{"name":"x"}', 'body-unreadable'],
    ['{"name":"x","name":"x"}', 'body-unreadable'],
    ['{"name":"x","n\\u0061me":"y"}', 'body-unreadable'],
    [`{"name":"x","name"${' '.repeat(100)}:"y"}`, 'body-unreadable'],
    ['{"name":"\\ud800"}', 'body-unreadable'],
    ['{"name":"x","a/b~c":1e2}', 'body-unreadable'],
    ['{"name":"x","a/b~c":9007199254740993}', 'body-unreadable'],
    ['{"name":"x","a/b~c":1e999}', 'body-unreadable'],
    [bytes(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), 'body-unreadable'],
    [bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00), 'body-unreadable'],
    // Overlong and surrogate forms that lax decoders take.
    [bytes(0x22, 0xc0, 0xaf, 0x22), 'body-unreadable'],
    [bytes(0x22, 0xed, 0xa0, 0x80, 0x22), 'body-unreadable'],
    ['null', 'bad-request'],
    ['[]', 'bad-request'],
    ['"name"', 'bad-request'],
    ['{}', 'bad-request /name'],
    ['{"name":1}', 'bad-request /name'],
    ['{"name":"12345678901"}', 'bad-request /name'],
    ['{"name":"x","roles":["a","c"]}', 'bad-request /roles/1'],
    ['{"name":"x","a/b~c":"1"}', 'bad-request /a~1b~0c'],
  ])('%s: %s', async (body, problem) => {
    expect(await problemWith(body)).toBe(problem)
  })

  test.each(['extra', '__proto__', 'constructor', 'prototype', 'toString', 'actor', 'time', 'seq'])(
    'with a field %s that nobody named is refused, and the field is not repeated',
    { tags: ['challenge'] },
    async (key) => {
      expect(await problemWith(`{"name":"x","${key}":{"isAdmin":true}}`)).toBe('bad-request')
      expect(await problemWith(`{"name":"x","${key}":null}`)).toBe('bad-request')
      expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    },
  )

  test('has at most so many levels', { tags: ['challenge'] }, async () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    expect(await problemWith(nested(BODY_DEPTH_MAX))).toBe('bad-request')
    expect(await problemWith(nested(BODY_DEPTH_MAX + 1))).toBe('body-unreadable')
    expect(await problemWith(nested(500_000))).toBe('body-unreadable')
    expect(await problemWith('{"a":'.repeat(170_000))).toBe('body-unreadable')
  })
})

describe('a body that is too large', () => {
  /** Counts what is taken of it. It ends somewhere, so that a relay that reads on fails and does not hang. */
  function long(partBytes: number): { stream: ReadableStream; taken: () => number } {
    let taken = 0
    const stream = new ReadableStream({
      pull: (controller) => {
        if (taken > 8 * BODY_BYTES_MAX) return controller.close()
        taken += partBytes
        controller.enqueue(new Uint8Array(partBytes).fill(0x20))
        return undefined
      },
    })
    return { stream, taken: () => taken }
  }

  test('is not read to its end, whatever length was declared', { tags: ['challenge'] }, async () => {
    for (const headers of [
      {},
      { 'content-length': '12' },
      { 'content-length': 'x' },
      { 'content-length': '-1' },
    ]) {
      const { stream, taken } = long(65_536)
      expect(await problemWith(stream, headers)).toBe('body-too-large')
      expect(taken()).toBeLessThan(BODY_BYTES_MAX + 4 * 65_536)
    }
  })

  test('and says so is not read at all', async () => {
    const { stream, taken } = long(1)
    expect(await problemWith(stream, { 'content-length': String(BODY_BYTES_MAX + 1) })).toBe('body-too-large')
    expect(taken()).toBeLessThanOrEqual(1)
  })

  test('by a byte is refused, and one that just fits is not', async () => {
    const fitting = '{"name":"x"}'.padEnd(BODY_BYTES_MAX)
    expect(await problemWith(fitting)).toBe('none')
    expect(await problemWith(`${fitting} `)).toBe('body-too-large')
  })

  test('or breaks off, is nobody’s fault', async () => {
    const stream = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) })
    expect(await problemWith(stream)).toBe('body-unreadable')
  })
})

test('where no body is taken, none may be sent', async () => {
  await readNoBody(requestWith(null))
  await readNoBody(requestWith(''))
  await expect(readNoBody(requestWith('{}'))).rejects.toThrow(Problem)
})
