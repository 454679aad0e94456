import { fromUtf8, hex, LINE_BYTES_MAX, sha256, sha256InPieces } from '../trail/index.ts'
import { type BagInfo, parseBagInfo } from './bag-info.ts'
import { type BagSource, wholeOf } from './bag-source.ts'
import { BagUnreadable } from './faults.ts'
import type { BagFindings } from './findings.ts'
import {
  BAG_INFO,
  BAGIT,
  BAGIT_TEXT,
  fixedPayload,
  MANIFEST,
  payloadName,
  SEAL,
  SEAL_LEAVES,
  SEAL_PROOF,
  TAG_MANIFEST,
  tagFiles,
} from './layout.ts'
import { type Manifest, parseManifest } from './manifest.ts'

/** A hash for each record that came while an export was made, however busy the hour. */
const SEAL_LEAVES_BYTES_MAX = 64 << 20
/** More than a line for each of all the trails a bag can have. */
const INFO_BYTES_MAX = 256 << 10
/** A note, and a hash for each level of a tree. */
const PROOF_BYTES_MAX = 128 << 10
/** A digest and a name, of the longest there is. */
const MANIFEST_BYTES_MAX_EACH_FILE = 300
const BAGIT_BYTES_MAX = 1_024

/** A note has fewer. */
export const CHECKPOINT_BYTES_MAX = 65_536

export interface CheckedFiles {
  /** Tag files as they stand; those that are not there are left out. */
  readonly tags: ReadonlyMap<string, Uint8Array>
  /** Digests of the payload as it stands. */
  readonly digests: ReadonlyMap<string, string>
  readonly info: BagInfo | undefined
  readonly bytes: number
}

/**
 * Which files there are, and that each is the one its manifest was made of. That the manifest is the one that was sealed,
 * the seal says. `read` is called with every piece that was hashed.
 */
export async function checkFiles(
  source: BagSource,
  findings: BagFindings,
  read: (bytes: number) => void,
): Promise<CheckedFiles> {
  const names = source.files.map(({ name }) => name)
  const there = new Set(names)
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) findings.add({ code: 'file-twice', file: name, expected: 'one', found: 'several' })
    seen.add(name)
  }
  const expected = [...tagFiles, TAG_MANIFEST, ...fixedPayload]
  for (const name of expected)
    if (!there.has(name))
      findings.add({ code: 'file-missing', file: name, expected: 'a file', found: 'none' })
  for (const name of there)
    if (!expected.some((one) => one === name) && payloadName(name) === undefined)
      findings.add({ code: 'file-added', file: name, expected: 'no such file', found: 'one' })

  const tags = new Map<string, Uint8Array>()
  for (const name of [...tagFiles, TAG_MANIFEST])
    if (there.has(name)) {
      const most = tagBytesMax(name, names.length)
      const bytes = await readable(name, findings, () => wholeOf(source, name, most))
      if (bytes !== undefined) tags.set(name, bytes)
    }
  const textOf = (name: string): string | undefined => {
    const bytes = tags.get(name)
    return bytes && findings.read(name, () => fromUtf8(bytes), 'file-form')
  }
  if (tags.has(BAGIT) && textOf(BAGIT) !== BAGIT_TEXT)
    findings.add({ code: 'file-form', file: BAGIT, expected: 'BagIt 1.0 in UTF-8', found: 'another text' })
  const info = textOf(BAG_INFO)
  const tagDigests = new Map([...tags].map(([name, bytes]) => [name, hex(sha256(bytes))]))
  compare(
    findings,
    TAG_MANIFEST,
    manifestOf(findings, TAG_MANIFEST, textOf(TAG_MANIFEST)),
    tagDigests,
    tagFiles,
  )

  const payload = [...there].filter((name) => name.startsWith('data/'))
  const { digests, bytes } = await digestsOf(source, payload, findings, read)
  compare(findings, MANIFEST, manifestOf(findings, MANIFEST, textOf(MANIFEST)), digests, payload)
  return {
    tags,
    digests,
    info: info === undefined ? undefined : findings.read(BAG_INFO, () => parseBagInfo(info)),
    bytes,
  }
}

/** What is larger is no such file, and is not held in memory to find out: a zip of some bytes can have a file of millions. */
function tagBytesMax(name: string, files: number): number {
  switch (name) {
    case BAGIT:
      return BAGIT_BYTES_MAX
    case BAG_INFO:
      return INFO_BYTES_MAX
    case SEAL:
      return LINE_BYTES_MAX + 1
    case SEAL_PROOF:
      return PROOF_BYTES_MAX
    case SEAL_LEAVES:
      return SEAL_LEAVES_BYTES_MAX
    default:
      return files * MANIFEST_BYTES_MAX_EACH_FILE
  }
}

function manifestOf(findings: BagFindings, file: string, text: string | undefined): Manifest | undefined {
  return text === undefined ? undefined : findings.read(file, () => parseManifest(text))
}

function compare(
  findings: BagFindings,
  manifestFile: string,
  manifest: Manifest | undefined,
  found: ReadonlyMap<string, string>,
  there: readonly string[],
): void {
  if (manifest === undefined) return
  for (const [file, digest] of manifest) {
    const now = found.get(file)
    if (now === undefined) findings.add({ code: 'file-missing', file, expected: digest, found: 'no file' })
    else if (now !== digest) findings.add({ code: 'file-changed', file, expected: digest, found: now })
  }
  for (const file of there)
    if (!manifest.has(file) && found.has(file))
      findings.add({ code: 'file-added', file, expected: `a line in ${manifestFile}`, found: 'none' })
}

async function digestsOf(
  source: BagSource,
  names: readonly string[],
  findings: BagFindings,
  read: (bytes: number) => void,
): Promise<{ readonly digests: Map<string, string>; readonly bytes: number }> {
  const digests = new Map<string, string>()
  let bytes = 0
  for (const name of names) {
    const running = sha256InPieces()
    const isRead = await readable(name, findings, async () => {
      for await (const piece of source.read(name)) {
        running.update(piece)
        bytes += piece.length
        read(piece.length)
      }
      return true
    })
    if (isRead === true) digests.set(name, hex(running.digest()))
  }
  return { digests, bytes }
}

/** What cannot be read, or is larger than it can be, is a finding; undefined then. */
export async function readable<Result>(
  file: string,
  findings: BagFindings,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof BagUnreadable || error instanceof RangeError)) throw error
    findings.add({ code: 'file-unreadable', file, expected: 'a file that can be read', found: error.message })
    return undefined
  }
}
