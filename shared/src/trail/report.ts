import { type FormatErrorCode, formatErrors } from './format-error.ts'
import type { Hash } from './hash.ts'

/** What can be wrong with a trail whose every line can be read. With `formatErrors`, the closed list of finding codes. */
export const trailFaults = {
  'not-opened': 'the trail does not begin with a trail.opened record',
  'trail-mismatch': 'the record belongs to another trail',
  'seq-mismatch': 'the records are not numbered without gaps: one is missing, added, repeated or moved',
  'prev-mismatch': 'the record does not follow the one before it',
  'checksum-mismatch': 'the record is not the one its checksum was made for',
  'kid-not-in-force': 'the record was sealed under a key that was not in force',
  'key-missing': 'the records of this key could not be checked, because the key was not given',
  'rotation-form': 'a key.rotated record does not name the next key',
  'rotation-key': 'the key a rotation names is not the one derived from the key before it',
  'checkpoint-origin': 'the checkpoint is of another trail',
  'checkpoint-signature': 'the checkpoint is not signed by a key of this trail that the policy lists',
  'checkpoint-cosignature': 'a listed witness has a line on the checkpoint that does not verify',
  'checkpoint-quorum': 'the checkpoint is not cosigned by the witnesses the policy asks for',
  'checkpoint-beyond-end':
    'the trail has fewer records than a checkpoint says it had: some are missing, or it was copied before the checkpoint was',
  'root-mismatch': 'the records are not those the checkpoint was made of',
  'enrolled-key': 'a key.enrolled record does not name a key this trail may enrol',
  'revoked-key': 'a key.revoked record names a key that is not enrolled',
  'signer-not-enrolled': 'no key enrolled at that point has signed the statement',
  'signer-revoked': 'the key that signed the statement had been revoked',
  'statement-signature': 'the e-signature does not verify',
  'statement-user': 'the e-signature speaks for another person than its key or its record',
  'statement-trail': 'the e-signature was made for another trail',
  'statement-record': 'the e-signature is not of the record that stands at this place',
  'statement-root': 'the signer was shown another history than this trail has',
  'statement-count': 'the device had already made a signature with this count or a higher one',
  'statement-device': 'the e-signature names another device than its key',
  'statement-beside': 'what a record says beside an e-signature is not what was signed',
  'statement-not-before':
    'the e-signature is said to be made after another time than that of the head its signer saw',
  'statement-again': 'the trail had already said what it makes of this statement',
  'withdrawn-signature': 'the e-signature takes back what is no signature of its signer',
  'decided-statement':
    'a decision takes in no e-signature that was held and verifies, or is the signer’s own',
  'refused-statement':
    'a decision refuses what was not held or was decided about before, or is the signer’s own',
  'claim-refusal':
    'a claim does not answer for a refusal that stands where it says, or says otherwise what was captured',
} as const

/** What a reader should know of a trail that is not wrong in itself. */
export const notices = {
  'time-outside-witness-interval':
    'the record claims a time that the cosigned checkpoints around it do not bear out',
  'time-went-back': 'the record claims an earlier time than the one before it',
  'statement-count-gap': 'the device made signatures before this one that are not in the trail',
} as const

export type FindingCode = FormatErrorCode | keyof typeof trailFaults
export type NoticeCode = keyof typeof notices

/** One thing wrong, where, and against what it was held. */
export interface Finding<Code = FindingCode> {
  readonly code: Code
  /** The place in the trail, or where the entry should stand; absent where the finding is not about one. */
  readonly seq?: number
  /** Number of the line in the input, from 1. */
  readonly line?: number
  /** The checkpoint it is about, as the caller named it. */
  readonly checkpoint?: string
  readonly expected: string
  readonly found: string
}

/** A notice, and how many records in a row it holds for. */
export type Notice = Finding<NoticeCode> & { readonly count: number }

/** A witness of a head, and the time by its own clock, in POSIX seconds. */
export interface Sighting {
  readonly name: string
  readonly seconds: number
}

/** Findings or notices of one code beyond those given one by one. */
export interface Omitted {
  readonly code: FindingCode | NoticeCode
  readonly count: number
  /** Line of the last. */
  readonly line: number
}

/** So many of each code are given one by one; of the rest the number is kept. */
export const GIVEN_OF_EACH_CODE = 1_000

/** What verifying a trail has shown. No findings means: all that was checked held; `checked` says what that was. */
export interface Report {
  readonly findings: readonly Finding[]
  readonly notices: readonly Notice[]
  readonly omitted: readonly Omitted[]
  /** Origin of the trail, undefined if no line could be read. */
  readonly trail: string | undefined
  /** Lines in the input. */
  readonly lines: number
  /** Root of the tree over all lines as they stand, and how many lines could be read as entries. */
  readonly root: Hash
  readonly entries: number
  readonly checked: {
    /** Entries whose checksum was computed again. */
    readonly checksums: number
    /** Checkpoints whose signatures, quorum and root all held. */
    readonly checkpoints: number
    /** Size of the largest of them, and the witnesses of that head. */
    readonly coveredSize: number
    readonly cosignedBy: readonly Sighting[]
    /** E-signatures that verified under a key enrolled in the trail. */
    readonly statements: number
  }
}

export function sentenceOf(code: FindingCode | NoticeCode): string {
  return { ...formatErrors, ...trailFaults, ...notices }[code]
}
