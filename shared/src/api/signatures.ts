import { z } from 'zod'
import { signatureStates } from '../trail/index.ts'
import { roles } from './policy.ts'
import { signingStepSchema } from './rules.ts'

export {
  type SigningState as SignatureState,
  signatureState,
  signatureStates,
  standing,
  stepsFilled,
} from '../trail/index.ts'

/*
 * What the signatures on a record come to: the same for the relay that judges the next one, for the command line and
 * for the app. A signature is of one record, and so of one version of a file or data set: the next version has none.
 */

/** A signature as it is shown: name, time, meaning and reason (21 CFR 11.50), and between which times it came. */
export const signatureSchema = z.strictObject({
  /** Place of the record by which it counts. */
  record: z.int(),
  user: z.string(),
  name: z.string(),
  meaning: z.enum(['reviewed', 'approved', 'rejected']),
  reason: z.string(),
  /** By the clock of the device: a claim. */
  at: z.string(),
  /** By the clock of the relay: when the last record of the checkpoint it was signed over was made, and when it came. */
  notBefore: z.string(),
  notAfter: z.string(),
  /** The roles its signer had then: a step that asks for one is filled by no other. */
  roles: z.array(z.enum(roles)),
  /** Who let it count after it had been held; null if nobody had to. */
  decidedBy: z.string().nullable(),
  /** Place of the record by which its signer took it back; null while it stands. */
  withdrawn: z.int().nullable(),
  /** Who took it back, when by the clock of the device and by that of the relay, and why; null while it stands. */
  withdrawal: z
    .strictObject({
      user: z.string(),
      name: z.string(),
      at: z.string(),
      notAfter: z.string(),
      reason: z.string(),
    })
    .nullable(),
})
export type SignatureView = z.infer<typeof signatureSchema>

/** A record that was signed, and what its signatures come to. */
export const signedSchema = z.strictObject({
  seq: z.int(),
  kind: z.string(),
  project: z.string().nullable(),
  path: z.string().nullable(),
  state: z.enum(signatureStates),
  /** The step of the project's rule that comes next; null if there is none. */
  next: signingStepSchema.nullable(),
  /** Place of the newest record of the same file or data set: another one is another version. */
  newest: z.int().nullable(),
  /** How that is called: other than `path` if the file or data set was renamed or moved since. */
  newestPath: z.string().nullable(),
  /** Its; null if there is none, or it cannot be signed: a refusal that nobody answers for. */
  newestState: z.enum(signatureStates).nullable(),
  signatures: z.array(signatureSchema),
})
export type SignedView = z.infer<typeof signedSchema>

/** A signature that waits for a person to decide whether it counts. */
export const heldSchema = z.strictObject({
  /** SHA-256 of the statement's note: how it is named. */
  statement: z.string(),
  record: z.int(),
  time: z.string(),
  /** Why it is held: the gravest reason, and all others. */
  code: z.string(),
  also: z.array(z.string()),
  user: z.string(),
  name: z.string(),
  device: z.string().nullable(),
  meaning: z.string(),
  reason: z.string(),
  at: z.string(),
  notBefore: z.string(),
  records: z.array(z.int()),
  /** Of each of the records, the file or data set: of a withdrawal, that of the signature. Null where none is named. */
  paths: z.array(z.string().nullable()),
})
export type HeldView = z.infer<typeof heldSchema>

export const decisions = ['accepted', 'refused'] as const

/** What somebody of QA has decided about a signature that was held. */
export const decidedSchema = z.object({
  by: z.string().regex(/^[a-z][a-z0-9._-]{1,31}$/),
  at: z.iso.datetime({ precision: 3 }),
  decision: z.enum(decisions),
})
export type Decided = z.infer<typeof decidedSchema>

export const SIGNED_LISTED_MAX = 200
