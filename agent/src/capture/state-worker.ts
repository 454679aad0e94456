import { parentPort, workerData } from 'node:worker_threads'
import { openForReading } from '../sqlite/database.ts'
import { FAULTS_MAX, type StateAnswer, type StateQuestion } from './state-check.ts'
import { type StateFault, stateFaults } from './state-faults.ts'

/** A thread that holds the capture state against the records: its memory goes with it. */
if (parentPort === null) throw new Error('this file is the start of a worker thread')
const { file } = workerData as StateQuestion
const database = openForReading(file)
const faults: StateFault[] = []
let count = 0
try {
  // All of it as of one commit.
  database.exec('BEGIN')
  for (const fault of stateFaults(database)) if (++count <= FAULTS_MAX) faults.push(fault)
} finally {
  database.close()
}
parentPort.postMessage({ faults, count } satisfies StateAnswer)
