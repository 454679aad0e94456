import { parentPort, workerData } from 'node:worker_threads'
import { tasksOf, textOfResults, type WorkerStart } from './hash-task.ts'
import { UnitReader } from './read-unit.ts'

/** A thread that reads units, so that a file of many gigabytes holds up nothing else. */
if (parentPort === null) throw new Error('this file is the start of a worker thread')
const port = parentPort
const reader = new UnitReader((workerData as WorkerStart).profiles)
port.on('message', (text: string) => {
  port.postMessage(textOfResults(tasksOf(text).map((task) => reader.read(task))))
})
