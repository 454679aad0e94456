import {
  FormatError,
  fromUtf8,
  parsePolicy,
  parseStatement,
  printStatementNote,
  signNote,
  utf8,
  type Value,
  verifierOf,
  verifyTrail,
} from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical } from '../../shared/src/trail/canonical.ts'
import { seedOf, value } from '../support/arbitraries.ts'
import { fileOf, TrailMaker } from '../support/make-trail.ts'

const jane = { id: 'jdoe', name: 'Jane Doe', via: 'device-key' }
const relay = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const maker = () => new TrailMaker('statements')

/** The statement of a made trail, as plain JSON. */
function statementOf(trail: TrailMaker): Record<string, Value> {
  trail.take({ do: 'sign', reason: 'because' })
  const { record } = JSON.parse(fromUtf8(trail.lines.at(-1) ?? new Uint8Array()))
  return JSON.parse((record.body.note as string).split('\n')[1] ?? '')
}

test('whatever stands in a field of a statement, it is refused in words or read, and verification goes on', () => {
  const fields = [...Object.keys(statementOf(maker())), 'app', 'clock', 'device', 'lease', 'previous', 'x']
  const odd = fc.oneof(
    value,
    fc.constantFrom<Value>({ toString: null }, { toJSON: 1 }, [], [[]], { length: 3 }),
  )
  const property = fc.property(fc.constantFrom(...fields), odd, (field, content) => {
    const trail = maker()
    const text = `compliance-relay/esign/v1\n${canonical({ ...statementOf(trail), [field]: content })}\n`
    const note = printStatementNote(signNote(text, trail.signer))
    try {
      parseStatement(note)
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError)
    }
    trail.record('signature.applied', jane, { note: fromUtf8(note) })
    const { findings, notices, lines } = verifyTrail([fileOf(trail.lines)], { keys: [trail.key] })
    expect(lines).toBe(trail.lines.length)
    // The same count twice, or one that leaves a gap.
    expect(findings.length + notices.length).toBeGreaterThan(0)
  })
  fc.assert(property, { numRuns: 400, seed: seedOf('statement fields') })
})

test('a key that has another role, or is named for another person, is nobody’s signing key', {
  tags: ['req/P11-70-1', 'oq', 'challenge'],
}, () => {
  const codes = (key: string, user: string) => {
    const trail = maker()
    trail.record('key.enrolled', relay, { key, user })
    return verifyTrail([fileOf(trail.lines)], { policy: trail.policy }).findings.map(({ code }) => code)
  }
  const { signer, trailKey } = maker()
  expect(codes(signer.vkey, 'jdoe')).toEqual([])
  expect(codes(trailKey.vkey, 'jdoe')).toEqual(['enrolled-key'])
  expect(codes(signer.vkey, 'asmith')).toEqual(['enrolled-key'])
})

test('a revoked key is revoked once', () => {
  const trail = maker()
  trail.take({ do: 'sign', reason: 'because' })
  for (let i = 0; i < 2; i++) trail.record('key.revoked', relay, { key: trail.signer.vkey })
  expect(verifyTrail([fileOf(trail.lines)]).findings.map(({ code }) => code)).toEqual(['revoked-key'])
})

test('a policy in which one key has two roles is refused', () => {
  const { trailKey } = maker()
  const [, name, , encoded = ''] = /^([^+]*)\+([^+]*)\+(.*)$/.exec(trailKey.vkey) ?? []
  const key = Buffer.from(encoded, 'base64').subarray(1)
  const text = `log ${trailKey.vkey}\nwitness w ${verifierOf(`${name}x`, 'cosignature', key).vkey}\nquorum w\n`
  expect(() => parsePolicy(utf8(text))).toThrow('each public key once')
})
