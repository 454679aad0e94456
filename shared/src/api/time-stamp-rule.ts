import { z } from 'zod'

/** As many as a site trusts at once, and as fit a record twice. */
const ANCHORS_MAX = 3
const ANCHOR_CHARACTERS_MAX = 4_096
const URL_CHARACTERS_MAX = 1_000
/** How often a checkpoint is stamped, minutes. Of a record that does not say it was an hour. */
export const STAMPED_EVERY_MINUTES = { least: 5, usual: 60, most: 1_440 } as const

/**
 * Where time stamps are asked for. Without TLS, too, as most authorities are: what is sent is a hash, and what comes back
 * is signed, for this one question.
 */
function isStampingAddress(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || url.protocol === 'http:'
}

/** The authority whose time stamps a site has on its checkpoints (RFC 3161), and which certificates it trusts for that. */
export const timeStampRuleSchema = z.strictObject({
  url: z
    .string()
    .max(URL_CHARACTERS_MAX)
    .regex(/^[\x21-\x7e]+$/)
    .refine(isStampingAddress, 'an address that begins with http or https, with nobody signed in by it'),
  /** Certificates in DER, as base64: of the authority itself, or of whom its own goes back to. */
  anchors: z
    .array(
      z
        .string()
        .min(1)
        .max(ANCHOR_CHARACTERS_MAX)
        .regex(/^[A-Za-z0-9+/]+={0,2}$/),
    )
    .min(1)
    .max(ANCHORS_MAX),
  /** What it is to stamp by, if it is asked for one of its policies. */
  policy: z
    .string()
    .max(100)
    .regex(/^[0-2](?:\.(?:0|[1-9][0-9]{0,9})){1,20}$/)
    .optional(),
  /** The newest checkpoint gets one in so many minutes, and the head of each export its own. */
  everyMinutes: z
    .int()
    .min(STAMPED_EVERY_MINUTES.least)
    .max(STAMPED_EVERY_MINUTES.most)
    .default(STAMPED_EVERY_MINUTES.usual),
})

export type TimeStampRule = z.infer<typeof timeStampRuleSchema>
