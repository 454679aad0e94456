import { DEFAULT_RULES, type SiteRules, siteRulesSchema } from '../../api/index.ts'
import type { Body, Value } from '../../trail/index.ts'
import type { PersonRecord } from '../people-memory.ts'

/** What a new trail says of the rules of the one before: a site that asked for more than is usual goes on asking for it. */
export function carriedRules({ rules }: RulesBook): { readonly kind: string; readonly body: Body }[] {
  return rules === DEFAULT_RULES
    ? []
    : [{ kind: 'rules.carried', body: { after: rules as unknown as Value } }]
}

type PasswordRules = SiteRules['passwords']

/** Since when each of the rules for passwords is what it is, ISO 8601. */
export type PasswordRulesSince = { readonly [Name in keyof PasswordRules]?: string }

/** The rules in force, made from the records of the relay's own trail. Records are taken in order, each once. */
export class RulesBook {
  #rules: SiteRules = DEFAULT_RULES
  #passwordsSince: PasswordRulesSince = {}

  get rules(): SiteRules {
    return this.#rules
  }

  /** Of what a trail before asked for already, the day is not known. */
  get passwordsSince(): PasswordRulesSince {
    return this.#passwordsSince
  }

  /** Throws an Error on one that this relay cannot have written: a relay that is unsure of its rules applies none. */
  take({ kind, body, seq, time }: PersonRecord): void {
    if (kind !== 'rules.changed' && kind !== 'rules.carried') return
    const read = siteRulesSchema.safeParse({ ...this.#rules, ...(body['after'] as object) })
    if (!read.success) throw new Error(`record ${seq}: rules of no form`)
    if (kind === 'rules.changed') this.#noteSince(this.#rules.passwords, read.data.passwords, time)
    this.#rules = read.data
  }

  #noteSince(before: PasswordRules, after: PasswordRules, time: string): void {
    const names = (Object.keys(after) as (keyof PasswordRules)[]).filter(
      (name) => after[name] !== before[name],
    )
    this.#passwordsSince = {
      ...this.#passwordsSince,
      ...Object.fromEntries(names.map((name) => [name, time])),
    }
  }
}
