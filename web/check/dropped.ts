import type { DroppedFile } from './messages.ts'

/** So many files are looked at in one drop, as many as a data set may have. */
export const FILES_MAX = 200_000

/** More files than are looked at in one drop. */
export class TooMany extends Error {
  override readonly name = 'TooMany'
}

/** The newer way to a dropped folder, where a browser has it. */
interface WithHandle {
  readonly getAsFileSystemHandle?: () => Promise<Handle | null>
}
type Handle =
  | { readonly kind: 'file'; readonly name: string; getFile(): Promise<File> }
  | { readonly kind: 'directory'; readonly name: string; values(): AsyncIterable<Handle> }

/**
 * What was dropped as files with their paths; folders are walked. To be called while the drop is handled. Of a page that
 * was opened from a disk Chromium lets the entries of a folder not be read, but its handle; Firefox has no handles.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly DroppedFile[]> {
  // The items are gone once the event is over; what was taken from them stays.
  const items = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({
      file: item.getAsFile(),
      entry: item.webkitGetAsEntry(),
      handle: (item as WithHandle).getAsFileSystemHandle?.() ?? Promise.resolve(null),
    }))
  const all: DroppedFile[] = []
  for (const { entry, file, handle } of items) {
    const folder = entry?.isDirectory === true ? await handle.catch(() => null) : null
    if (folder?.kind === 'directory') await walkHandle(folder, folder.name, all)
    else if (isFolder(entry)) await walk(entry, entry.name, all)
    else if (file !== null) add(all, file.name, file)
  }
  return all
}

/** What was chosen in a field: with `webkitdirectory` each file has its path. */
export function chosenFiles(input: HTMLInputElement): readonly DroppedFile[] {
  const files = [...(input.files ?? [])]
  if (files.length > FILES_MAX) throw new TooMany()
  return files.map((file) => ({ path: file.webkitRelativePath || file.name, file }))
}

async function walkHandle(
  folder: Handle & { readonly kind: 'directory' },
  path: string,
  all: DroppedFile[],
): Promise<void> {
  for await (const one of folder.values()) {
    const below = `${path}/${one.name}`
    if (one.kind === 'directory') await walkHandle(one, below, all)
    else add(all, below, await one.getFile())
  }
}

async function walk(folder: FileSystemDirectoryEntry, path: string, all: DroppedFile[]): Promise<void> {
  const reader = folder.createReader()
  for (;;) {
    // A browser gives them by the hundred, until there are none.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return
    for (const entry of some) {
      const below = `${path}/${entry.name}`
      if (isFolder(entry)) await walk(entry, below, all)
      else if (isFile(entry))
        add(all, below, await new Promise<File>((resolve, reject) => entry.file(resolve, reject)))
    }
  }
}

function add(all: DroppedFile[], path: string, file: File): void {
  if (all.length >= FILES_MAX) throw new TooMany()
  all.push({ path, file })
}

/** Not every browser has the classes of these by name. */
function isFolder(entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry {
  return entry?.isDirectory === true
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}
