import { z } from 'zod'
import { ruleOf } from '../trail/index.ts'
import { identityRuleSchema } from './identity-rule.ts'
import { type Role, roles } from './policy.ts'
import { timeStampRuleSchema } from './time-stamp-rule.ts'

export { EVERY_PROJECT } from '../trail/index.ts'

/*
 * What a site decides about people, and by whom its trail is vouched for. Every relay and app of it goes by that. Each change is a record. Where a rule is
 * laxer or older than what NIST SP 800-63B-4 and OWASP ASVS ask, the deviation is the site's, and is said.
 */

/** So many fit a record that says what was before and what is now. */
export const SIGNING_RULES_MAX = 80
export const SIGNING_STEPS_MAX = 5

/** One signature that a record has to get, and which role gives it; null: any that may. */
export const signingStepSchema = z.strictObject({
  meaning: z.enum(['reviewed', 'approved']),
  role: z.enum(roles).nullable(),
})

export const signingRuleSchema = z.strictObject({
  /** In this order and no other, each once; none: whoever may sign does, in any order. */
  steps: z.array(signingStepSchema).max(SIGNING_STEPS_MAX),
  /** Nobody signs a record twice, whatever they mean by it: each signature is another person's. */
  independent: z.boolean(),
})

const projectField = z
  .string()
  .max(64)
  .regex(/^(?:\*|[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/)

export const passwordRuleSchema = z.strictObject({
  /** Characters, from 12. */
  lengthMin: z.int().min(12).max(64),
  /** `annex11`: capital and small letters, digits and others, as the draft of EU Annex 11 asks. */
  composition: z.enum(['none', 'annex11']),
  /** After so many days a password has to be changed; null: when there is a reason to. */
  maxAgeDays: z.int().min(30).max(3_650).nullable(),
})

export const siteRulesSchema = z.strictObject({
  /** Nobody approves what they made themselves. */
  fourEyes: z.boolean(),
  passwords: passwordRuleSchema,
  /** By project, or `*`. */
  signing: z.record(projectField, signingRuleSchema),
  /** By which provider people may sign in, and whose tokens say who is present; null: by none. */
  identity: identityRuleSchema.nullable(),
  /** Whose time stamps its checkpoints get; null: nobody's. */
  timeStamps: timeStampRuleSchema.nullable(),
})

export type SigningRule = z.infer<typeof signingRuleSchema>
export type SiteRules = z.infer<typeof siteRulesSchema>

/** What is to be set otherwise. A project's signing rule that is null is taken away: then that of `*` counts. */
export const rulesChangeSchema = siteRulesSchema
  .omit({ signing: true })
  .extend({ signing: z.record(projectField, signingRuleSchema.nullable()) })
  .partial()

export type RulesChange = z.infer<typeof rulesChangeSchema>

export const DEFAULT_RULES: SiteRules = {
  fourEyes: true,
  passwords: { lengthMin: 12, composition: 'none', maxAgeDays: null },
  signing: {},
  identity: null,
  timeStamps: null,
}

const NO_RULE: SigningRule = { steps: [], independent: false }

export function signingRuleOf({ signing }: Pick<SiteRules, 'signing'>, project: string): SigningRule {
  return ruleOf(signing, project) ?? NO_RULE
}

/** What NIST SP 800-63B-4 (3.1.1.2) asks for where a password is all that somebody signs in with. */
const SINGLE_FACTOR_LENGTH_MIN = 15

/** Where a site departs from what is usual, in sentences for its configuration report. */
export function deviationsOf({ fourEyes, passwords }: SiteRules): readonly string[] {
  return [
    ...(fourEyes
      ? []
      : ['Four eyes is off: people may approve what they made themselves (21 CFR 11.10(g)).']),
    ...(passwords.lengthMin >= SINGLE_FACTOR_LENGTH_MIN
      ? []
      : [
          `Passwords have ${passwords.lengthMin} characters or more; NIST SP 800-63B-4 asks for ${SINGLE_FACTOR_LENGTH_MIN} where nothing else is asked for.`,
        ]),
    ...(passwords.composition === 'none'
      ? []
      : ['Passwords have to have kinds of characters, which NIST SP 800-63B-4 says not to ask for.']),
    ...(passwords.maxAgeDays === null
      ? []
      : [
          `Passwords are to be changed every ${passwords.maxAgeDays} days, which NIST SP 800-63B-4 says not to ask for.`,
        ]),
  ]
}

/** A role that a step names has to be one that signs. */
export function isSigningRole(role: Role | null): boolean {
  return role === null || role === 'reviewer' || role === 'qa'
}
