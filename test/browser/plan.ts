import { hash } from 'node:crypto'
import { type Body, type Draft, signerOf } from '@compliance-relay/shared/trail'
import { SAMPLE_TRAIL, sampleDraft } from '../support/sample-trail.ts'
import type { Plan, SignStep, Step } from './page/make.ts'
import { bytesOfHex } from './page/verify.ts'

/** Printed by the run. The same seed gives the same keys, trails and damage. */
const seed = process.env['SEED'] ?? ''

/** 32 bytes in hexadecimal. */
export function secret(name: string): string {
  return hash('sha256', `${seed} ${name}`)
}

/** A whole number from 0, below `limit`. */
export function chance(name: string, limit: number): number {
  return Number.parseInt(secret(name).slice(0, 12), 16) % limit
}

export const ENTRIES = 420
export const STATEMENTS = 3
const firstSecond = Date.UTC(2026, 2, 2, 8) / 1000

/**
 * A day with everything in it: captures, text of every kind, two derived keys and a fresh one, an enrolled
 * signer, e-signatures as a server and as an offline device make them, and cosigned checkpoints.
 */
export function samplePlan(trail = SAMPLE_TRAIL): Plan {
  const secrets = {
    mac: secret('mac'),
    trail: secret('trail'),
    witness: secret('witness'),
    user: secret('user'),
  }
  const trailKey = signerOf(trail, 'note', bytesOfHex(secrets.trail))
  const opened: Step = { do: 'append', draft: sampleDraft(0, trailKey) }
  const rest = Array.from({ length: ENTRIES - 1 }, (_, i) => stepAt(i + 1))
  return {
    trail,
    secrets,
    steps: [opened, ...rest].flatMap((step, seq) => {
      const size = seq + 1
      return [1, 64, 129, 257, ENTRIES].includes(size)
        ? [step, { do: 'checkpoint', seconds: firstSecond + 2 * size }]
        : [step]
    }),
  }
}

function stepAt(seq: number): Step {
  const draft = sampleDraft(seq)
  const { time } = draft
  const sign = (step: Pick<SignStep, 'meaning' | 'records' | 'offline'>): Step => {
    return { do: 'sign', time, reason: 'Peaks assigned; «τ = 5 µs» 🧪', ...step }
  }
  switch (seq) {
    case 100:
    case 300:
      return { do: 'rotate', time }
    case 200:
      return { do: 'rotate', time, fresh: secret('fresh') }
    case 150:
      return { do: 'enrol', time }
    case 151:
      return sign({ meaning: 'approved', records: [0, 75, 150], offline: false })
    case 260:
      return sign({ meaning: 'rejected', records: [199, 200, 201], offline: true })
    case 350:
      return sign({ meaning: 'reviewed', records: [349], offline: true })
    default:
      return { do: 'append', draft: seq % 37 === 5 ? oddDraft(draft, seq) : draft }
  }
}

/** Text that readers and writers of JSON are known to treat differently, and all shapes of a value. */
function oddDraft(draft: Draft, seq: number): Draft {
  const text = `a\u0000\u001f"\\/\u007f\u0080\u2028\u2029\u202e\ufeff\ufffd\uffff 🧪 é e\u0301 =1+1 ${seq}`
  const body = JSON.parse(
    '{"__proto__":{"constructor":null},"":[],"10":1,"9":-1,"\u{1f9ea}":1,"\uffff":2,"n":[9007199254740991,-9007199254740991,true,false,{}]}',
  ) as Body
  return { ...draft, kind: 'note.added', body: { ...body, text, n: body['n'] ?? null } }
}
