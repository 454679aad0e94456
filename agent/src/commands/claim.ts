import { CLAIMS_AT_ONCE_MAX, type ClaimedView } from '@compliance-relay/shared/api'
import { printable } from '@compliance-relay/shared/trail'
import { requireReason } from '../reason.ts'
import { UnusableInput } from '../unusable-input.ts'
import { asPerson, whereHelp, whereOptions } from './as-person.ts'
import { type Command, jsonText, type Output, parseWords, wholeNumber } from './options.ts'
import { withSecretInput } from './secret-input.ts'

const help = `relay claim SEQ... --as ID --reason TEXT [--trail ORIGIN] [--port N] [--data DIR] [--json]
      Answers for captures that no person answers for; relay unclaimed lists them with their SEQ.
      Each claim is a record that names the refusal; the refusal stays as it is. At most ${CLAIMS_AT_ONCE_MAX} at
      a time. --trail names another trail than the one written to. Exit code 1 if one could not be
      claimed.
      ${whereHelp}
      Example: relay claim 31 --as jdoe --data /var/lib/relay --reason "measured by me for P-17"`

const options = {
  as: { type: 'string' },
  reason: { type: 'string' },
  trail: { type: 'string' },
  ...whereOptions,
  json: { type: 'boolean', default: false },
} as const

export const claimCommand: Command = { help, run }

async function run(args: readonly string[], out: Output): Promise<number> {
  const { values, positionals } = parseWords(args, options)
  if (positionals.length === 0) throw new UnusableInput('SEQ is missing: relay unclaimed lists them')
  const places = positionals.map((word) => wholeNumber(word, 'SEQ', 0, Number.MAX_SAFE_INTEGER) ?? 0)
  const reason = requireReason(values.reason)
  const { items } = await withSecretInput((asking) =>
    asPerson(values, asking, async (client, password) => {
      const trail = values.trail ?? (await client.call('hello', {})).trail
      const captures = places.map((seq) => ({ trail, seq }))
      return client.call('claimCaptures', { body: { password, reason, captures } })
    }),
  )
  out.write(values.json ? jsonText({ items }) : items.map(lineOf).join(''))
  return items.every(({ verdict }) => verdict === 'claimed') ? 0 : 1
}

function lineOf({ trail, seq, verdict, record }: ClaimedView): string {
  const said = {
    claimed: `claimed: record ${record} is the claim, and what can be signed`,
    'already-claimed': 'somebody answers for it already',
    'not-unclaimed': 'it is not an unclaimed capture, or nothing of it was read that could be claimed',
  }[verdict]
  return `${printable(`record ${seq} of ${trail}`)}: ${said}\n`
}
