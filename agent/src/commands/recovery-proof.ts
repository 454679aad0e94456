import type { DataFolder } from '../data-folder.ts'
import { UnusableInput } from '../unusable-input.ts'
import { recoveryText } from './account-recover.ts'
import { isRunning, requireRelay } from './ask-relay.ts'
import type { SecretInput } from './secret-input.ts'

/** The recovery file and its passphrase. They do not leave this process, so no relay may run. Throws `UnusableInput`. */
export async function recoveryProof(
  folder: DataFolder,
  file: string,
  asking: SecretInput,
): Promise<{ readonly recoveryFile: string; readonly passphrase: string }> {
  requireRelay(folder)
  if (isRunning(folder))
    throw new UnusableInput(
      'stop the relay first: one that runs is asked by a file, and this passphrase is not written to a disk',
    )
  return { recoveryFile: recoveryText(file), passphrase: await asking.ask('Passphrase of the recovery file') }
}
