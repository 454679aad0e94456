import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What the heap may grow by before it is worth a collection. */
const GROWTH_BYTES = 8 << 20

type Collect = (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void

/**
 * Gives memory back that earlier work left behind. V8 collects when something is allocated, so a process that has
 * become idle keeps what its last burst took, for days. A collection of the last resort takes a tenth of a second
 * and lets go of all of it; it is done where the heap has grown since the last one. To be called when nothing waits.
 */
export function memoryGiver(): () => void {
  let collect: Collect | undefined
  let kept = 0
  return () => {
    if (getHeapStatistics().total_heap_size < kept + GROWTH_BYTES) return
    collect ??= collector()
    collect({ type: 'major', flavor: 'last-resort' })
    kept = getHeapStatistics().total_heap_size
  }
}

/** The flag is taken back at once: with other flags than its own, the cache of compiled code is not used. */
function collector(): Collect {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as Collect
  setFlagsFromString('--no-expose-gc')
  return collect
}
