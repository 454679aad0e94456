import { Problem, type ProblemDetails } from '../api/index.ts'
import { isKindIn } from '../trail/index.ts'
import { recordKinds } from './record-kinds.ts'

/** So many are named where a name is none: enough to see the one that was meant. */
const NAMED_MAX = 5

/** What can be named for a kind: each, and what several begin with. */
const kindNames: readonly string[] = [
  ...new Set(recordKinds.flatMap((kind) => [kind, `${kind.slice(0, kind.indexOf('.'))}.*`])),
]

/** That there are records of each. Throws `Problem` `kind-unknown`, with the names that are nearest. */
export function requireKinds(named: readonly string[] | undefined): void {
  for (const [i, one] of (named ?? []).entries())
    if (!recordKinds.some((kind) => isKindIn([one], kind)))
      throw new Problem('kind-unknown', { pointer: `/kinds/${i}`, there: thereIs(one, kindNames) })
}

/**
 * That a relay has, or once had, each project. Throws `Problem` `project-unknown`, with the names it knows, those that
 * are nearest first.
 */
export function requireProjects(
  named: readonly string[] | undefined,
  known: readonly string[],
  pointerOf = (_name: string, i: number) => `/projects/${i}`,
): void {
  for (const [i, one] of (named ?? []).entries())
    if (!known.includes(one))
      throw new Problem('project-unknown', { pointer: pointerOf(one, i), there: thereIs(one, known) })
}

function thereIs(name: string, known: readonly string[]): NonNullable<ProblemDetails['there']> {
  const names = nearest(name, known)
  return { names: names.slice(0, NAMED_MAX), more: Math.max(0, names.length - NAMED_MAX) }
}

/** All names, the one first that takes the fewest letters to be made of this one, in whichever case. Pure. */
export function nearest(name: string, known: readonly string[]): string[] {
  const from = name.toLowerCase()
  return known
    .map((one) => ({ one, steps: stepsBetween(from, one.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps || (a.one < b.one ? -1 : 1))
    .map(({ one }) => one)
}

/** Letters put in, left out or exchanged (Levenshtein). Names have at most some 200. */
function stepsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(same, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
