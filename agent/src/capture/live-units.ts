import { Buffer } from 'node:buffer'
import type { Body } from '@compliance-relay/shared/trail'
import { nameOfBytes } from './raw-name.ts'

/** A unit as the trail's last record of it has it. */
export interface LiveUnit {
  readonly kind: 'file' | 'set' | 'other'
  readonly state: 'recorded' | 'refused' | 'failed'
  /** Number of the trail in its data folder, and the record's place. */
  readonly trail: number
  readonly seq: number
  /** SHA-256 of the file or of the manifest; empty if it was never read, undefined if the record does not say. */
  readonly digest: string | undefined
  readonly size: number
  readonly profile: string
}

/** A path and what is below it. */
interface Place {
  unit: LiveUnit | undefined
  below: Map<string, Place> | undefined
}

/**
 * What the records say is in the watched folders: push each record, in order, of all trails of a data folder. It is
 * what the relay's own state must agree with, worked out without it.
 */
export class LiveUnits {
  readonly #watches = new Map<string, Place>()
  readonly #replaced = new Set<string>()

  push(trail: number, seq: number, kind: string, body: Body): void {
    const { watch } = body
    if (typeof watch !== 'string') return
    if (kind === 'watch.available' && body['replaced'] === true) this.#replaced.add(watch)
    const path = pathIn(body)
    if (path === undefined) return
    // A refusal says what it would have been, and what is known of the unit is the same.
    const what = kind === 'capture.refused' || kind === 'record.failed' ? body['what'] : kind
    const [noun, verb] = typeof what === 'string' ? what.split('.') : []
    if ((noun === 'file' || noun === 'dataset') && verb !== undefined) {
      if (verb === 'renamed') this.#remove(watch, pathIn(body['from'] as Body))
      if (verb === 'deleted') return this.#remove(watch, path)
      const unit = { kind: noun === 'file' ? 'file' : 'set', trail, seq } as const
      const state = kind === 'capture.refused' ? 'refused' : 'recorded'
      return this.#put(watch, path, { ...unit, state, ...contentIn(kind, body) })
    }
    const unread = { kind: 'other', trail, seq, digest: '', size: 0, profile: '' } as const
    if (kind === 'capture.refused') this.#put(watch, path, { ...unread, state: 'refused' })
    if (kind === 'capture.failed') this.#failed(watch, path, body, unread)
  }

  /** Every unit that is there, with its watch and path. */
  *entries(): Generator<{ readonly watch: string; readonly path: string; readonly unit: LiveUnit }> {
    for (const [watch, root] of this.#watches)
      for (const [path, unit] of walk(root, '')) yield { watch, path, unit }
  }

  get(watch: string, path: string): LiveUnit | undefined {
    return this.#placeOf(watch, path)?.unit
  }

  /** True if another folder was once found in the place of this watch's: its units may have been put aside. */
  wasReplaced(watch: string): boolean {
    return this.#replaced.has(watch)
  }

  #failed(watch: string, path: string, body: Body, unread: Omit<LiveUnit, 'state'>): void {
    const known = this.get(watch, path)
    if (body['reason'] === 'vanished') {
      if (known !== undefined && known.digest === '') this.#remove(watch, path)
      return
    }
    // What was recorded stays what it was; a folder that cannot be listed is no unit.
    if (known !== undefined || body['what'] === 'folder') return
    const kind = body['what'] === 'dataset' ? 'set' : 'file'
    this.#put(watch, path, { ...unread, kind, state: 'failed' })
  }

  #put(watch: string, path: string, unit: LiveUnit): void {
    let place = this.#watches.get(watch)
    if (place === undefined) {
      place = { unit: undefined, below: undefined }
      this.#watches.set(watch, place)
    }
    for (const name of path.split('/')) {
      // A file that was still on its way when its folder turned out to be a data set is part of that.
      if (place.unit?.kind === 'set') return
      place.below ??= new Map()
      let next = place.below.get(name)
      if (next === undefined) {
        next = { unit: undefined, below: undefined }
        place.below.set(name, next)
      }
      place = next
    }
    place.unit = unit
    if (unit.kind === 'set') place.below = undefined
  }

  #remove(watch: string, path: string | undefined): void {
    const place = path === undefined ? undefined : this.#placeOf(watch, path)
    if (place !== undefined) place.unit = undefined
  }

  #placeOf(watch: string, path: string): Place | undefined {
    let place = this.#watches.get(watch)
    for (const name of path.split('/')) place = place?.below?.get(name)
    return place
  }
}

function* walk(place: Place, path: string): Generator<[string, LiveUnit]> {
  if (place.unit !== undefined) yield [path, place.unit]
  for (const [name, below] of place.below ?? []) yield* walk(below, path === '' ? name : `${path}/${name}`)
}

function pathIn(body: Body | undefined): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { path, pathRaw } = body
  if (typeof pathRaw === 'string') return nameOfBytes(Buffer.from(pathRaw, 'hex'))
  return typeof path === 'string' && path !== '' ? path : undefined
}

function contentIn(kind: string, body: Body): Pick<LiveUnit, 'digest' | 'size' | 'profile'> {
  const digest = body['sha256'] ?? body['manifest']
  const { size, profile } = body
  return {
    // A record that could not be written as it was meant says of what, and not how that was.
    digest: kind === 'record.failed' ? undefined : typeof digest === 'string' ? digest : '',
    size: typeof size === 'number' ? size : 0,
    profile: typeof profile === 'string' ? profile : '',
  }
}
