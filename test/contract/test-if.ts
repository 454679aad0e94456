import { test } from 'vitest'

/**
 * A test that needs more of the machine than this one may have. Where that is missing its name says so, in every
 * report: nobody shall read that it passed.
 */
export function testIf(missing: string | undefined, name: string, run: () => Promise<void> | void): void {
  if (missing === undefined) test(name, run)
  else test(`not executed, ${missing}: ${name}`, () => {})
}
