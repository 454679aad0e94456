import type { Socket } from 'node:net'

/** One word has room for a seal, and all words of a process for what it says of its progress in an hour. */
export const WORD_BYTES_MAX = 128 << 10
export const ALL_BYTES_MAX = 4 << 20

const NEWLINE = 0x0a

/**
 * Words that two processes say to each other, each a line of JSON. `onWord` is given what can be read; `onFault` is called
 * once, for what is no word or too much: from then on nothing is read, and nothing of it is kept.
 */
export function listen(
  socket: Socket,
  { onWord, onFault }: { readonly onWord: (word: unknown) => void; readonly onFault: (why: string) => void },
): void {
  let open: Buffer[] = []
  let openBytes = 0
  let allBytes = 0
  let isOver = false
  const fault = (why: string): void => {
    isOver = true
    open = []
    onFault(why)
  }
  const take = (line: Buffer): void => {
    let word: unknown
    try {
      word = JSON.parse(line.toString('utf8'))
    } catch {
      return fault('it said what is no word')
    }
    onWord(word)
  }
  socket.on('data', (piece: Buffer) => {
    allBytes += piece.length
    let from = 0
    for (let end = piece.indexOf(NEWLINE); end >= 0 && !isOver; end = piece.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([...open, piece.subarray(from, end)])
      open = []
      openBytes = 0
      from = end + 1
      if (line.length > WORD_BYTES_MAX || allBytes > ALL_BYTES_MAX) fault('it said too much')
      else take(line)
    }
    if (isOver) return
    open.push(piece.subarray(from))
    openBytes += piece.length - from
    if (openBytes > WORD_BYTES_MAX || allBytes > ALL_BYTES_MAX) fault('it said too much')
  })
  // That the other end is gone, its exit says.
  socket.on('error', () => {})
}

export function say(socket: Socket, word: unknown, then: () => void = () => {}): void {
  socket.write(`${JSON.stringify(word)}\n`, then)
}
