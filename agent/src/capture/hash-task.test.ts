import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type ReadResult,
  type ReadTask,
  resultsOf,
  tasksOf,
  textOfResults,
  textOfTasks,
} from './hash-task.ts'

/** Prints its seed; `SEED=n` runs it again. */
function seedOf(name: string): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`SEED=${seed} ${name}\n`)
  return seed
}

const name = fc.string({ unit: 'binary', minLength: 1 })
const file = fc.record({ path: name, stamp: name, member: name, size: fc.maxSafeNat() })
const unit = fc.record({
  id: fc.nat(),
  root: fc.constantFrom('', '/watched', '/other\ud800'),
  name,
  kind: fc.constantFrom('file' as const, 'set' as const),
  profile: fc.constantFrom('file', 'bruker'),
  evenIfIncomplete: fc.boolean(),
  files: fc.array(
    fc.oneof(
      file,
      file.map((one) => ({ ...one, sha256: 'ab' })),
    ),
    { maxLength: 3 },
  ),
})
/** What a burst is made of. */
const plain = fc.tuple(unit, file).map(([task, one]) => ({
  ...task,
  kind: 'file' as const,
  profile: 'file',
  evenIfIncomplete: false,
  files: [{ ...one, member: task.name }],
}))

test('the tasks that a reader gets are those it was given, whatever stands beside them', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(unit, plain)), (tasks: readonly ReadTask[]) => {
      expect(tasksOf(textOfTasks(tasks))).toEqual(tasks)
    }),
    { seed: seedOf('tasks of a reader') },
  )
})

test('the answers that come back are those that were given', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(unit, plain), fc.nat(3))), (given) => {
      const tasks = given.map(([task]) => task)
      const results = given.map(([{ id, name: path, files }, state]): ReadResult => {
        if (state === 0) return { id, state: 'moved', path }
        const examination = { complete: true, missing: [], fields: {}, claims: [], notes: [] }
        if (state === 1) return { id, state: 'incomplete', examination }
        const read = files.map(({ member, size }, i) => ({ member, size, sha256: `${i}` }))
        return { id, state: 'read', files: read, claims: [], ...(state === 2 ? { examination } : {}) }
      })
      expect(resultsOf(textOfResults(results), tasks)).toEqual(results)
    }),
    { seed: seedOf('answers of a reader') },
  )
})

test('an answer to another task than the one that was asked is not taken for its answer', () => {
  const [task] = fc.sample(plain, { numRuns: 1, seed: 1 })
  if (task === undefined) throw new Error('a sample of one is one')
  const read = {
    id: task.id + 1,
    state: 'read' as const,
    files: [{ member: 'a', size: 1, sha256: 'ab' }],
    claims: [],
  }
  expect(() => resultsOf(textOfResults([read]), [task])).toThrow(/no task/)
})
