import { hex, leafHash, sha256, utf8 } from '@compliance-relay/shared/trail'
import { TrailMaker } from './make-trail.ts'

const jane = { id: 'jdoe', name: 'Jane Doe', via: 'signature' }
export const quinn = { id: 'quinn', name: 'Quinn Parker', via: 'password' }
export const relay = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }

export const paths = [
  'unsigned',
  'reviewed',
  'approved',
  'rejected',
  'withdrawn',
  'held',
  'accepted',
  'refused',
] as const

/** A capture for each thing that can become of one, on records 1 to 8; then one that nobody answered for, and its claim. */
export function signedTrail(rules?: object, seed = 'filter'): TrailMaker {
  const maker = new TrailMaker(seed)
  for (const path of paths)
    maker.take({ do: 'capture', body: { path, project: 'NMR', device: 'nmr-1', profile: 'bruker' } })
  maker.enrol()
  if (rules !== undefined)
    maker.record('rules.changed', quinn, {
      before: { signing: {} },
      after: { signing: rules as never },
      reason: 'two steps',
    })
  const at = (path: (typeof paths)[number]) => 1 + paths.indexOf(path)
  const sign = (path: (typeof paths)[number], meaning: 'reviewed' | 'approved' | 'rejected') => {
    maker.record('signature.applied', jane, {
      note: maker.noteOn([at(path)], meaning, `${meaning} it`),
      roles: ['reviewer'],
    })
    return maker.size - 1
  }
  sign('reviewed', 'reviewed')
  sign('approved', 'approved')
  sign('rejected', 'rejected')
  const taken = sign('withdrawn', 'approved')
  maker.record('signature.applied', jane, { note: maker.noteOn([taken], 'withdrawn', 'the wrong sample') })
  const hold = (path: (typeof paths)[number]) => {
    const note = maker.noteOn([at(path)], 'approved', `approved ${path}`)
    maker.record('signature.held', relay, {
      code: 'key-revoked',
      note,
      statement: hex(sha256(utf8(note))),
      roles: ['reviewer'],
    })
    return { seq: maker.size - 1, leaf: hex(leafHash(maker.lines.at(-1) as Uint8Array)), note }
  }
  hold('held')
  for (const path of ['accepted', 'refused'] as const) {
    const { note, ...held } = hold(path)
    const statement = hex(sha256(utf8(note)))
    maker.record('signature.decided', quinn, {
      held,
      statement,
      signer: 'jdoe',
      meaning: 'approved',
      decision: path,
      reason: `asked Jane: ${path}`,
    })
  }
  const refused = { path: 'nobody', project: 'NMR', sha256: 'ab'.repeat(32) }
  maker.record('capture.refused', relay, refused)
  const refusal = {
    trail: maker.trail,
    seq: maker.size - 1,
    leaf: hex(leafHash(maker.lines.at(-1) as Uint8Array)),
  }
  maker.record('capture.claimed', quinn, { ...refused, refusal, reason: 'it was my run' })
  maker.record('account.added', quinn, {
    account: 'bob',
    name: 'Bob',
    roles: ['operator'],
    reason: 'new in the laboratory',
  })
  return maker
}
