import { aboutText } from '@compliance-relay/shared/bag'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import { markBits } from './marks.ts'

/** What a list shows of a record, and what it is looked for by. Everything else stands in its line. */
export interface Facts {
  /** Milliseconds since 1970 by the clock of the relay: a claim. */
  readonly time: number
  readonly kind: string
  /** Id of the actor. */
  readonly person: string
  /** Empty where a record has none. */
  readonly project: string
  readonly device: string
  /** The profile whose rules were applied. */
  readonly instrument: string
  /** What it is about, for people: a path, or the records or the account it names. Has no line breaks. */
  readonly what: string
  /** Place of the version before, in the same trail. */
  readonly before: number | undefined
  /** Bits of `markBits`. */
  readonly marks: number
}

/** Pure. */
export function factsOf(record: TrailRecord): Facts {
  const { kind, actor, body, time, seq } = record
  return {
    time: Date.parse(time),
    kind,
    person: actor.id,
    project: textIn(body['project']),
    device: textIn(body['device']),
    instrument: textIn(body['profile']),
    what: whatOf(record).replace(/[\n\r]/g, ' '),
    before: versionBefore(body['before'], seq),
    marks: marksOf(record),
  }
}

function whatOf(record: TrailRecord): string {
  const path = textIn(record.body['path'])
  if (path !== '') return path
  const about = aboutText(record)
  return about === '' ? textIn(record.body['reason']) : about
}

function marksOf({ kind, body }: TrailRecord): number {
  const is = (name: string) => typeof body[name] === 'object' && body[name] !== null
  return (is('late') ? markBits.late : 0) | (kind === 'relay.started' && is('gap') ? markBits.gap : 0)
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function versionBefore(before: unknown, seq: number): number | undefined {
  const place = typeof before === 'object' && before !== null ? (before as { seq?: unknown }).seq : undefined
  return typeof place === 'number' && place < seq ? place : undefined
}
