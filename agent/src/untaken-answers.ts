import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Whoever takes nothing of an answer for so long is given nothing more. */
export const UNTAKEN_MILLISECONDS_MAX = 60_000
const LOOK_MILLISECONDS = 5_000

export interface Clock {
  /** Monotonic, milliseconds. */
  readonly now: () => number
  /** Does something again and again until it is told to stop; keeps no process alive. */
  readonly every: (milliseconds: number, work: () => void) => () => void
}

/**
 * Cuts off each connection of which the client takes nothing for a minute although something waits for it: neither what
 * waits nor a place among the connections is held for whoever does not read. Whoever takes a little now and then is given
 * all, and what is still being made waits for nobody. What the client sends meanwhile counts for nothing, which is why
 * this is not Node's own timeout. While nobody is connected, nothing runs.
 */
export function cutOffUntaken(server: Server, { now, every }: Clock): void {
  const connected = new Map<Socket, Taken>()
  let stopLooking: (() => void) | undefined
  const look = () => {
    for (const [socket, before] of connected) {
      const taken = takenOf(socket, now())
      if (!waits(socket) || !isSame(taken, before)) connected.set(socket, taken)
      // What the system has taken for it is let go, too.
      else if (taken.at - before.at >= UNTAKEN_MILLISECONDS_MAX) socket.resetAndDestroy()
    }
  }
  server.on('connection', (socket: Socket) => {
    connected.set(socket, takenOf(socket, now()))
    stopLooking ??= every(LOOK_MILLISECONDS, look)
    socket.once('close', () => {
      connected.delete(socket)
      if (connected.size > 0) return
      stopLooking?.()
      stopLooking = undefined
    })
  })
}

/** How far a connection was when it was looked at. */
interface Taken {
  readonly at: number
  /** Bytes of pieces that are written to their end. */
  readonly whole: number
  /** Bytes left of the piece that is being written: an answer may be one piece of many megabytes. */
  readonly left: number
}

function takenOf(socket: Socket, at: number): Taken {
  return { at, whole: socket.bytesWritten - socket.writableLength, left: leftOf(socket) }
}

function isSame(a: Taken, b: Taken): boolean {
  return a.whole === b.whole && a.left === b.left
}

function waits(socket: Socket): boolean {
  return socket.writableLength > 0
}

/** Node says it to its own timeout alone. Without it a piece that is taken slowly would count as one of which nothing is. */
function leftOf(socket: Socket): number {
  const { _handle } = socket as { readonly _handle?: { readonly writeQueueSize?: number } | null }
  return _handle?.writeQueueSize ?? 0
}
