import { createHash, randomInt } from 'node:crypto'
import type { Notary } from '@compliance-relay/shared/relay'
import { describe, expect, test } from 'vitest'
import { times } from '../support/repetitions.ts'
import { killedWhileFilling, raced } from './notary-processes.ts'
import { allOf, listed, noteOf, ORIGIN } from './note-of.ts'

export interface NotaryToTest {
  /** New and empty. It is taken away after the test by the one who made it. */
  readonly notary: Notary
  /** The same notary, opened once more. */
  readonly again: () => Promise<Notary>
  /** What `notary-child.ts` opens it by: its kind and its place. */
  readonly child: readonly string[]
}

const OTHER = 'lab.example/t/ir-02/20260302-0001'

/** What every notary must do, whatever it is made of. */
export function notaryContract(what: string, make: () => Promise<NotaryToTest>): void {
  describe(`${what} as a notary`, () => {
    test('a note is created once, and exists from then on', async () => {
      const { notary, again } = await make()
      expect(await notary.put(ORIGIN, 7, noteOf(7))).toEqual({ state: 'created' })
      expect(await notary.put(ORIGIN, 7, noteOf(7))).toEqual({ state: 'exists' })
      expect(await (await again()).put(ORIGIN, 7, noteOf(7))).toEqual({ state: 'exists' })
      expect(plain(await (await again()).get(ORIGIN, 7))).toEqual(plain(noteOf(7)))
    })

    test('other bytes under a name are refused with what is held, and what is held stays', async () => {
      const { notary } = await make()
      await notary.put(ORIGIN, 7, noteOf(7))
      for (const bytes of [
        noteOf(8),
        noteOf(7).subarray(1),
        new Uint8Array(),
        Uint8Array.of(...noteOf(7), 10),
      ]) {
        const answer = await notary.put(ORIGIN, 7, bytes)
        expect(answer.state).toBe('differs')
        expect(answer.state === 'differs' && plain(answer.held)).toEqual(plain(noteOf(7)))
      }
      expect(plain(await notary.get(ORIGIN, 7))).toEqual(plain(noteOf(7)))
    })

    test('what was never put is undefined, and nothing is listed', async () => {
      const { notary } = await make()
      expect(await notary.get(ORIGIN, 7)).toBeUndefined()
      expect(await listed(notary, ORIGIN)).toEqual([])
      expect(await notary.originHashes()).toEqual([])
      await notary.put(OTHER, 7, noteOf(7))
      expect(await notary.get(ORIGIN, 7)).toBeUndefined()
      expect(await listed(notary, ORIGIN)).toEqual([])
    })

    test('a time stamp is put once beside a note, and is no note', async () => {
      const { notary, again } = await make()
      await notary.put(ORIGIN, 7, noteOf(7))
      expect(await notary.getTimeStamp(ORIGIN, 7)).toBeUndefined()
      expect(await notary.putTimeStamp(ORIGIN, 7, noteOf(1))).toEqual({ state: 'created' })
      expect(await notary.putTimeStamp(ORIGIN, 7, noteOf(1))).toEqual({ state: 'exists' })
      expect((await notary.putTimeStamp(ORIGIN, 7, noteOf(2))).state).toBe('differs')
      await notary.putTimeStamp(ORIGIN, 3, noteOf(3))
      const other = await again()
      expect(plain(await other.getTimeStamp(ORIGIN, 7))).toEqual(plain(noteOf(1)))
      expect(plain(await other.get(ORIGIN, 7))).toEqual(plain(noteOf(7)))
      expect(await listed(other, ORIGIN)).toEqual([7])
      expect(await allOf(other.listTimeStamps(ORIGIN))).toEqual([3, 7])
      expect(await allOf(other.listTimeStamps(OTHER))).toEqual([])
    })

    test('sizes are listed as numbers ascend, not as text does, from nothing to the largest', async () => {
      const { notary } = await make()
      const sizes = [0, 1, 2, 9, 10, 99, 100, 1_000, 2 ** 32, Number.MAX_SAFE_INTEGER]
      for (const size of sizes.toReversed()) await notary.put(ORIGIN, size, noteOf(size % 1_000))
      expect(await listed(notary, ORIGIN)).toEqual(sizes)
      expect(await listed(notary, ORIGIN, 0)).toEqual(sizes.slice(1))
      expect(await listed(notary, ORIGIN, 50)).toEqual(sizes.slice(5))
      expect(await listed(notary, ORIGIN, 2 ** 32)).toEqual([Number.MAX_SAFE_INTEGER])
      expect(await listed(notary, ORIGIN, Number.MAX_SAFE_INTEGER)).toEqual([])
    })

    test('2,500 names put in any order, sixteen at a time, are all listed', async () => {
      const { notary } = await make()
      const sizes = shuffled(Array.from({ length: 2_500 }, (_, i) => 3 * i + 1))
      const waiting = [...sizes]
      const putAll = async () => {
        for (let size = waiting.pop(); size !== undefined; size = waiting.pop())
          expect((await notary.put(ORIGIN, size, noteOf(size).subarray(0, 65))).state).toBe('created')
      }
      await Promise.all(Array.from({ length: 16 }, putAll))
      const expected = sizes.toSorted((a, b) => a - b)
      expect(await listed(notary, ORIGIN)).toEqual(expected)
      expect(await listed(notary, ORIGIN, 3_000)).toEqual(expected.filter((size) => size > 3_000))
      for await (const size of notary.list(ORIGIN)) if (size > 1_500) break
    })

    test('a size that is none is a fault of ours', async () => {
      const { notary } = await make()
      for (const size of [-1, 0.5, Number.NaN, 2 ** 53])
        await expect(async () => notary.put(ORIGIN, size, noteOf(1))).rejects.toThrow('whole number')
    })

    test('a note longer than a note may be is not put', async () => {
      const { notary } = await make()
      await notary.put(ORIGIN, 1, new Uint8Array(65_535))
      expect((await notary.get(ORIGIN, 1))?.length).toBe(65_535)
      await expect(async () => notary.put(ORIGIN, 2, new Uint8Array(65_536))).rejects.toThrow('65535')
      expect(await notary.get(ORIGIN, 2)).toBeUndefined()
    })

    test('the origins something is held of are told by their hashes', async () => {
      const { notary } = await make()
      await notary.put(ORIGIN, 1, noteOf(1))
      await notary.put(OTHER, 1, noteOf(1))
      const hashes = [ORIGIN, OTHER].map((origin) => createHash('sha256').update(origin).digest('hex'))
      expect(await notary.originHashes()).toEqual(hashes.sort())
    })

    test('a conflict is kept, twice the same is kept once, and it is no checkpoint', async () => {
      const { notary } = await make()
      await notary.put(ORIGIN, 7, noteOf(7))
      await notary.keepConflict(ORIGIN, noteOf(7, 'another'))
      await notary.keepConflict(ORIGIN, noteOf(7, 'another'))
      await notary.keepConflict(OTHER, noteOf(8))
      expect(await listed(notary, ORIGIN)).toEqual([7])
      expect(await listed(notary, OTHER)).toEqual([])
      expect(plain(await notary.get(ORIGIN, 7))).toEqual(plain(noteOf(7)))
    })

    test('it has the same identity whoever opens it, and another one has another', async () => {
      const { notary, again } = await make()
      const identity = await notary.identity()
      expect(identity).not.toBe('')
      expect(await (await again()).identity()).toBe(identity)
      expect(await (await make()).notary.identity()).not.toBe(identity)
    })

    test('it says where it is', async () => {
      const { notary } = await make()
      expect(notary.place).toMatch(/^\S.{3,}$/)
    })

    test('of two calls that put one name at once, one is told created', async () => {
      const { notary, again } = await make()
      const other = await again()
      for (let size = 0; size < 100; size++) {
        const answers = await Promise.all([
          notary.put(ORIGIN, size, noteOf(size)),
          other.put(ORIGIN, size, noteOf(size)),
          other.put(ORIGIN, size, noteOf(size, 'another')),
        ])
        expect(answers.filter(({ state }) => state === 'created').length).toBe(1)
      }
    })

    test('of two processes that put one name at once, one is told created and its bytes are held', async () => {
      const { notary, child } = await make()
      const [ada, ben] = await raced(child, 300)
      for (let size = 1; size <= 300; size++) {
        const said = [ada[size - 1], ben[size - 1]]
        expect(said.toSorted()).toEqual(['created', 'differs'])
        const winner = said[0] === 'created' ? 'ada' : 'ben'
        expect(plain(await notary.get(ORIGIN, size))).toEqual(plain(noteOf(size, winner)))
      }
    })

    const kills = Number(process.env['KILLS'] ?? times(10, 30))
    test(`${kills} times kill -9: no note is torn, and none is lost that was said to be put`, async () => {
      const { notary, child } = await make()
      const acknowledged = await killedWhileFilling(child, kills, async (last) => {
        const sizes = await listed(notary, ORIGIN)
        // One more than was acknowledged may be there: it was put, and the word of it was not said.
        expect([last, last + 1]).toContain(sizes.at(-1))
        expect(sizes).toEqual(Array.from({ length: sizes.length }, (_, i) => i + 1))
        for (const size of sizes) expect(plain(await notary.get(ORIGIN, size))).toEqual(plain(noteOf(size)))
      })
      expect(acknowledged).toBeGreaterThan(kills)
    })
  })
}

/** Buffers and arrays of bytes are compared by what they hold. */
function plain(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1')
}

function shuffled(numbers: readonly number[]): number[] {
  const all = [...numbers]
  for (let i = all.length - 1; i > 0; i--) {
    const j = randomInt(i + 1)
    ;[all[i], all[j]] = [all[j] as number, all[i] as number]
  }
  return all
}
