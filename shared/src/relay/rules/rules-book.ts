import { DEFAULT_RULES, type SiteRules, siteRulesSchema } from '../../api/index.ts'
import type { Body, Value } from '../../trail/index.ts'
import type { PersonRecord } from '../people-memory.ts'

/** What a new trail says of the rules of the one before: a site that asked for more than is usual goes on asking for it. */
export function carriedRules({ rules }: RulesBook): { readonly kind: string; readonly body: Body }[] {
  return rules === DEFAULT_RULES
    ? []
    : [{ kind: 'rules.carried', body: { after: rules as unknown as Value } }]
}

/** The rules in force, made from the records of the relay's own trail. Records are taken in order, each once. */
export class RulesBook {
  #rules: SiteRules = DEFAULT_RULES

  get rules(): SiteRules {
    return this.#rules
  }

  /** Throws an Error on one that this relay cannot have written: a relay that is unsure of its rules applies none. */
  take({ kind, body, seq }: PersonRecord): void {
    if (kind !== 'rules.changed' && kind !== 'rules.carried') return
    const read = siteRulesSchema.safeParse({ ...this.#rules, ...(body['after'] as object) })
    if (!read.success) throw new Error(`record ${seq}: rules of no form`)
    this.#rules = read.data
  }
}
