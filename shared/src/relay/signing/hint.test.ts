import { beforeEach, expect, test } from 'vitest'
import { hex, leafHash } from '../../trail/index.ts'
import { problemOf, projects, relay } from '../people-site.test-support.ts'
import { changeRules } from '../rules/change-rules.ts'
import { Device, origin, reason, SigningSite } from './signing-site.test-support.ts'

let lab: SigningSite
let tablet: Device

beforeEach(async () => {
  lab = new SigningSite()
  tablet = await lab.signerWith('jdoe', 'reviewer')
})

const told = async (seqs: readonly number[], meaning?: 'approved') => {
  const [item] = await lab.give(lab.sign(tablet, seqs, meaning))
  return [item?.code, item?.hint]
}

test('of a refusal that was signed it is said which record is to be signed in its place', async () => {
  const sha256 = 'a'.repeat(64)
  const refused = { path: 'x.dat', sha256, project: 'NMR', watch: 'w1', reason: 'no-person' }
  const { seq } = lab.disk.link({ kind: 'capture.refused', actor: relay, body: refused })
  expect(await told([seq])).toEqual([
    'not-signable',
    expect.stringMatching(/^Nobody answers for record \d+ /),
  ])
  const leaf = hex(leafHash(lab.disk.lines[seq] as Uint8Array))
  const claim = lab.disk.link({
    kind: 'capture.claimed',
    actor: { id: 'ops', name: 'Person ops', via: 'password' },
    body: { path: 'x.dat', sha256, project: 'NMR', watch: 'w1', refusal: { trail: origin, seq, leaf } },
  })
  expect(await told([seq])).toEqual([
    'not-signable',
    `Record ${seq} is a refusal that somebody answers for: sign record ${claim.seq}, which is their claim.`,
  ])
  expect(await told([claim.seq])).toEqual([null, undefined])
})

test('of what is out of step it is said which step is due', async () => {
  const steps = [
    { meaning: 'reviewed', role: 'reviewer' },
    { meaning: 'approved', role: 'qa' },
  ] as const
  const signing = { NMR: { steps: [...steps], independent: true } }
  await changeRules(lab.site.people, await lab.first(), { signing }, reason, projects)
  const seq = lab.capture()
  const quinns = await lab.signerWith('quinn', 'qa', 'tablet-2')
  const [item] = await lab.give(lab.sign(quinns, [seq], 'approved'))
  expect([item?.code, item?.hint]).toEqual(['out-of-step', `Due on record ${seq}: reviewed by reviewer.`])
})

test('of what stands rejected it is said who takes that back', async () => {
  const quinns = await lab.signerWith('quinn', 'qa', 'tablet-2')
  const seq = lab.capture()
  await lab.give(lab.sign(tablet, [seq], 'rejected'))
  const rejection = lab.disk.size - 1
  const [item] = await lab.give(lab.sign(quinns, [seq], 'approved'))
  expect([item?.code, item?.hint]).toEqual([
    'rejected-before',
    `Record ${seq} stands rejected by Person jdoe (jdoe), who alone can withdraw that: the signature is record ${rejection}.`,
  ])
})

test('who enrols a device without the right to sign is told what is missing', async () => {
  const first = await lab.first()
  await lab.site.person(first, 'rose', ['reviewer'])
  const enrol = () =>
    lab.enrol(new Device('rose', 'tablet-3')).then(
      () => '',
      ({ message }: Error) => message,
    )
  expect(await enrol()).toMatch(/The right to sign is missing: one administrator proposes it/)
  const proposed = { identityCheck: 'passport shown to the head', reason }
  await lab.site.people.proposeSigner(first, 'rose', proposed)
  expect(await enrol()).toMatch(/is proposed, and another administrator has to grant it/)
  expect(await problemOf(lab.enrol(new Device('rose', 'tablet-3')))).toBe('forbidden')
})
