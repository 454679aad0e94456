import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BLOCK_BYTES, type LeafStore, leafStoreOver } from '@compliance-relay/shared/trail'

export interface TemporaryLeafStore {
  readonly leaves: LeafStore
  /** Removes the file. The store is of no use afterwards. */
  readonly close: () => void
}

/**
 * A leaf store in a temporary file, so that verifying a trail takes the same memory however long it is.
 * Throws what the file system throws: the caller falls back to memory.
 */
export function temporaryLeafStore(): TemporaryLeafStore {
  const folder = mkdtempSync(join(tmpdir(), 'relay-leaves-'))
  const file = openSync(join(folder, 'leaves'), 'wx+', 0o600)
  // Where an open file can be removed, nothing is left behind however the process ends.
  if (process.platform !== 'win32') rmSync(folder, { recursive: true })
  let written = 0
  // A signature mostly looks at records that stand together.
  let last = { index: -1, block: new Uint8Array(0) }
  const leaves = leafStoreOver({
    push(block) {
      if (writeSync(file, block, 0, BLOCK_BYTES, written * BLOCK_BYTES) !== BLOCK_BYTES)
        throw new Error('the disk is full')
      written++
    },
    read(index) {
      if (last.index === index) return last.block
      const block = new Uint8Array(BLOCK_BYTES)
      const read = readSync(file, block, 0, BLOCK_BYTES, index * BLOCK_BYTES)
      if (read !== BLOCK_BYTES) throw new Error(`block ${index} of the temporary file has ${read} bytes`)
      last = { index, block }
      return block
    },
  })
  return {
    leaves,
    close() {
      closeSync(file)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
