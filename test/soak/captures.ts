import type { TrailRecord } from '@compliance-relay/shared/trail'
import { keyOfFields, type PathKey } from './path-key.ts'

/** A record about a file or a data set, in the words the judge needs. */
export interface Capture {
  readonly seq: number
  readonly kind: string
  readonly noun: 'file' | 'dataset' | 'none'
  /** `failed` and `refused` are records about a unit that give it no content. */
  readonly verb: 'created' | 'changed' | 'renamed' | 'deleted' | 'vanished' | 'failed' | 'refused'
  readonly path: PathKey
  readonly from: PathKey | undefined
  /** SHA-256 of the file or of the manifest. */
  readonly digest: string | undefined
  readonly before: { readonly seq: number; readonly digest: string } | undefined
  readonly complete: unknown
  readonly reason: string | undefined
}

type Place = { readonly path: string; readonly pathRaw?: string }

/** The records of a trail that are about files, in order. */
export function capturesOf(records: readonly TrailRecord[]): Capture[] {
  return records.flatMap((record): Capture[] => {
    const { kind, seq, body } = record
    const [, noun, verb] = /^(file|dataset|capture|record)\.([a-z]+)$/.exec(kind) ?? []
    if (noun === undefined || verb === undefined) return []
    const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
    const reason = text(body['reason'])
    return [
      {
        seq,
        kind,
        noun: noun === 'file' || noun === 'dataset' ? noun : 'none',
        verb: (kind === 'capture.failed' && reason === 'vanished' ? 'vanished' : verb) as Capture['verb'],
        path: keyOfFields(body as unknown as Place),
        from: body['from'] === undefined ? undefined : keyOfFields(body['from'] as unknown as Place),
        digest: text(body['sha256']) ?? text(body['manifest']),
        before: body['before'] as unknown as Capture['before'],
        complete: body['complete'],
        reason,
      },
    ]
  })
}
