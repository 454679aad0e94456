import type { FolderGlance, UnitView } from '../types.ts'

/** Units made for tests: files in memory, in the shapes that instruments write. */
export type Content = string | Uint8Array
export type Files = Readonly<Record<string, Content>>

export function bytesOf(content: Content): Uint8Array {
  return typeof content === 'string' ? new Uint8Array(Buffer.from(content, 'utf8')) : content
}

export function folderOf(name: string, files: Files): UnitView {
  return viewOf(name, 'folder', files)
}

/** A single file; `beside` are others in its folder. */
export function fileOf(name: string, content: Content, beside: Files = {}): UnitView {
  const view = viewOf(name, 'file', { [name]: content })
  return {
    ...view,
    beside: (other) => (beside[other] === undefined ? undefined : bytesOf(beside[other]).length),
  }
}

/** Counts what is read, so that a test can hold reading to a bound. */
export function counted(view: UnitView): { readonly view: UnitView; readonly read: () => number } {
  let bytes = 0
  const read = (path: string, offset: number, length: number): Uint8Array | undefined => {
    const piece = view.read(path, offset, length)
    bytes += piece?.length ?? 0
    return piece
  }
  return {
    view: { name: view.name, kind: view.kind, members: () => view.members(), read },
    read: () => bytes,
  }
}

function viewOf(name: string, kind: 'folder' | 'file', files: Files): UnitView {
  const contents = new Map(Object.entries(files).map(([path, content]) => [path, bytesOf(content)]))
  const members = [...contents].map(([path, { length }]) => ({ path, size: length }))
  return {
    name,
    kind,
    members: () => members,
    // At most 64 KiB at a time, for a read may always give less than was asked for.
    read: (path, offset, length) => contents.get(path)?.slice(offset, offset + Math.min(length, 65_536)),
  }
}

/** A folder with these files in it; a path that ends with '/' is an empty folder. */
export function glanceOf(name: string, paths: readonly string[]): FolderGlance {
  return {
    name,
    names(sub) {
      const prefix = sub === '' ? '' : `${sub}/`
      const found = new Map<string, boolean>()
      for (const path of paths) {
        if (!path.startsWith(prefix)) continue
        const [first = '', ...rest] = path.slice(prefix.length).split('/')
        if (first !== '') found.set(first, rest.length > 0)
      }
      return [...found].map(([one, isFolder]) => ({ name: one, isFolder }))
    },
  }
}

export function without(files: Files, ...paths: readonly string[]): Files {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !paths.includes(path)))
}

export function utf16(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** Big-endian or little-endian numbers of four bytes. */
export function longs(numbers: readonly number[], little = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * numbers.length))
  for (const [i, number] of numbers.entries()) view.setUint32(4 * i, number, little)
  return new Uint8Array(view.buffer)
}
