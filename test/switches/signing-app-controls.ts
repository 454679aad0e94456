import type { Control } from './controls.ts'

/** Controls of signing on a device. */
export const signingAppControls: readonly Control[] = [
  {
    of: 'P11-300d-1',
    what: 'a device tries a password only once the attempt is on its disk',
    file: 'web/app/signing/sign.ts',
    from: 'const counted = await outbox.countAttempt(user, begun)',
    to: 'const counted = enrolment',
    test: 'test/app/outbox-power.test.ts',
  },
  {
    of: 'P11-300d-1',
    what: 'a device erases its key after ten wrong passwords',
    file: 'web/app/outbox/outbox.ts',
    from: 'const erased = { ...enrolment, wrapped: null }',
    to: 'const erased = { ...enrolment }',
    test: 'test/app/outbox-power.test.ts',
  },
  {
    of: 'P11-70-3',
    what: 'a key on a device is bound to its person, device and name',
    file: 'web/app/signing/password-key.ts',
    from: 'const text = canonical({ user, device, key, derivation: { ...derivation } })',
    to: "const text = [user, device, key, derivation].length === 4 ? '' : ''",
    test: 'web/app/signing/password-key.test.ts',
  },
  {
    of: 'OFF-1',
    what: 'a device whose clock was set back signs nothing',
    file: 'web/app/outbox/may-sign.ts',
    from: "if (isSetBack(clock, now)) return 'clock-back'",
    to: "if (isSetBack(clock, now) && now < 0) return 'clock-back'",
    test: 'web/app/outbox/decisions.test.ts',
  },
  {
    of: 'OFF-1',
    what: 'a device signs no longer than its lease lasts',
    file: 'web/app/outbox/may-sign.ts',
    from: "if (isLeaseOver(lease, now)) return 'lease-over'",
    to: "if (isLeaseOver(lease, 0)) return 'lease-over'",
    test: 'web/app/outbox/decisions.test.ts',
  },
  {
    of: 'P11-70-1',
    what: 'a receipt is of the very signature it is kept with',
    file: 'web/app/outbox/sender.ts',
    from: 'return receipt.statement === hash && receipt.trail === trail ? receipt : undefined',
    to: 'return receipt.trail === trail || hash === undefined ? receipt : undefined',
    test: 'web/app/outbox/courier.test.ts',
  },
]
