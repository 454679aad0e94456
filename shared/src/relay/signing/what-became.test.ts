import { expect, test } from 'vitest'
import type { Problem } from '../../api/index.ts'
import { seedOf } from '../../seed.test-support.ts'
import { SignatureFold } from '../../trail/index.ts'
import { problemOf } from '../people-site.test-support.ts'
import { Device, reason, SigningSite } from './signing-site.test-support.ts'

test('what became of each signature is the same to the relay and to whoever folds its trail, in which nothing is found', {
  tags: ['req/P11-70-1', 'challenge'],
  timeout: 60_000,
}, async () => {
  let state = seedOf('what became of signatures')
  const below = (number: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >> 8) % number
  }
  const pick = <One>(of: readonly One[]): One => of[below(of.length)] as One

  const lab = new SigningSite()
  const devices = [
    await lab.signerWith('jdoe', 'reviewer', 'tablet-0'),
    await lab.signerWith('quinn', 'qa', 'tablet-0'),
    await lab.signerWith('rose', 'qa', 'tablet-0'),
  ]
  const given: string[] = []
  const verdicts = new Set<string>()
  let targets: number[] = []
  const tell = async (note: string): Promise<void> => {
    given.push(note)
    verdicts.add(await lab.verdict(note))
  }
  for (let step = 0; step < 100; step++) {
    lab.disk.pass(60_000)
    const which = below(devices.length)
    const device = devices[which] as Device
    if (step % 10 === 0) targets = [lab.capture(), ...targets]
    if (step % 10 === 3) {
      // A device that tells two stories is revoked; whatever it signs from then on is held. Its owner has another one.
      const fresh = lab.capture()
      await tell(lab.sign(device, [pick(targets)], 'withdrawn'))
      await tell(lab.sign(device, [fresh], 'reviewed', { previous: new Uint8Array(32) }))
      await tell(lab.sign(device, [lab.capture()], 'reviewed'))
      const next = new Device(device.user, `tablet-${step}`)
      await lab.enrol(next)
      devices[which] = next
      targets = [fresh, ...targets]
    } else if (step % 5 === 4 && lab.signing.held().length > 0) {
      const { hash, statement } = pick(lab.signing.held())
      const decision = pick(['accepted', 'refused'] as const)
      const decide = async (by: string) =>
        lab.signing.decide(await lab.site.caller(by), hash, decision, reason)
      expect(await problemOf(decide(statement.user))).toMatch(/^(?:own-record|forbidden)$/)
      const by = statement.user === 'quinn' ? 'rose' : 'quinn'
      const isOvertaken =
        (await decide(by).then(
          () => undefined,
          (problem: Problem) => problem.code,
        )) === 'held-overtaken'
      if (isOvertaken) verdicts.add('overtaken')
      else {
        verdicts.add(decision)
        expect(await problemOf(decide(by))).toBe('held-decided')
      }
    } else if (step % 10 === 7) verdicts.add(await lab.verdict(pick(given)))
    else
      await tell(
        lab.sign(device, [pick(targets)], pick(['reviewed', 'approved', 'rejected', 'withdrawn'] as const)),
      )
    // Any record of a signature can be named as one to take back.
    targets = [
      ...targets,
      ...(lab.disk.records.at(-1)?.kind.startsWith('signature.') ? [lab.disk.size - 1] : []),
    ]
  }
  for (const one of ['accepted', 'refused', 'held clone', 'held key-revoked'])
    expect([...verdicts]).toContain(one)
  expect([...verdicts].join()).toMatch(/refused forbidden|refused not-signable/)

  const { findings, checked } = lab.disk.verify()
  expect(findings).toEqual([])
  const fold = new SignatureFold()
  const folded = lab.disk.records.flatMap(({ seq }) => {
    const record = lab.disk.recordAt(seq)
    const one = record && fold.take(record)
    return one?.counts === seq ? [one] : []
  })
  expect(checked.statements).toBe(folded.length)
  const known = new Map(
    lab.signing
      .signed(200)
      .signed.flatMap(({ signatures }) => signatures.map((one) => [one.record, one] as const)),
  )
  expect(
    folded.flatMap(({ counts, withdrawn, user, meaning }) =>
      meaning === 'withdrawn' ? [] : [{ record: counts, withdrawn, user, meaning }],
    ),
  ).toEqual(
    [...known.values()]
      .map(({ record, withdrawn, user, meaning }) => ({ record, withdrawn, user, meaning }))
      .sort((a, b) => a.record - b.record),
  )
})
