/// <reference lib="dom" />
import { answer } from './ring.ts'

declare global {
  /** Where the specs find the ring: in this page and in its worker. */
  var trail: Readonly<Record<Place, (request: string) => Promise<string>>>
}
export type Place = 'page' | 'worker'

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })

function askWorker(request: string): Promise<string> {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }: MessageEvent<{ answer: string } | { error: string }>) => {
      if ('answer' in data) resolve(data.answer)
      else reject(new Error(data.error))
    }
    worker.onerror = (event) => reject(new Error(event.message))
    worker.postMessage(request, [port2])
  })
}

globalThis.trail = { page: answer, worker: askWorker }
