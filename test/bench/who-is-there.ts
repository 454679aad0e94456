import { DEFAULT_COST } from '@compliance-relay/shared/relay'
import { ApiSite, requestOf } from '../../shared/src/relay/http/api-site.test-support.ts'
import { relayApi } from '../../shared/src/relay/http/relay-api.ts'
import { Disk, reason, Site } from '../../shared/src/relay/people-site.test-support.ts'
import { median, type Row, row } from './row.ts'

const SIGN_INS = 200
const ACCOUNTS = 5
/** So far apart, by the site's own clock, each try is the first of its day: nobody waits, nothing is locked. */
const APART_MILLISECONDS = 25 * 3_600_000
const APART_MAX = 0.1

/** Names with a password of their own, names that nobody has, and accounts that may not sign in. */
const kinds = ['known', 'unknown', 'disabled'] as const
type Kind = (typeof kinds)[number]

/**
 * Wrong passwords for names that are there and names that are not: whether somebody can tell by the answer, or by how
 * long it takes (ASVS 6.3.8). The interface without a network, for what that adds is the same for all.
 */
export async function whoIsThere(): Promise<Row> {
  const site = new Site(new Disk(), undefined, DEFAULT_COST)
  const first = await site.first()
  for (const kind of ['known', 'disabled'] as const)
    for (let i = 0; i < ACCOUNTS; i++) {
      await site.person(first, nameOf(kind, i), ['operator'])
      if (kind === 'disabled') await site.people.disable(first, nameOf(kind, i), reason)
    }
  const api = new ApiSite(site)
  const answers = new Set<string>()
  const times = new Map<Kind, number[]>(kinds.map((kind) => [kind, []]))
  // One of each in turn, each time in another order: what the machine does besides is shared alike.
  for (let i = 0; i < SIGN_INS; i++)
    for (let turn = 0; turn < kinds.length; turn++) {
      const kind = kinds[(i + turn) % kinds.length] as Kind
      site.disk.pass(APART_MILLISECONDS)
      const app = relayApi({ ...api.options, device: `device-${i}-${kind}` })
      const body = JSON.stringify({ user: nameOf(kind, i % ACCOUNTS), password: 'nickel otter canvas 17' })
      const began = performance.now()
      const answer = await api.ask(requestOf('POST', '/v1/session', { body }), app)
      const text = await answer.text()
      times.get(kind)?.push(performance.now() - began)
      answers.add(`${answer.status} ${JSON.stringify([...answer.headers])} ${text}`)
    }
  const medians = kinds.map((kind) => median(times.get(kind) ?? []))
  const apart = Math.max(...medians) / Math.min(...medians) - 1
  return row(
    `${SIGN_INS} wrong passwords each, who is there`,
    `${answers.size === 1 ? 'one answer' : `${answers.size} answers`}, medians ${(apart * 100).toFixed(1)} % apart`,
    `${kinds.map((kind, i) => `${kind} ${medians[i]?.toFixed(1)} ms`).join(', ')}; ${[...answers][0]?.slice(0, 3)}`,
    'one answer, within 10 %',
    answers.size === 1 && apart <= APART_MAX,
  )
}

function nameOf(kind: Kind, i: number): string {
  return `${kind === 'known' ? 'asmith' : kind === 'disabled' ? 'mlee' : 'jdoe'}${i}`
}
