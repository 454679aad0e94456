import { type FindingCode, fromBase64, fromUtf8, readEntry } from '@compliance-relay/shared/trail'
import { expect } from '@playwright/test'
import { ask, places, publish, say, test } from './ask.ts'
import { linesOf } from './damage.ts'
import { make, type Plan, type Step, signer } from './page/make.ts'
import { verifyBytes } from './page/verify.ts'
import { samplePlan } from './plan.ts'

const plan = samplePlan()
/** The place of the first e-signature, and of a record it is about. */
const SIGNATURE = 151
const SIGNED = 75

/*
 * Each forger has the MAC key, so every checksum holds, and no checkpoint is at hand: what is left to tell
 * is the e-signature itself.
 */
interface Forgery {
  readonly name: string
  readonly plan: Plan
  readonly code: FindingCode
}

/** The signature record of the sound trail, to be put into another. */
function signatureStep(change: (note: string) => string = (note) => note, name: string = signer.name): Step {
  const line = linesOf(fromBase64(make(plan).file))[SIGNATURE]
  if (line === undefined) throw new Error(`expected a record ${SIGNATURE}`)
  const { body, kind, time } = readEntry(line).record
  const note = change(String(body['note']))
  return { do: 'append', draft: { actor: { ...signer, name }, body: { note }, kind, time } }
}

/** The first part of the plan, up to and with its first e-signature, one step a record. */
function upToSignature(signature: Step): readonly Step[] {
  const steps = plan.steps.filter((step) => step.do !== 'checkpoint')
  return [...steps.slice(0, SIGNATURE), signature]
}

function forgeries(): readonly Forgery[] {
  const sound = upToSignature(signatureStep())
  const of = (name: string, steps: readonly Step[], code: FindingCode, trail = plan.trail): Forgery => {
    return { name, plan: { ...plan, trail, steps }, code }
  }
  const signed = sound[SIGNED]
  if (signed?.do !== 'append') throw new Error(`expected a capture at ${SIGNED}`)
  const changed: Step = {
    ...signed,
    draft: { ...signed.draft, body: { ...signed.draft.body, project: 'P-18' } },
  }
  const other = 'lab.example/t/other/20260302-0000'
  const meaning = signatureStep((note) => note.replace('"meaning":"approved"', '"meaning":"rejected"'))
  const place = signatureStep((note) => note.replace('"seq":75', '"seq":76'))
  const asOther = signatureStep(undefined, 'John Roe')
  return [
    of('a signed record was changed', sound.with(SIGNED, changed), 'statement-record'),
    of('a signed record was left out', sound.toSpliced(SIGNED, 1), 'statement-record'),
    of('the record before a signed one was changed', sound.with(SIGNED - 1, changed), 'statement-root'),
    of('it was taken into another trail', sound, 'statement-trail', other),
    of('it was taken in a second time', [...sound, signatureStep()], 'statement-count'),
    of(
      'it was taken in before its key was enrolled',
      sound.toSpliced(SIGNATURE - 1, 1),
      'signer-not-enrolled',
    ),
    of('its meaning was changed', upToSignature(meaning), 'statement-signature'),
    of('it was put on the record beside', upToSignature(place), 'statement-record'),
    of('it was entered in the name of another person', upToSignature(asOther), 'statement-user'),
  ]
}

test('an e-signature cut out, copied, moved or changed by one who has the key is found in a browser as in Node', {
  tag: ['@req/P11-70-1', '@oq', '@challenge'],
}, async ({ ringPage }) => {
  const forged = forgeries()
  for (const { name, plan: forgedPlan, code } of forged) {
    const { file, given } = make(forgedPlan)
    const bytes = fromBase64(file)
    const expected = JSON.parse(JSON.stringify(verifyBytes(bytes, given)))
    const codes: string[] = expected.findings.map((finding: { code: string }) => finding.code)
    expect(codes, name).toContain(code)
    expect(codes, name).not.toContain('checksum-mismatch')
    expect(expected.checked.checksums, name).toBe(linesOf(bytes).length)
    const url = publish(`signature/${name}.jsonl`, bytes)
    for (const place of places) {
      expect(await ask(ringPage, place, 'verifyAt', { url, given }), `${name}, ${place}`).toEqual(expected)
    }
  }
  say(`e-signatures: ${forged.length} forgeries, 0 missed, all equal`)
})

test('an e-signature made in a browser is byte for byte the one made in Node', {
  tag: ['@req/P11-70-1', '@oq'],
}, async ({ ringPage }) => {
  for (const place of places) {
    const { file } = await ask(ringPage, place, 'make', plan)
    const line = linesOf(fromBase64(file))[SIGNATURE]
    expect(line && fromUtf8(line), place).toBe(
      fromUtf8(linesOf(fromBase64(make(plan).file))[SIGNATURE] as Uint8Array),
    )
  }
})
