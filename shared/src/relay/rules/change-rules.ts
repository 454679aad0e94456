import { X509Certificate } from 'node:crypto'
import {
  EVERY_PROJECT,
  isSigningRole,
  type PasswordsTouched,
  Problem,
  type RulesChange,
  requireAllowed,
  SIGNING_RULES_MAX,
  type SiteRules,
} from '../../api/index.ts'
import { type Body, canonical, type Value } from '../../trail/index.ts'
import { isUsable } from '../accounts/account.ts'
import { requireProjects } from '../known-names.ts'
import type { Caller, People } from '../people.ts'
import { reasonOf } from '../reason.ts'
import { passwordsTouched } from './passwords-touched.ts'

export interface ChangedRules {
  readonly rules: SiteRules
  /** Null where the change was not about passwords. */
  readonly passwordsTouched: PasswordsTouched | null
}

/**
 * Changes the rules of the site, as a record with what was before, what is now, and why. `projects`: those the relay has,
 * or once had; a rule for any other would bind nobody. Throws `Problem`.
 */
export function changeRules(
  people: People,
  by: Caller,
  change: RulesChange,
  given: string,
  projects: readonly string[],
): Promise<ChangedRules> {
  return people.act(by, async (account, append) => {
    if (!isUsable(account)) throw new Problem('unauthenticated')
    requireAllowed(account.roles, 'settings.change')
    const before = people.rules()
    const after = rulesAfter(before, change)
    const news = Object.keys(after.signing).filter(
      (project) => project !== EVERY_PROJECT && !Object.hasOwn(before.signing, project),
    )
    requireProjects(news, projects, (project) => `/change/signing/${project}`)
    const names = (Object.keys(after) as (keyof SiteRules)[]).filter(
      (name) => canonical(after[name] as Value) !== canonical(before[name] as Value),
    )
    if (names.length === 0) throw new Problem('nothing-changed')
    const { time } = await append('rules.changed', {
      before: only(before, names),
      after: only(after, names),
      reason: reasonOf(given),
    })
    const passwords = { before: before.passwords, after: after.passwords }
    return {
      rules: people.rules(),
      passwordsTouched: names.includes('passwords')
        ? passwordsTouched(people.accounts(), passwords, Date.parse(time))
        : null,
    }
  })
}

/** Throws `Problem`. Pure. */
export function rulesAfter(before: SiteRules, { signing = {}, ...plain }: RulesChange): SiteRules {
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined))
  const all = { ...before.signing, ...signing }
  const kept = Object.entries(all).flatMap(([project, rule]) =>
    rule === null ? [] : [[project, rule] as const],
  )
  const after: SiteRules = { ...before, ...given, signing: Object.fromEntries(kept) }
  const areSigners = kept.every(([, { steps }]) => steps.every(({ role }) => isSigningRole(role)))
  if (kept.length > SIGNING_RULES_MAX || !areSigners) throw new Problem('rule-form')
  if (!(plain.timeStamps?.anchors ?? []).every(isCertificate)) throw new Problem('rule-form')
  return after
}

/** A certificate in DER as base64, and nothing after it. */
function isCertificate(text: string): boolean {
  const bytes = Buffer.from(text, 'base64')
  try {
    return new X509Certificate(bytes).raw.equals(bytes)
  } catch {
    // OpenSSL says in errors of many kinds that it is none.
    return false
  }
}

function only(rules: SiteRules, names: readonly (keyof SiteRules)[]): Body {
  return Object.fromEntries(names.map((name) => [name, rules[name] as Value]))
}
