import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Shape, type ShapeUnit, shapes, unitsOf } from '../support/instrument-shapes.ts'
import { recordedFiles, truthOf, Workstation } from '../support/workstation.ts'

/*
 * What instruments write that nobody here has: their shapes, brought into the watched folder of a real relay. One record
 * for each data set and for each file that is in none, said to be complete, incomplete, or neither.
 */

let station: Workstation
beforeEach(() => {
  station = new Workstation()
  station.init()
})
afterEach(async () => {
  await station?.remove()
})

function write(folder: string, path: string, content: string | Uint8Array): void {
  const to = join(folder, path)
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, content)
}

describe('the shapes of many instruments', () => {
  test('there at once or moved in, are the data sets and the files they are, each once', {
    tags: ['req/P11-10e-1', 'req/DI-3', 'oq'],
  }, async () => {
    await station.start()
    for (const [i, { files }] of shapes.entries()) {
      const isMoved = i % 2 === 1
      const place = isMoved ? join(station.base, `outside ${i}`) : join(station.folder, String(i))
      for (const [path, content] of Object.entries(files)) write(place, `s/${path}`, content)
      if (isMoved) renameSync(place, join(station.folder, String(i)))
    }
    await station.settled(300)
    const records = station.records()
    const captures = records.filter(({ kind }) => /^(?:file|dataset|capture|record)\./.test(kind))
    const expected = shapes.flatMap((shape, i) =>
      [...unitsOf(shape).keys()].map((path) => [kindOf(shape, path), `${i}/s/${path}`]),
    )
    expect(captures.map(({ kind, body }) => [kind, body['path']]).sort()).toEqual(expected.sort())
    expectSaid(records)
  })

  test('written file by file with pauses, are never taken file by file', {
    tags: ['req/P11-10e-1', 'oq'],
  }, async () => {
    await station.start()
    // Side by side, with more between two files than the quiet window.
    await Promise.all(
      shapes.map(async ({ files, atOnce }, i) => {
        if (atOnce)
          for (const [path, content] of Object.entries(files)) write(station.base, `once/${path}`, content)
        if (atOnce) mkdirSync(join(station.folder, String(i)))
        if (atOnce) return renameSync(join(station.base, 'once'), join(station.folder, `${i}/s`))
        for (const [path, content] of Object.entries(files)) {
          write(station.folder, `${i}/s/${path}`, content)
          await wait(3_500)
        }
      }),
    )
    await station.settled(300)
    const records = station.records()
    const captures = records.filter(({ kind }) => /^(?:file|dataset|capture|record)\./.test(kind))
    // Its first version may be an incomplete one; each is made once, and nothing else is.
    const created = captures.filter(({ kind }) => !kind.endsWith('.changed'))
    const expected = shapes.flatMap((shape, i) =>
      [...unitsOf(shape).keys()].map((path) => [kindOf(shape, path), `${i}/s/${path}`]),
    )
    expect(created.map(({ kind, body }) => [kind, body['path']]).sort()).toEqual(expected.sort())
    expectSaid(records)
  })
})

function kindOf(shape: Shape, path: string): string {
  return path in shape.files ? 'file.created' : 'dataset.created'
}

/** What the last record of each unit says is what its shape is, and all digests are those of sha256sum. */
function expectSaid(records: readonly TrailRecord[]): void {
  const said: unknown[] = []
  const due: unknown[] = []
  for (const [i, shape] of shapes.entries())
    for (const [path, unit] of unitsOf(shape)) {
      const body = records.findLast((record) => record.body['path'] === `${i}/s/${path}`)?.body
      const { profile, complete, aborted, run } = (body ?? {}) as ShapeUnit
      const asked = Object.keys(unit.run ?? {})
      const values = Object.fromEntries(asked.map((key) => [key, run?.[key]]))
      const isAsked = 'complete' in unit || unit.profile === undefined
      said.push([path, profile, isAsked ? complete : undefined, aborted, values])
      due.push([path, unit.profile, unit.complete, unit.aborted, unit.run ?? {}])
    }
  expect(said).toEqual(due)
  expect([...recordedFiles(station, records)].sort()).toEqual([...truthOf(station.folder)].sort())
  const verdict = station.verify()
  expect(verdict.out).toContain('No findings')
  expect(verdict.code).toBe(0)
}
