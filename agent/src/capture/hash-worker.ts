import { parentPort, workerData } from 'node:worker_threads'
import { type TurnedText, tasksOf, textOfResults, type WorkerStart } from './hash-task.ts'
import { UnitReader } from './read-unit.ts'
import { ReadingTurns } from './reading-turns.ts'

/** A thread that reads units, so that a file of many gigabytes holds up nothing else. */
if (parentPort === null) throw new Error('this file is the start of a worker thread')
const port = parentPort
const { profiles, inTurns } = workerData as WorkerStart
const reader = new UnitReader(profiles)
const turns = new ReadingTurns(reader, () => performance.now())
let goesOn = false
/** Tasks, or the id of one that nobody waits for any more. */
port.on('message', (said: string | number) => {
  if (typeof said === 'number') return turns.drop(said)
  const tasks = tasksOf(said)
  if (!inTurns) return port.postMessage(textOfResults(tasks.map((task) => reader.read(task))))
  for (const task of tasks) turns.add(task)
  if (!goesOn) setImmediate(goOn)
  goesOn = true
})

/** After each turn whoever has come meanwhile is taken in, and what was given up is let go. */
function goOn(): void {
  const turned = turns.next()
  goesOn = turned !== undefined
  if (turned === undefined) return
  const { id, bytes, result } = turned
  const said: TurnedText = { id, bytes, text: result === undefined ? null : textOfResults([result]) }
  port.postMessage(said)
  setImmediate(goOn)
}
