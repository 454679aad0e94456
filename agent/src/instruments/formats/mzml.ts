import { missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import { latin } from '../text.ts'
import type { UnitFiles } from '../unit-files.ts'

const TAIL_BYTES = 65_536
const HEAD_BYTES = 4_096
const CHECKSUM_TAG = '<fileChecksum>'

/**
 * An mzML file ends with `</mzML>`, in an index with `</indexedmzML>`. The index has the SHA-1 of everything up to and
 * including the tag `<fileChecksum>` (mzML 1.1).
 */
export function applyMzmlEnd(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern} is not there`)
  const head = files.bytes(member, 0, HEAD_BYTES)
  const tail = files.tail(member, TAIL_BYTES)
  if (head === undefined || tail === undefined) return unreadable(member)
  const closing = latin(head).includes('<indexedmzML') ? '</indexedmzML>' : '</mzML>'
  // Each byte one character, so that places in the text are places in the file.
  const text = latin(tail)
  if (!text.trimEnd().endsWith(closing)) return missing(`${named(member.path)} does not end with ${closing}`)
  const at = text.lastIndexOf(CHECKSUM_TAG)
  if (at < 0) return {}
  const end = at + CHECKSUM_TAG.length
  const digest = (text.slice(end, end + 200).split('<')[0] ?? '').trim().toLowerCase()
  if (!/^[0-9a-f]{40}$/.test(digest)) return { notes: [`the checksum in ${named(member.path)} is not one`] }
  const bytes = member.size - tail.length + end
  return { claims: [{ path: member.path, algorithm: 'sha1', digest, bytes, from: member.path }] }
}
