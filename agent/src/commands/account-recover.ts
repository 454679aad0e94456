import { printable } from '@compliance-relay/shared/trail'
import { dataFolder } from '../data-folder.ts'
import { DEVICE } from '../people/people-api.ts'
import { requireReason } from '../reason.ts'
import { readRecovery } from '../recovery.ts'
import { UnusableInput } from '../unusable-input.ts'
import { afterRecovery, codeLines } from './account-text.ts'
import { clientAt } from './as-person.ts'
import { askRelay, inStoppedRelay, isRunning, requireRelay } from './ask-relay.ts'
import { jsonText, type Output, required } from './options.ts'
import type { SecretInput } from './secret-input.ts'

/** What the relay gives for a recovery that was begun: where the rest is asked, null if that is nowhere. */
interface Begun {
  readonly ticket: string
  readonly port: number | null
}

interface Recovered {
  readonly code: string | null
  readonly notBefore: string | null
}

export interface RecoverValues {
  readonly data?: string | undefined
  readonly recovery?: string | undefined
  readonly second?: string | undefined
  readonly reason?: string | undefined
  readonly json: boolean
}

/**
 * The last administrator's way back in. Begun by a request file, so that the operating system says who asks; the
 * passphrase and the password go to the port the running relay itself names, and never to a disk. Where none runs, the
 * data folder is opened for it, and they do not leave this process.
 */
export async function recoverAccount(
  id: string,
  values: RecoverValues,
  asking: SecretInput,
  out: Output,
): Promise<number> {
  const folder = dataFolder(required(values.data, 'data'))
  const { second } = values
  const reason = requireReason(values.reason)
  requireRelay(folder)
  const recoveryFile = recoveryText(values.recovery ?? folder.recovery)
  const request = {
    command: 'account.recover',
    arguments: { id, reason, ...(second === undefined ? {} : { second }) },
  }
  const typed = async () => ({
    recoveryFile,
    passphrase: await asking.ask('Passphrase of the recovery file'),
    password: second === undefined ? '' : await asking.ask(`Password of ${printable(second)}`),
  })
  const isStopped = !isRunning(folder)
  const result = !isStopped
    ? await inRunningRelay((await askRelay(folder, request)) as Begun, typed)
    : await inStoppedRelay(folder, request, async ({ people }, begun) => {
        if (people === undefined) throw new Error('people were there a moment ago')
        return people.recovery.finish({ ticket: (begun as Begun).ticket, ...(await typed()) }, DEVICE)
      })
  out.write(values.json ? jsonText({ account: id, ...result }) : textOf(id, result, folder.path, isStopped))
  return 0
}

type Typed = { readonly recoveryFile: string; readonly passphrase: string; readonly password: string }

async function inRunningRelay({ ticket, port }: Begun, typed: () => Promise<Typed>): Promise<Recovered> {
  if (port === null)
    throw new UnusableInput(
      'the running relay answers at no port, and passwords are not written to a disk: stop it, and run this again',
    )
  return clientAt(String(port)).call('recoverAccount', { body: { ticket, ...(await typed()) } })
}

/** Throws `UnusableInput`. */
export function recoveryText(file: string): string {
  const bytes = readRecovery(file)
  if (bytes === undefined)
    throw new UnusableInput(`there is no recovery file ${file}: name your copy of it with --recovery FILE`)
  return Buffer.from(bytes).toString('utf8')
}

function textOf(id: string, { code, notBefore }: Recovered, data: string, isStopped: boolean): string {
  const lines =
    code === null
      ? [
          `Announced, because nobody else can sign in. Run the same command after ${notBefore},`,
          `within a week: it gives ${id} the code, unless they have signed in before.`,
          'Until then the relay has to be at work in 24 hours: leave it running.',
        ]
      : [
          ...codeLines(id, code, { data }),
          'The password before opens nothing any more. A right to sign has to be given again by two administrators.',
          ...afterRecovery(id, { data }, isStopped),
        ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}
