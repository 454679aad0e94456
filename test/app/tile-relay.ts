import type { Client, ContentRead, ContentRoute } from '@compliance-relay/shared/api'
import { TrailReader, trailId } from '@compliance-relay/shared/relay'
import { printCheckpoint } from '@compliance-relay/shared/trail'
import type { TrailMaker } from '../support/make-trail.ts'

/** What is asked of a relay for its trails, and what became of each answer on its way. */
export interface TileAsked {
  readonly name: ContentRoute
  readonly path: string
}

interface TileQuestion {
  readonly trail: string
  readonly level?: string
  readonly tile?: string
  readonly query?: { readonly from: string; readonly limit: string }
}

/**
 * The reading half of a relay over made trails, without a network: what it gives is what `TrailReader` gives. `onWay` may
 * change an answer, or throw in its place: relays that lie, and networks that break.
 */
export class TileRelay {
  makers: TrailMaker[]
  onWay: (asked: TileAsked, bytes: Uint8Array) => Uint8Array = (_, bytes) => bytes
  readonly asked: TileAsked[] = []
  readonly #signed = new Map<TrailMaker, Uint8Array>()
  readonly #reader: TrailReader

  constructor(...makers: readonly TrailMaker[]) {
    this.makers = [...makers]
    for (const maker of makers) this.sign(maker)
    this.#reader = new TrailReader({
      list: () =>
        this.makers.map(({ trail, trailKey }, i) => ({
          origin: trail,
          vkey: trailKey.vkey,
          isWritten: i === this.makers.length - 1,
          before: null,
        })),
      checkpoint: (origin) => this.#signed.get(this.#maker(origin)),
      lines: (origin, from, until) =>
        this.#maker(origin)
          .lines.slice(from, until)
          .map((line, i) => ({ seq: from + i, line })),
    })
  }

  /** Covers a trail as it is now. */
  sign(maker: TrailMaker): void {
    this.#signed.set(maker, printCheckpoint(maker.checkpoint()))
  }

  idOf(maker: TrailMaker): string {
    return trailId(maker.trail)
  }

  readonly client = {
    call: async (name: string) => {
      if (name !== 'listTrails') throw new Error(`${name} is not asked here`)
      return { trails: this.#reader.list() }
    },
    read: async (
      name: ContentRoute,
      { trail, level, tile, query }: TileQuestion,
      etag?: string,
    ): Promise<ContentRead> => {
      const path =
        name === 'readCheckpoint'
          ? 'checkpoint'
          : query === undefined
            ? `tile/${level ?? 'entries'}/${tile}`
            : `bundles ${query.from} ${query.limit}`
      this.asked.push({ name, path })
      const given =
        name === 'readCheckpoint'
          ? this.#reader.checkpoint(trail).note
          : query === undefined
            ? (await this.#reader.tile(trail, path)).bytes
            : await this.#reader.bundles(trail, Number(query.from), Number(query.limit))
      const bytes = this.onWay({ name, path }, given)
      const own = name === 'readCheckpoint' ? new TextDecoder('latin1').decode(bytes) : undefined
      return { bytes: own !== undefined && own === etag ? undefined : bytes, etag: own, mediaType: '' }
    },
  } as unknown as Client

  #maker(origin: string): TrailMaker {
    const found = this.makers.findLast(({ trail }) => trail === origin)
    if (found === undefined) throw new Error(`there is no trail ${origin}`)
    return found
  }
}
