import type { TrailStanding } from '../log/log.ts'
import { ask } from '../session/ask.ts'
import { inSigningWorker } from './use-signing.ts'

/** Why a device cannot be enrolled: in words, with what to do. */
export class NotEnrolled extends Error {}

/**
 * Makes a key on this device for whoever is signed in, proves it to the relay, and keeps it closed by the password with the
 * lease that came. Rejects with a `Refusal`, a `Silence` or a `NotEnrolled`. Ended in the middle it is begun again: the
 * relay revokes what it had of this device.
 */
export async function enrol(
  user: string,
  device: string,
  password: string,
  trails: readonly TrailStanding[],
): Promise<void> {
  const missing = await inSigningWorker((worker) => worker.missing())
  if (missing !== null) throw new NotEnrolled(missing)
  const { nonce, trail, keyName } = await ask('startEnrolment', { body: { device } })
  const known = trails.find(({ name }) => name === trail)
  if (known === undefined)
    throw new NotEnrolled('The records of this relay are not on this device yet: wait until they are.')
  const { key, proof } = await inSigningWorker((worker) =>
    worker.makeKey({ user, device, password, keyName, nonce, trail }),
  )
  const { lease } = await ask('enrolKey', { body: { password, device, proof } })
  const kept = { key, lease, trailId: known.id, trail, relayKey: known.vkey }
  await inSigningWorker((worker) => worker.keep(kept))
}

/** As the relay takes it: it is part of the key's name. */
export function isDeviceName(device: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,39}$/.test(device)
}
