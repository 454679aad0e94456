import { hash } from 'node:crypto'
import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Disk, Remembered } from './judge.ts'
import { bytesOfKey, keyOfBytes, keyOfText, type PathKey } from './path-key.ts'
import type { Content } from './steps.ts'

/** The truth: every file below a folder, by what node:crypto says of its bytes. */
export function readDisk(root: string): Disk {
  const files = new Map<PathKey, Content>()
  const folders = new Set<PathKey>()
  const visit = (folder: PathKey): void => {
    const path = Buffer.concat([Buffer.from(`${root}/`), bytesOfKey(folder)])
    const entries = readdirSync(path, {
      withFileTypes: true,
      encoding: 'buffer',
    }) as unknown as Dirent<Buffer>[]
    for (const entry of entries) {
      const name = keyOfBytes(entry.name)
      const below = folder === '' ? name : `${folder}/${name}`
      if (entry.isDirectory()) {
        folders.add(below)
        visit(below)
      } else {
        const bytes = readFileSync(Buffer.concat([Buffer.from(`${root}/`), bytesOfKey(below)]))
        files.set(below, { sha256: hash('sha256', bytes), size: bytes.length })
      }
    }
  }
  visit('')
  return { files, folders }
}

type Name = string | Uint8Array

/** What the database of a stopped relay remembers. Read by plain SQL, not by the relay's own code. */
export function readMemory(data: string): Remembered[] {
  const database = new DatabaseSync(join(data, 'relay.db'), { readOnly: true })
  try {
    const key = (name: Name): PathKey => (typeof name === 'string' ? keyOfText(name) : keyOfBytes(name))
    const folders = new Map(
      (
        database.prepare('SELECT id, parent, name FROM folder').all() as unknown as {
          id: number
          parent: number
          name: Name
        }[]
      ).map((row) => [row.id, row]),
    )
    const pathOf = (id: number): PathKey | undefined => {
      const folder = folders.get(id)
      if (folder === undefined) return undefined
      if (folder.parent === 0) return ''
      const above = pathOf(folder.parent)
      return above === undefined
        ? undefined
        : above === ''
          ? key(folder.name)
          : `${above}/${key(folder.name)}`
    }
    const units = database
      .prepare('SELECT folder, name, kind, state, digest, seq FROM unit')
      .all() as unknown as (Omit<Remembered, 'path'> & { readonly folder: number; readonly name: Name })[]
    return units.map(({ folder, name, ...unit }) => {
      const above = pathOf(folder)
      const own = key(name)
      return {
        ...unit,
        path: above === undefined ? `(no folder ${folder})/${own}` : above === '' ? own : `${above}/${own}`,
      }
    })
  } finally {
    database.close()
  }
}
