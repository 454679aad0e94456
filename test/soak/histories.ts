import type { Capture } from './captures.ts'
import { type Finding, finding } from './finding.ts'
import { isBelow } from './path-key.ts'

/** What a trail says there is, and where its records do not follow one from the other. */
export interface Histories {
  /** Of each unit that is still there by the trail: its last record. */
  readonly live: readonly Capture[]
  readonly findings: readonly Finding[]
}

/**
 * Follows each unit through its records: all but the first name the record before, by number and digest. The order in
 * which two units under one name come and go is not told by the order of records alone: a file put under the name of
 * one that was renamed may be recorded before the renaming is.
 */
export function historiesOf(captures: readonly Capture[]): Histories {
  const live = new Map<number, Capture>()
  const findings: Finding[] = []
  for (const capture of captures) {
    const { verb, kind, path, seq } = capture
    if (verb === 'vanished') continue
    if (verb === 'failed' || verb === 'refused') {
      findings.push(finding('not-recorded', path, `record ${seq}: ${kind}, ${capture.reason}`))
      continue
    }
    if (verb !== 'created') follow(capture, live, findings)
    if (verb === 'created' && capture.before !== undefined)
      findings.push(
        finding('follows-wrongly', path, `record ${seq} is the first of its unit and names one before`),
      )
    if (verb === 'deleted') continue
    // What was recorded file by file before its folder was known for a data set is part of it from now on.
    if (capture.noun === 'dataset')
      for (const one of live.values()) if (isBelow(one.path, path)) live.delete(one.seq)
    live.set(seq, capture)
  }
  const last = new Map<string, Capture>()
  for (const one of live.values()) {
    const other = last.get(one.path)
    if (other !== undefined) {
      const same = other.digest === one.digest ? 'the same content' : 'another content'
      findings.push(finding('twice', one.path, `records ${other.seq} and ${one.seq} both stand, of ${same}`))
    }
    last.set(one.path, one)
  }
  return { live: [...live.values()], findings }
}

function follow(capture: Capture, live: Map<number, Capture>, findings: Finding[]): void {
  const { seq, kind, path, before, verb } = capture
  const place = verb === 'renamed' ? capture.from : path
  const earlier = before === undefined ? undefined : live.get(before.seq)
  if (earlier === undefined) {
    const named = before === undefined ? 'no record' : `record ${before.seq}, which does not stand`
    findings.push(finding('follows-wrongly', path, `record ${seq}, ${kind}, names ${named} before it`))
    return
  }
  live.delete(earlier.seq)
  if (earlier.path !== place || earlier.digest !== before?.digest)
    findings.push(
      finding(
        'follows-wrongly',
        path,
        `record ${seq}, ${kind}, follows ${earlier.seq} of another place or content`,
      ),
    )
  if (verb === 'renamed' && earlier.digest !== capture.digest)
    findings.push(finding('follows-wrongly', path, `record ${seq}, ${kind}, has another content than before`))
  if (verb === 'changed' && earlier.digest === capture.digest && earlier.complete === capture.complete)
    findings.push(finding('duplicate', path, `record ${seq}, ${kind}, says what record ${earlier.seq} says`))
}
