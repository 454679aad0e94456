import type { Random } from '../support/random.ts'
import { type DataSet, dataSet, processed } from './data-sets.ts'
import type { FolderModel } from './folder-model.ts'
import { fileName, folderName } from './names.ts'
import { isBelow, type PathKey } from './path-key.ts'

export const WATCHED = 'instrument'
const OUTSIDE = 'outside'

const FILES_MAX = 600
const FILE_BYTES_MAX = 200 * 1_024

export interface HandOptions {
  readonly model: FolderModel
  readonly random: Random
  readonly pause: () => Promise<void>
  /** Also what leaves data sets incomplete, which the relay waits a minute for. */
  readonly patient: boolean
}

/** Does to the watched folder what instruments, programs and people do, one thing after the other. */
export class Hand {
  readonly #options: HandOptions
  readonly #sets = new Map<PathKey, DataSet>()
  readonly #away: PathKey[] = []
  readonly #appending: Promise<void>[] = []
  #moves = 0

  constructor(options: HandOptions) {
    this.#options = options
    options.model.makeFolder(WATCHED)
    options.model.makeFolder(OUTSIDE)
  }

  /** Does one thing. What it was, for the log. */
  async act(): Promise<string> {
    const { random } = this.#options
    const can: (readonly [weight: number, name: string, act: () => unknown])[] = [
      [10, 'create', () => this.#write(this.#newFile())],
      [3, 'create in a new folder', () => this.#write(`${this.#newFolder()}/${fileName(random)}`)],
      [2, 'create many', () => this.#createMany()],
      [3, 'append slowly', () => this.#appendSlowly()],
      [5, 'data set', () => this.#acquire(this.#folder())],
      [3, 'move in', () => this.#moveIn()],
      [2, 'bring back', () => this.#bringBack()],
      [3, 'process', () => this.#process()],
      [4, 'rename data set', () => this.#renameSet()],
      [2, 'delete data set', () => this.#deleteSet()],
      [2, 'become a data set', () => this.#grow()],
      [1, 'file in place of a folder', () => this.#fileForFolder()],
    ]
    if (this.#files().length > 0)
      can.push(
        [6, 'append', () => this.#append()],
        [5, 'overwrite', () => this.#overwrite()],
        [3, 'rewrite', () => this.#write(this.#file())],
        [7, 'rename', () => this.#rename(this.#file(), this.#newFile())],
        [4, 'rename over', () => this.#rename(this.#file(), this.#file())],
        [4, 'save by a temporary file', () => this.#save()],
        [4, 'swap', () => this.#swap()],
        [4, 'delete', () => this.#options.model.remove(this.#file())],
        [4, 'delete and create', () => this.#deleteAndCreate()],
        [2, 'link', () => this.#link()],
        [1, 'folder in place of a file', () => this.#folderForFile()],
        [3, 'rename folder', () => this.#renameFolder()],
        [2, 'move out', () => this.#moveOut()],
        [2, 'delete folder', () => this.#deleteFolder()],
      )
    let at = random.next() * can.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, name, act] of can) {
      at -= weight
      if (at >= 0) continue
      await act()
      return name
    }
    return 'nothing'
  }

  /** Resolves when nothing is written any more. */
  async rest(): Promise<void> {
    await Promise.all(this.#appending)
  }

  // What there is to act on.

  /** Files of data sets are left to those who know what they do, or data sets would never be complete. */
  #files(): PathKey[] {
    const { model, patient } = this.#options
    const sets = patient ? [] : [...this.#sets.keys()]
    return model.files().filter((path) => isBelow(path, WATCHED) && !sets.some((set) => isBelow(path, set)))
  }

  #file(): PathKey {
    return this.#options.random.pick(this.#files())
  }

  /** Ordinary folders. */
  #folders(): PathKey[] {
    const sets = [...this.#sets.keys()]
    return this.#options.model
      .folders()
      .filter((path) => isBelow(path, WATCHED) && !sets.some((set) => path === set || isBelow(path, set)))
  }

  #folder(): PathKey {
    return this.#options.random.pick([WATCHED, WATCHED, ...this.#folders()])
  }

  #newFolder(): PathKey {
    const { model, random } = this.#options
    const path = `${this.#folder()}/${folderName(random)}`
    // Not deeper than this, or the folders would soon have no end.
    if (path.split('/').length > 5 || model.isFile(path)) return WATCHED
    model.makeFolder(path)
    return path
  }

  #newFile(): PathKey {
    return `${this.#folder()}/${fileName(this.#options.random)}`
  }

  #bytes(): Buffer {
    const { random } = this.#options
    // The same content again is no news, and a copy has a name of its own.
    if (random.chance(0.15)) return Buffer.from(`one of few contents: ${random.integer(0, 3)}`)
    const size = random.pick([0, 1, 100, 4_096, random.integer(0, 8_192), random.integer(0, FILE_BYTES_MAX)])
    return random.bytes(size)
  }

  // Files.

  #write(path: PathKey): void {
    const { model } = this.#options
    if (model.has(path) && !model.isFile(path)) return
    if (!model.isFile(path) && model.files().length > FILES_MAX) return
    model.write(path, this.#bytes(), this.#options.random.chance(0.2))
  }

  async #createMany(): Promise<void> {
    const { random, model } = this.#options
    const folder = this.#newFolder()
    const count = random.integer(10, 150)
    for (let i = 0; i < count && model.files().length < FILES_MAX; i++) {
      const path = `${folder}/many${random.integer(0, 300)}.dat`
      if (model.isFile(path) || !model.has(path)) model.write(path, random.bytes(random.integer(0, 400)))
    }
  }

  #append(): void {
    const file = this.#options.model.appender(this.#file())
    file.append(this.#bytes())
    file.close()
  }

  /** Beside all else: a program that keeps its file open and writes to it now and then. */
  #appendSlowly(): void {
    const { random, model } = this.#options
    const path = this.#newFile()
    if (model.has(path) && !model.isFile(path)) return
    const file = model.appender(path)
    const pieces = Array.from({ length: random.integer(2, 8) }, () => [
      random.integer(0, 1_500),
      random.bytes(random.integer(1, 5_000)),
    ]) as [number, Buffer][]
    const write = async (): Promise<void> => {
      for (const [milliseconds, piece] of pieces) {
        file.append(piece)
        await new Promise((resolve) => setTimeout(resolve, milliseconds))
      }
      file.close()
    }
    this.#appending.push(write())
  }

  #overwrite(): void {
    const { random, model } = this.#options
    const path = this.#file()
    model.overwrite(path, random.bytes(model.sizeOf(path)), random.chance(0.5))
  }

  #rename(from: PathKey, to: PathKey): void {
    const { model } = this.#options
    if (from === to || (model.has(to) && !model.isFile(to))) return
    model.rename(from, to)
  }

  async #save(): Promise<void> {
    const { model, pause, random } = this.#options
    const path = this.#file()
    const temporary = `${path.slice(0, path.lastIndexOf('/'))}/~saving.tmp`
    model.write(temporary, this.#bytes())
    if (random.chance(0.5)) await pause()
    if (model.isFile(temporary) && model.has(path)) model.rename(temporary, path)
  }

  async #swap(): Promise<void> {
    const { model, pause, random } = this.#options
    const [one, other] = [this.#file(), this.#file()]
    if (one === other) return
    const between = `${one.slice(0, one.lastIndexOf('/'))}/between${random.integer(0, 9)}`
    if (model.has(between)) return
    model.rename(one, between)
    if (random.chance(0.3)) await pause()
    model.rename(other, one)
    if (random.chance(0.3)) await pause()
    model.rename(between, other)
  }

  async #deleteAndCreate(): Promise<void> {
    const { model, pause, random } = this.#options
    const path = this.#file()
    const same = random.chance(0.3) ? model.bytesOf(path) : this.#bytes()
    model.remove(path)
    if (random.chance(0.5)) await pause()
    model.write(path, same)
  }

  #link(): void {
    const { model } = this.#options
    const [path, other] = [this.#file(), this.#newFile()]
    if (!model.has(other)) model.link(path, other)
  }

  // Folders.

  async #fileForFolder(): Promise<void> {
    const { random, pause, model } = this.#options
    const folders = [...this.#folders(), ...this.#watchedSets()]
    if (folders.length === 0) return
    const path = random.pick(folders)
    this.#remove(path)
    if (random.chance(0.5)) await pause()
    model.write(path, this.#bytes())
  }

  async #folderForFile(): Promise<void> {
    const { random, pause, model } = this.#options
    const path = this.#file()
    // Unlike file names, those of folders are to be short enough for what is in them.
    if (path.length > 200 || path.split('/').length > 5) return
    model.remove(path)
    if (random.chance(0.5)) await pause()
    model.makeFolder(path)
    if (random.chance(0.8)) this.#write(`${path}/${fileName(random)}`)
  }

  #renameFolder(): void {
    const { random } = this.#options
    const folders = this.#folders()
    if (folders.length === 0) return
    this.#moveFolder(random.pick(folders), `${this.#folder()}/${folderName(random)}`)
  }

  #moveFolder(from: PathKey, to: PathKey): boolean {
    const { model } = this.#options
    if (model.has(to) || from === to || isBelow(to, from) || to.split('/').length > 6) return false
    model.rename(from, to)
    for (const [path, set] of [...this.#sets]) {
      if (path !== from && !isBelow(path, from)) continue
      this.#sets.delete(path)
      this.#sets.set(to + path.slice(from.length), set)
    }
    return true
  }

  #deleteFolder(): void {
    const folders = this.#folders()
    if (folders.length > 0) this.#remove(this.#options.random.pick(folders))
  }

  #remove(path: PathKey): void {
    this.#options.model.remove(path)
    for (const set of [...this.#sets.keys()]) if (set === path || isBelow(set, path)) this.#sets.delete(set)
  }

  /** A folder with all in it, made elsewhere and moved in at once. */
  async #moveIn(): Promise<void> {
    const { model, random } = this.#options
    const from = `${OUTSIDE}/in${this.#moves++}`
    model.makeFolder(from)
    for (let i = random.integer(0, 20); i > 0; i--) {
      const below = random.chance(0.4) ? `${from}/${folderName(random)}` : from
      if (model.isFile(below)) continue
      model.makeFolder(below)
      const path = `${below}/${fileName(random)}`
      if (!model.has(path) || model.isFile(path)) model.write(path, this.#bytes())
    }
    if (random.chance(0.4)) await this.#acquire(from, true)
    if (!this.#moveFolder(from, `${this.#folder()}/${folderName(random)}`)) this.#away.push(from)
  }

  #moveOut(): void {
    const { random } = this.#options
    const folders = [...this.#folders(), ...this.#watchedSets()]
    if (folders.length === 0) return
    const to = `${OUTSIDE}/out${this.#moves++}`
    const from = random.pick(folders)
    const name = from.slice(from.lastIndexOf('/') + 1)
    this.#options.model.makeFolder(to)
    if (this.#moveFolder(from, `${to}/${name}`)) this.#away.push(`${to}/${name}`)
  }

  #bringBack(): void {
    const { random } = this.#options
    if (this.#away.length === 0) return
    const from = random.pick(this.#away)
    const name = random.chance(0.6) ? from.slice(from.lastIndexOf('/') + 1) : folderName(random)
    if (this.#moveFolder(from, `${this.#folder()}/${name}`)) this.#away.splice(this.#away.indexOf(from), 1)
  }

  // Data sets.

  #watchedSets(): PathKey[] {
    return [...this.#sets.keys()].filter((path) => isBelow(path, WATCHED))
  }

  async #acquire(folder: PathKey, atOnce = false): Promise<void> {
    const { model, random, pause } = this.#options
    const set = dataSet(random)
    const path = `${folder}/${set.folderName(random)}`
    if (model.has(path) && !this.#sets.has(path)) return
    // Acquired again into the same folder: another instrument's files there would never be complete.
    if (this.#sets.has(path) && !this.#options.patient) this.#remove(path)
    this.#sets.set(path, set)
    const slowly = !atOnce && random.chance(0.4)
    for (const [name, bytes] of set.files) {
      const at = name.lastIndexOf('/')
      model.makeFolder(at < 0 ? path : `${path}/${name.slice(0, at)}`)
      model.write(`${path}/${name}`, bytes)
      if (slowly) await pause()
    }
  }

  /** A folder whose files may have been recorded one by one turns out to be a data set. */
  #grow(): void {
    const { model, random } = this.#options
    const folders = this.#folders()
    if (folders.length === 0) return
    const path = random.pick(folders)
    const set = dataSet(random)
    this.#sets.set(path, set)
    for (const [name, bytes] of set.files) {
      const at = name.lastIndexOf('/')
      model.makeFolder(at < 0 ? path : `${path}/${name.slice(0, at)}`)
      model.write(`${path}/${name}`, bytes)
    }
  }

  #process(): void {
    const { model, random } = this.#options
    const sets = this.#watchedSets()
    if (sets.length === 0) return
    const path = random.pick(sets)
    for (const [name, bytes] of processed(random)) {
      model.makeFolder(`${path}/${name.slice(0, name.lastIndexOf('/'))}`)
      model.write(`${path}/${name}`, bytes)
    }
  }

  #renameSet(): void {
    const { random } = this.#options
    const sets = this.#watchedSets()
    if (sets.length === 0) return
    const path = random.pick(sets)
    const name = this.#sets.get(path)?.folderName(random) ?? ''
    const folder = random.chance(0.7) ? path.slice(0, path.lastIndexOf('/')) : this.#folder()
    this.#moveFolder(path, `${folder}/${name}`)
  }

  #deleteSet(): void {
    const sets = this.#watchedSets()
    if (sets.length > 0) this.#remove(this.#options.random.pick(sets))
  }
}
