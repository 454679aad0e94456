import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Far below the files a process may have open. */
const CONNECTIONS_MAX = 768
/** More than browsers and programs of a workstation keep open. Above it each connection is for one request. */
const KEPT_MAX = 32
/** So many the system keeps for us to accept: whoever comes then waits for their turn, and is not told to try again. */
export const BACKLOG = 2_048

/**
 * Bounds how many are connected, so that whoever holds connections holds nobody's place: for each one above the bound the
 * one is closed that has rested longest without a whole request, or sends a byte now and then. One whose request is being
 * answered stays; so if all of them are, the newcomer is closed.
 *
 * Node accepts one connection each time it has read from all of those that are open: a thousand that ask again and again
 * would keep a newcomer waiting for minutes. In a crowd everybody is served once, and queues again.
 */
export function boundConnections(server: Server, max = CONNECTIONS_MAX): void {
  /** With the request that is read or answered; the one that rested longest first. */
  const rests = new Map<Socket, IncomingMessage | undefined>()
  const restAgain = (socket: Socket): void => {
    if (!rests.delete(socket)) return
    rests.set(socket, undefined)
  }
  server.on('connection', (socket: Socket) => {
    rests.set(socket, undefined)
    socket.once('close', () => rests.delete(socket))
    if (rests.size <= max) return
    for (const [one, request] of rests) {
      if (request?.complete === true && one !== socket) continue
      rests.delete(one)
      one.destroy()
      return
    }
  })
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    rests.set(request.socket, request)
    if (rests.size > KEPT_MAX) response.shouldKeepAlive = false
    response.once('close', () => restAgain(request.socket))
  })
}
