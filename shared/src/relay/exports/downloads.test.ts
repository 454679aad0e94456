import { expect, test } from 'vitest'
import type { Caller } from '../people.ts'
import { Site } from '../people-site.test-support.ts'
import { Downloads } from './downloads.ts'

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
  const downloads = new Downloads((one) => site.people.stillMay(one, 'account.list'))
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
