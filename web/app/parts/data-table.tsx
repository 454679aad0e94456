import type { ReactNode } from 'react'
import styles from './data-table.module.css'
import { plain } from './plain-text.tsx'

export interface Column<Row> {
  readonly head: string
  /** Numbers stand under each other. */
  readonly isNumber?: boolean
  /** Short, and read as one: a time, a name. It is not broken into lines where there is room for columns. */
  readonly isWhole?: boolean
  cell(row: Row): ReactNode
}

interface Props<Row> {
  readonly label: string
  /** The first names the row. */
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  keyOf(row: Row): string
  /** The one that is shown beside the table. */
  isCurrent?(row: Row): boolean
}

/** Rows to compare. Where there is no room for columns, each row is a list of its own, with the heads beside the values. */
export function DataTable<Row>({ label, columns, rows, keyOf, isCurrent = () => false }: Props<Row>) {
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: laid out as a list, a table is none to a screen reader without them
    <table className={styles['table']} aria-label={label} role="table">
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ head }) => (
            <th key={head} scope="col" role="columnheader">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row" aria-current={isCurrent(row) ? 'true' : undefined}>
            {columns.map(({ head, cell, isNumber = false, isWhole = false }, i) => {
              const Cell = i === 0 ? 'th' : 'td'
              return (
                <Cell
                  key={head}
                  {...(i === 0 ? { scope: 'row', role: 'rowheader' } : { role: 'cell' })}
                  data-head={head}
                  className={isNumber ? styles['number'] : isWhole ? styles['whole'] : undefined}
                >
                  {plain(cell(row))}
                </Cell>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: as above
  )
}
