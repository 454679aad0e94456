import { createHash } from 'node:crypto'

/** Strong (RFC 9110, 8.8.3): of the very bytes, so packed ones have another. */
export function etagOf(bytes: Uint8Array, packs: boolean): string {
  return `"${createHash('sha256').update(bytes).digest('base64url')}${packs ? '.gzip' : ''}"`
}

/** RFC 9110, 13.1.2: whether one that was had before is this one. */
export function isNamed(request: Request, etag: string): boolean {
  const named = request.headers.get('if-none-match')?.trim() ?? ''
  return named === '*' || [...named.matchAll(/"[\x21\x23-\x7e]*"/g)].some(([one]) => one === etag)
}

/** RFC 9110, 12.5.3, as far as it is about gzip. */
export function takesGzip(request: Request): boolean {
  const taken = (request.headers.get('accept-encoding') ?? '').toLowerCase().split(',')
  const weights = new Map(
    taken.map((one) => {
      const [coding = '', weight] = one.split(';').map((part) => part.trim())
      return [coding, /^q=0(?:\.0{0,3})?$/.test(weight ?? '') ? 0 : 1]
    }),
  )
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0
}
