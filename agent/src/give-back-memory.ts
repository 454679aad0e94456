import { createRequire } from 'node:module'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What the heap, or the process, may grow by before it is worth a collection. */
const HEAP_GROWTH_BYTES = 8 << 20
const PROCESS_GROWTH_BYTES = 16 << 20

type Collect = (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void

/**
 * Gives memory back that earlier work left behind. V8 collects when something is allocated, so a process that has
 * become idle keeps what its last burst took, for days. A collection of the last resort takes a tenth of a second
 * and lets go of all of it. What was freed below it (pages of SQLite, messages of threads) the C library keeps for
 * itself until it is asked for it: some 40 MB after a hundred thousand files. To be called when nothing waits; does
 * something where the process has grown since the last time. `shrink` lets go of caches that will fill again.
 */
export function memoryGiver(shrink: () => void): () => void {
  let collect: Collect | undefined
  let trim: (() => void) | undefined
  let keptHeap = 0
  let keptProcess = 0
  return () => {
    const hasGrown =
      getHeapStatistics().total_heap_size >= keptHeap + HEAP_GROWTH_BYTES ||
      process.memoryUsage.rss() >= keptProcess + PROCESS_GROWTH_BYTES
    if (!hasGrown) return
    collect ??= collector()
    collect({ type: 'major', flavor: 'last-resort' })
    shrink()
    trim ??= trimmer()
    trim()
    keptHeap = getHeapStatistics().total_heap_size
    keptProcess = process.memoryUsage.rss()
  }
}

/** The flag is taken back at once: with other flags than its own, the cache of compiled code is not used. */
function collector(): Collect {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as Collect
  setFlagsFromString('--no-expose-gc')
  return collect
}

/**
 * malloc_trim(3) of the GNU C library. Where there is none, or where Node has no way to call it, memory is given back
 * without it.
 */
function trimmer(): () => void {
  if (process.platform !== 'linux') return () => {}
  const { emitWarning } = process
  // Node says of each experimental feature that it is one, on the relay's standard error: the log is there.
  process.emitWarning = () => {}
  try {
    const { dlopen } = createRequire(import.meta.url)('node:ffi') as typeof import('node:ffi')
    const { functions } = dlopen('libc.so.6', { malloc_trim: { return: 'int32', arguments: ['uint64'] } })
    return () => void functions.malloc_trim(0n)
  } catch {
    return () => {}
  } finally {
    process.emitWarning = emitWarning
  }
}
