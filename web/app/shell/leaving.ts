/** Said to a worker whose page is being left, and by it as its last word. Comlink passes both over. */
export const LEAVE = 'leave'
export const LEFT = 'left'

/** In a worker: does nothing more once its page is being left. What it had not written yet it has not, as by a power cut. */
export function endWithPage(): void {
  addEventListener('message', ({ data }) => {
    if (data !== LEAVE) return
    postMessage(LEFT)
    close()
  })
}
