import { answer } from './ring.ts'

// Each question brings the port its answer goes to.
addEventListener('message', async ({ data, ports: [port] }: MessageEvent<string>) => {
  try {
    port?.postMessage({ answer: await answer(data) })
  } catch (error) {
    port?.postMessage({ error: String(error) })
  }
})
