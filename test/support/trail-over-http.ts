import type { Client, Problem, TrailView } from '@compliance-relay/shared/api'
import {
  checkNote,
  decodeBundle,
  decodeTile,
  equalBytes,
  type Hash,
  type NodeReader,
  nodeHash,
  parseCheckpoint,
  parsePolicy,
  parseVkey,
  type Report,
  rootOf,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tilesOf,
  utf8,
  verifyTrail,
} from '@compliance-relay/shared/trail'

/** A trail as somebody has it who only asked a relay for it, and believes nothing that does not fit together. */
export interface TrailCopy {
  readonly size: number
  readonly root: Hash
  readonly note: Uint8Array
  readonly lines: readonly Uint8Array[]
  /** From the hash tiles alone. */
  readonly node: NodeReader
}

/** Requests under way at the same time. */
const AT_ONCE = 4

/** Rejects with an Error if the checkpoint is not the trail's, or its tiles make another tree. */
export async function readTrail(client: Client, { id: trail, vkey, origin }: TrailView): Promise<TrailCopy> {
  const note = (await client.read('readCheckpoint', { trail })).bytes ?? new Uint8Array()
  const checkpoint = parseCheckpoint(note)
  if (checkNote(checkpoint.note, parseVkey(vkey)) !== 'good' || checkpoint.origin !== origin)
    throw new Error('the checkpoint is not signed by the key of its trail')
  const { size, root } = checkpoint
  const lines: Uint8Array[] = []
  const tiles = new Map<string, readonly Hash[]>()
  const wanted = [...tilesOf(size)]
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let tile = wanted.shift(); tile !== undefined; tile = wanted.shift()) {
        const bytes = await readTile(client, trail, tile)
        if (tile.level === 'entries')
          for (const [i, line] of decodeBundle(bytes, tile.width).entries())
            lines[tile.index * TILE_WIDTH + i] = line
        else tiles.set(`${tile.level} ${tile.index}`, decodeTile(bytes, tile.width))
      }
    }),
  )
  const node = nodesIn(tiles)
  if (!equalBytes(rootOf(size, node), root))
    throw new Error('the tiles are not of the tree of the checkpoint')
  return { size, root, note, lines, node }
}

/** What `relay verify` says of it to whoever has no key of its checksums. */
export function verifyCopy({ lines, note }: TrailCopy, { vkey }: TrailView): Report {
  const newline = utf8('\n')
  return verifyTrail(
    lines.flatMap((line) => [line, newline]),
    {
      checkpoints: [{ name: 'checkpoint', bytes: note }],
      policy: parsePolicy(utf8(`log ${vkey}\nquorum none\n`)),
    },
  )
}

async function readTile(client: Client, trail: string, tile: Tile): Promise<Uint8Array> {
  const [, level = '', name = ''] = /^tile\/([^/]+)\/(.*)$/.exec(tilePath(tile)) ?? []
  for (;;) {
    try {
      const asked = { trail, tile: name }
      const { bytes } = await (tile.level === 'entries'
        ? client.read('readEntries', asked)
        : client.read('readTile', { ...asked, level }))
      return bytes ?? new Uint8Array()
    } catch (error) {
      const { code, details } = error as Partial<Problem>
      if (code !== 'throttled') throw error
      await new Promise((resolve) => setTimeout(resolve, (details?.retryAfterSeconds ?? 1) * 1_000))
    }
  }
}

/** Eight levels of nodes stand above the hashes of each tile. */
function nodesIn(tiles: ReadonlyMap<string, readonly Hash[]>): NodeReader {
  const node: NodeReader = (level, index) => {
    if (level % 8 > 0) return nodeHash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))
    const tile = tiles.get(`${level / 8} ${Math.floor(index / TILE_WIDTH)}`)
    const found = tile?.[index % TILE_WIDTH]
    if (found === undefined) throw new Error(`no tile holds node ${index} of level ${level}`)
    return found
  }
  return node
}
