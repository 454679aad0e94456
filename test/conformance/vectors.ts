import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'

/** Beside the repository, never in it: the vectors are other people's work under their own licences. */
const PLACE = '../shared/vectors'
const folder = join(import.meta.dirname, '../..', PLACE)

/** For `beforeEach`: skips every test of the file where the vectors are not there. */
export function requireVectors(context: TestContext): void {
  context.skip(!existsSync(folder), `skipped: not present: ${PLACE}`)
}

export function vectorBytes(...path: readonly string[]): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, ...path)))
}

export function vectorText(...path: readonly string[]): string {
  return readFileSync(join(folder, ...path), 'utf8')
}

export function vectorJson<T>(...path: readonly string[]): T {
  return JSON.parse(vectorText(...path)) as T
}

/** The files in a folder of vectors and below it, as paths inside that folder, in order. */
export function vectorNames(...path: readonly string[]): string[] {
  return readdirSync(join(folder, ...path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, ...path).length + 1))
    .sort()
}

export function bytesOfHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}

/** How many of each kind there were, for counts that are printed and asserted. */
export function tally<T>(items: Iterable<T>, kindOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[kindOf(item)] = (counts[kindOf(item)] ?? 0) + 1
  return counts
}
