import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type Checkpoint,
  consistencyProof,
  cosign,
  encodeBundle,
  encodeTile,
  hex,
  inclusionProof,
  leafHash,
  macKey,
  memoryLeafStore,
  printAddCheckpoint,
  printCheckpoint,
  printTlogProof,
  signCheckpoint,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tilesOf,
  withSignature,
} from '@compliance-relay/shared/trail'
import { type Trail, timeAt } from './make-trail.ts'
import type { Secrets } from './secrets.ts'

/** Writes all that a checker is handed: the trail, what is published about it, the keys to check it with. */
export function writeFolder(folder: string, { lines, sizes }: Trail, secrets: Secrets): void {
  const leaves = memoryLeafStore()
  for (const line of lines) leaves.append(leafHash(line))
  const put = (path: string, content: Uint8Array | string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  put('trail.jsonl', jsonLines(lines))
  put('leaves.txt', lines.map((_, seq) => `${hex(leaves.leaf(seq))}\n`).join(''))
  put('mac-keys.txt', secrets.macSecrets.map((secret) => `${macKey(secret).kid} ${hex(secret)}\n`).join(''))
  put('vkeys.txt', vkeys(secrets))
  put('policy.txt', policy(secrets))

  const checkpoints = sizes.map((size) => sealHead(size, leaves.root(size), secrets))
  for (const [i, checkpoint] of checkpoints.entries()) {
    const { size } = checkpoint
    put(`checkpoints/${size}.checkpoint`, printCheckpoint(checkpoint))
    put('tree/checkpoint', printCheckpoint(checkpoint))
    for (const tile of tilesOf(size)) put(`tree/${tilePath(tile)}`, contentOf(tile, lines, leaves.node))
    const old = sizes[i - 1] ?? 0
    const proof = consistencyProof(old, size, leaves.node)
    put(`add-checkpoint/${old}-${size}.txt`, printAddCheckpoint({ old, proof, checkpoint }))
    for (const index of new Set([0, 1, Math.floor(size / 3), Math.floor(size / 2), size - 2, size - 1])) {
      const path = inclusionProof(index, size, leaves.node)
      put(`proofs/${index}-of-${size}.tlog-proof`, printTlogProof({ index, path, checkpoint }))
    }
  }
}

/** A checkpoint signed by the trail's key and cosigned by the witness, whatever the root is. */
export function sealHead(size: number, root: Uint8Array, { origin, trailKey, witness }: Secrets): Checkpoint {
  const checkpoint = signCheckpoint({ origin, size, root }, trailKey)
  return withSignature(checkpoint, cosign(checkpoint, witness, timeAt(size).getTime() / 1000))
}

export function jsonLines(lines: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))
}

export function policy({ trailKey, witness }: Secrets): string {
  return `log ${trailKey.vkey}\nwitness server ${witness.vkey}\nquorum server\n`
}

function vkeys({ trailKey, witness, people }: Secrets): string {
  const signers = people.map(({ signer }) => `signer ${signer.vkey}\n`).join('')
  return `log ${trailKey.vkey}\nwitness ${witness.vkey}\n${signers}`
}

function contentOf(
  tile: Tile,
  lines: readonly Uint8Array[],
  node: Parameters<typeof encodeTile>[1],
): Uint8Array {
  if (tile.level !== 'entries') return encodeTile(tile, node)
  const from = tile.index * TILE_WIDTH
  return encodeBundle(lines.slice(from, from + tile.width))
}
