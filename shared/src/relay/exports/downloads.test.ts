import { expect, test } from 'vitest'
import { Problem } from '../../api/index.ts'
import type { Caller } from '../people.ts'
import { Site } from '../people-site.test-support.ts'
import { DOWNLOADS_EACH_MAX, Downloads, UNTAKEN_MILLISECONDS_MAX } from './downloads.ts'

/** Somebody who is signed in, by an account of a real site. */
async function somebody(): Promise<{ readonly site: Site; readonly caller: Caller }> {
  const site = new Site()
  await site.first()
  return { site, caller: await site.caller('first') }
}

function endless(): { readonly stream: ReadableStream<Uint8Array>; readonly isClosed: () => boolean } {
  let closed = false
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1_024)),
    cancel: () => {
      closed = true
    },
  })
  return { stream, isClosed: () => closed }
}

test('a download ends with the session it was asked for in, though nobody takes any of it', {
  tags: ['challenge'],
}, async () => {
  const { site, caller } = await somebody()
  const downloads = new Downloads(
    (one) => site.people.stillMay(one, 'account.list'),
    () => 0,
  )
  const source = endless()
  const given = downloads
    .begin(caller, () => source.stream)()
    .getReader()
  expect((await given.read()).value).toHaveLength(1_024)
  downloads.look()
  expect(source.isClosed()).toBe(false)
  await site.people.signOut(caller)
  downloads.look()
  expect(source.isClosed()).toBe(true)
  await expect(given.read()).rejects.toThrow('the session has ended')
})

test('what nobody takes for a minute is given up, and another is given in its place', {
  tags: ['challenge'],
}, async () => {
  const { caller } = await somebody()
  let now = 0
  const downloads = new Downloads(
    () => true,
    () => now,
  )
  const sources = Array.from({ length: DOWNLOADS_EACH_MAX }, endless)
  const readers = sources.map(({ stream }) =>
    downloads
      .begin(caller, () => stream)()
      .getReader(),
  )
  expect(() => downloads.begin(caller, () => endless().stream)).toThrow(Problem)
  now = UNTAKEN_MILLISECONDS_MAX - 1
  await readers[0]?.read()
  now = UNTAKEN_MILLISECONDS_MAX
  downloads.look()
  expect(sources.map(({ isClosed }) => isClosed())).toEqual([false, true])
  downloads.begin(caller, () => endless().stream)
})
