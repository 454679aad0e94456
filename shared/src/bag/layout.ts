/*
 * What is in a bag and how it is called (FORMAT.md, section 11; BagIt, RFC 8493). One folder, these files and no others: a
 * file that is not listed here has no meaning, so a bag that has one is not a bag.
 */
export const BAGIT = 'bagit.txt'
export const BAG_INFO = 'bag-info.txt'
export const MANIFEST = 'manifest-sha256.txt'
export const TAG_MANIFEST = 'tagmanifest-sha256.txt'
export const SEAL = 'seal.json'
export const SEAL_PROOF = 'seal.tlog-proof'
/** Leaf hashes of the seal's own trail from the end of its leaves.txt up to the head the seal is proved under. */
export const SEAL_LEAVES = 'seal.leaves'
export const RECORDS = 'data/records.json'
export const CSV = 'data/records.csv'
export const POLICY = 'data/policy.txt'
export const RECIPE = 'data/VERIFY.txt'

export const BAGIT_TEXT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'

/** Tag files that the tag manifest lists: all but itself. */
export const tagFiles = [BAG_INFO, BAGIT, MANIFEST, SEAL, SEAL_LEAVES, SEAL_PROOF] as const
export const fixedPayload = [POLICY, RECIPE, CSV, RECORDS] as const

export function leavesFile(originHash: string): string {
  return `data/trails/${originHash}/leaves.txt`
}

/** Sizes have 16 digits, as a notary keeps them, so that their order by name is that by number. */
export function checkpointFile(originHash: string, size: number): string {
  return `data/trails/${originHash}/${String(size).padStart(16, '0')}.checkpoint`
}

/** A time stamp of RFC 3161 over the checkpoint beside it. */
export function timeStampFile(originHash: string, size: number): string {
  return checkpointFile(originHash, size).replace(/checkpoint$/, 'tsr')
}

export type PayloadName =
  | { readonly kind: 'fixed' }
  | { readonly kind: 'leaves'; readonly trail: string }
  | { readonly kind: 'checkpoint' | 'time-stamp'; readonly trail: string; readonly size: number }

/** What a payload file of this name is; undefined if a bag has none such. */
export function payloadName(name: string): PayloadName | undefined {
  if (fixedPayload.some((one) => one === name)) return { kind: 'fixed' }
  const [, trail, file = ''] = /^data\/trails\/([0-9a-f]{64})\/([^/]+)$/.exec(name) ?? []
  if (trail === undefined) return undefined
  if (file === 'leaves.txt') return { kind: 'leaves', trail }
  const [, digits, end] = /^([0-9]{16})\.(checkpoint|tsr)$/.exec(file) ?? []
  const size = Number(digits)
  if (digits === undefined || !Number.isSafeInteger(size)) return undefined
  return { kind: end === 'tsr' ? 'time-stamp' : 'checkpoint', trail, size }
}
