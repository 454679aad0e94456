import { signingRuleOf } from '../../api/index.ts'
import { standing, stepsFilled } from '../../trail/index.ts'
import type { Judgement, Site } from './judge-statement.ts'

/**
 * Of a statement that was refused, what its code alone does not say: the record that can be signed in place of a refusal,
 * the step
 * that is due, or who has rejected it. Of the first record that it is true of; undefined where there is nothing more to say. Pure.
 */
export function hintOf(judged: Judgement, site: Site): string | undefined {
  if (judged.verdict !== 'refused' || judged.statement === undefined) return undefined
  const { meaning, records } = judged.statement
  for (const { seq } of records) {
    const hint =
      judged.code === 'not-signable' && meaning !== 'withdrawn'
        ? refusalHint(seq, site)
        : judged.code === 'out-of-step'
          ? stepHint(seq, meaning, site)
          : judged.code === 'rejected-before'
            ? rejectionHint(seq, site)
            : undefined
    if (hint !== undefined) return hint
  }
  return undefined
}

function refusalHint(seq: number, { trail }: Site): string | undefined {
  if (trail.subject(seq)?.kind !== 'capture.refused') return undefined
  const claim = trail.claimOf(seq)
  return claim === undefined
    ? `Nobody answers for record ${seq} in this trail yet: relay claim; then the record of the claim can be signed.`
    : `Record ${seq} is a refusal that somebody answers for: sign record ${claim}, which is their claim.`
}

function rejectionHint(seq: number, { book }: Site): string | undefined {
  const rejection = standing(book.signatures.on(seq)).find(({ meaning }) => meaning === 'rejected')
  return (
    rejection &&
    `Record ${seq} stands rejected by ${rejection.name} (${rejection.user}), who alone can withdraw that: the signature is record ${rejection.record}.`
  )
}

function stepHint(seq: number, meaning: string, { trail, book, rules }: Site): string | undefined {
  const rule = signingRuleOf(rules, trail.subject(seq)?.project ?? '')
  if (rule.steps.length === 0) return undefined
  const step = rule.steps[stepsFilled(standing(book.signatures.on(seq)), rule)]
  if (step === undefined) return `Every step of record ${seq} is done.`
  const by = step.role === null ? '' : ` by ${step.role}`
  const isNext = step.meaning === meaning
  return `Due on record ${seq}: ${step.meaning}${by}${isNext ? ', over a checkpoint that covers the step before' : ''}.`
}
