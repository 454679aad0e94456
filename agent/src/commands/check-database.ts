import { cutText } from '../cut-text.ts'
import { rowsOf } from '../sqlite/database.ts'
import { schemaFaults } from '../sqlite/schema-faults.ts'
import { UnusableInput } from '../unusable-input.ts'
import { type DataFinding, firstOnes, GIVEN_MAX } from './data-findings.ts'
import type { Reading } from './reading.ts'

/** Characters of a statement that was put into the database: it is anybody's, and can be of any length. */
const STATEMENT_CHARACTERS_MAX = 300

/** The database itself, whatever its rows say. Throws `UnusableInput` if a table of it is missing. */
export function checkDatabase(data: Reading, findings: DataFinding[]): void {
  checkSchema(data, findings)
  checkIntegrity(data, findings)
}

function checkSchema({ database, trail }: Reading, findings: DataFinding[]): void {
  const isGiven = firstOnes()
  const said = (what: string, name: string, statement: string | null): string =>
    cutText(statement ?? `no ${what} ${name}`, STATEMENT_CHARACTERS_MAX)
  for (const { what, name, expected, found } of schemaFaults(database)) {
    if (what === 'table' && found === null)
      throw new UnusableInput(`the table ${name} of the database is missing: there is nothing to verify`)
    if (isGiven('schema-differs'))
      findings.push({
        code: 'schema-differs',
        trail: trail.origin,
        expected: said(what, name, expected),
        found: said(what, name, found),
      })
  }
}

/** Pages and indexes, by SQLite itself: an index that differs from its table gives one answer here and another there. */
function checkIntegrity({ database, trail }: Reading, findings: DataFinding[]): void {
  const said = rowsOf<{ integrity_check: string }>(database.prepare(`PRAGMA integrity_check(${GIVEN_MAX})`))
  for (const { integrity_check: found } of said)
    if (found !== 'ok')
      findings.push({
        code: 'database-damaged',
        trail: trail.origin,
        expected: 'ok',
        found: cutText(found, STATEMENT_CHARACTERS_MAX),
      })
}
