import type { Body, Value } from '@compliance-relay/shared/trail'
import type { NotaryFinding } from './ask-notary.ts'
import type { Gap } from './gap.ts'
import type { Profiles } from './instruments/load-profiles.ts'
import type { OpenedRelay } from './open-relay.ts'
import { timestamp } from './time-text.ts'

const REFUSED_PROFILES_GIVEN = 20
const DOUBTS_GIVEN = 20

export interface Start {
  readonly opened: Pick<OpenedRelay, 'check' | 'left' | 'doubts'>
  readonly version: string
  readonly refused: Profiles['refused']
  readonly gap: Gap
  /** Wall clock, milliseconds. */
  readonly at: number
}

/** What `relay.started` says: what runs, what start-up found, and since when nobody was looking. */
export function startedBody({ opened: { check, left, doubts }, version, refused, gap, at }: Start): Body {
  return {
    version,
    runtime: `node ${process.versions.node}`,
    platform: `${process.platform} ${process.arch}`,
    utcOffsetMinutes: 0 - new Date(at).getTimezoneOffset(),
    verified: {
      trail: check.trail.origin,
      entries: check.report.lines,
      checkpoints: check.report.checked.checkpoints,
      notarised: check.notarised?.size ?? null,
      findings: check.report.findings.length,
    },
    ...(check.notary.length > 0 ? { notary: notaryBody(check.notary) } : {}),
    ...(left === undefined ? {} : { left: left.origin }),
    ...(doubts.length > 0
      ? { doubted: doubts.slice(0, DOUBTS_GIVEN).map(({ trail, code }) => ({ trail, code })) }
      : {}),
    ...(refused.length > 0
      ? { refusedProfiles: refused.slice(0, REFUSED_PROFILES_GIVEN).map(({ file }) => file) }
      : {}),
    gap: gapBody(gap, at),
  }
}

export function notaryBody(findings: readonly NotaryFinding[]): Value {
  return findings.map(({ code, expected, found }) => ({ code, expected, found }))
}

function gapBody({ alive, disbelieved }: Gap, at: number): Value {
  if (alive === undefined && disbelieved === undefined) return null
  return {
    from: alive === undefined ? null : timestamp(alive.at),
    to: timestamp(at),
    ...(alive === undefined ? {} : { stopped: alive.stopped }),
    ...(disbelieved === undefined ? {} : { disbelieved: timestamp(disbelieved) }),
  }
}
