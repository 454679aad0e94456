import { reasonFault } from '@compliance-relay/shared/asking'
import { BAG_FORMAT, BAG_TRAILS_MAX, readFilter, type Seal } from '@compliance-relay/shared/bag'
import { fromBase64, type Value } from '@compliance-relay/shared/trail'
import { z } from 'zod'
import { reasonSentence } from '../reason.ts'

/** What a change is for, in whatever is asked of a relay. */
export const askedReason = z
  .string('a reason is needed')
  .trim()
  .superRefine((given, context) => {
    const fault = reasonFault(given)
    if (fault !== undefined)
      context.addIssue({ code: 'custom', message: `it ${reasonSentence(fault, given)}` })
  })

/** The seal that another process asks for: it has made the bag, and the relay believes nothing of it. Throws `ZodError`. */
export function readSealRequest(asked: unknown): Seal {
  const { filter, trails, ...said } = sealSchema.parse(asked)
  return {
    ...said,
    filter: readFilter(filter as Value),
    trails: trails.map(({ trail, size, root }) => ({ trail, size, root: fromBase64(root) })),
  }
}

const text = z.string().trim().min(1).max(4096)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const sealSchema = z.strictObject({
  format: z.literal(BAG_FORMAT),
  manifest: sha256,
  info: sha256,
  filter: z.record(z.string().max(20), z.union([z.string().max(100), z.array(z.string().max(300)).max(100)])),
  trails: z
    .array(z.strictObject({ trail: text, size: z.int().min(1), root: z.string().length(44) }))
    .min(1)
    .max(BAG_TRAILS_MAX),
  count: z.int().min(0),
  reason: askedReason,
  software: z.string().max(100),
  organization: z.string().max(100),
  leftOut: z.array(text).max(BAG_TRAILS_MAX),
})
