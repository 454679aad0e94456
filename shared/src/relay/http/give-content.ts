import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type Caching, type Content, caching } from '../../api/index.ts'
import { etagOf, isNamed, takesGzip } from './conditional.ts'

/** What a handler gives of a route of bytes. */
export type Given =
  | {
      readonly bytes: Uint8Array
      /** The first of its route unless it says another. */
      readonly mediaType?: string
      /** Nothing keeps it where this is left out. */
      readonly caching?: Caching
      /** A header of the request that it would be otherwise without. */
      readonly varies?: string
      /** Worth packing for whoever takes it packed. */
      readonly isPacked?: boolean
    }
  /** Begun only if it is listened to. */
  | {
      readonly stream: () => ReadableStream<Uint8Array>
      readonly mediaType?: string
      readonly file?: GivenFile
    }

/** To be saved under this name, and never shown in place: nothing in it runs as a page of the relay. */
export interface GivenFile {
  /** Letters, digits, dots and hyphens only: it stands in a header. */
  readonly name: string
  readonly sizeBytes: number
}

/** Packing is done by Node's four threads for files, which captures need: so many of them at a time, at the lowest effort. */
const PACKED_AT_ONCE_MAX = 2
const PACKING_LEVEL = 1
/** What is smaller gains nothing. */
const PACKED_BYTES_MIN = 1_024

const pack = promisify(gzip)

/** Answers with bytes: under a strong ETag where they may be kept, packed where that is asked for and cheap. */
export class ContentGiver {
  readonly #packs: boolean
  #packing = 0

  /** `packs`: whether there is a way to whoever asks that is worth packing for. */
  constructor(packs: boolean) {
    this.#packs = packs
  }

  async answer(request: Request, content: Content, given: Given): Promise<Response> {
    const isHead = request.method === 'HEAD'
    const type = { 'content-type': content.mediaTypes[0] ?? '' }
    if ('stream' in given) {
      const headers = { ...type, ...typeOf(given), ...(given.file === undefined ? {} : savedAs(given.file)) }
      return new Response(isHead ? null : given.stream(), { headers })
    }
    const { bytes, mediaType, isPacked, varies = isPacked === true ? 'accept-encoding' : undefined } = given
    const packs = isPacked === true && this.#packsFor(request, bytes)
    const headers = {
      ...type,
      ...typeOf({ mediaType }),
      ...(varies === undefined ? {} : { vary: varies }),
      ...(given.caching === undefined
        ? {}
        : { etag: etagOf(bytes, packs), 'cache-control': caching[given.caching] }),
    }
    if (given.caching !== undefined && isNamed(request, etagOf(bytes, packs)))
      return new Response(null, { status: 304, headers })
    const encoding: Record<string, string> = packs ? { 'content-encoding': 'gzip' } : {}
    if (isHead) return new Response(null, { headers: { ...headers, ...encoding } })
    const body = packs ? await this.#pack(bytes) : bytes
    return new Response(body as Uint8Array<ArrayBuffer>, { headers: { ...headers, ...encoding } })
  }

  /** Not while others are packed: the same bytes are given as they are then. */
  #packsFor(request: Request, { length }: Uint8Array): boolean {
    return (
      this.#packs && length >= PACKED_BYTES_MIN && this.#packing < PACKED_AT_ONCE_MAX && takesGzip(request)
    )
  }

  async #pack(bytes: Uint8Array): Promise<Uint8Array> {
    this.#packing++
    try {
      return await pack(bytes, { level: PACKING_LEVEL })
    } finally {
      this.#packing--
    }
  }
}

function typeOf({ mediaType }: { readonly mediaType?: string | undefined }): Record<string, string> {
  return mediaType === undefined ? {} : { 'content-type': mediaType }
}

/** RFC 6266. Throws an Error for a name that is none: ours are made of ids and days. */
function savedAs({ name, sizeBytes }: GivenFile): Record<string, string> {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$/.test(name)) throw new Error('a file has a name for every system')
  return { 'content-disposition': `attachment; filename="${name}"`, 'content-length': String(sizeBytes) }
}
