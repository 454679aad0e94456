import { parentPort, workerData } from 'node:worker_threads'
import { ColumnCheck, type ColumnFault } from '../sqlite/column-faults.ts'
import { ContentSums, contentRowOf } from '../sqlite/content-sums.ts'
import { openForReading } from '../sqlite/database.ts'
import { isBefore } from '../sqlite/trail-store.ts'
import { TrailAuthority } from '../trail-authority.ts'
import { FAULTS_MAX, type StateAnswer, type StateQuestion } from './state-check.ts'
import { type StateFault, stateFaults } from './state-faults.ts'

/** A thread that holds what is beside the records against them: its memory goes with it. */
if (parentPort === null) throw new Error('this file is the start of a worker thread')
const { file, writtenFrom, authority } = workerData as StateQuestion
const database = openForReading(file)
const faults: StateFault[] = []
const columns: ColumnFault[] = []
const contents = new ContentSums()
let count = 0
try {
  // All of it as of one commit.
  database.exec('BEGIN')
  const check = new ColumnCheck(
    database,
    (fault) => {
      if (++count <= FAULTS_MAX) columns.push(fault)
    },
    (place, row) => {
      const content = isBefore(place, writtenFrom) ? contentRowOf(place, row) : undefined
      if (content !== undefined) contents.add(content)
    },
  )
  for (const fault of stateFaults(database, TrailAuthority.of(authority), check))
    if (++count <= FAULTS_MAX) faults.push(fault)
} finally {
  database.close()
}
parentPort.postMessage({ faults, columns, count, contents: contents.parts } satisfies StateAnswer)
