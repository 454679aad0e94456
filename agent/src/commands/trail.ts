import { counted, fromUtf8, readEntry } from '@compliance-relay/shared/trail'
import { contentBody } from '../answered.ts'
import { digestOf, type ManifestFile, manifestOf } from '../capture/manifest.ts'
import { nameOfBytes } from '../capture/raw-name.ts'
import { ownPolicyText } from '../check-trail.ts'
import { UnusableInput } from '../unusable-input.ts'
import { keptManifest } from './kept-manifest.ts'
import { manifestLines } from './manifest-lines.ts'
import { jsonText, type Output, parseOptions, required, wholeNumber } from './options.ts'
import { reading, trailNumbered } from './reading.ts'

export const trailHelp = `relay trail --data DIR [--from N] [--limit N] [--trail N] [--json]
      Prints records exactly as they are stored, one line each. What relay verify reads are
      all lines, from record 0 on. To verify them with a checkpoint, print the checkpoint first:
      a relay at work adds records meanwhile.
      --from N           the first record; 0 unless given
      --limit N          how many; all unless given
      --trail N          which trail, 1 is the oldest; the newest unless given
      --json             one object: the trail's name, and the lines as "entries"
      Example: relay trail --data /var/lib/relay --from 2 --limit 5`

export const manifestHelp = `relay manifest SEQ --data DIR [--trail N] [--json]
      Prints the manifest of a data set's record, a line for each file: "<sha256>  <size>  <path>",
      byte for byte as it was hashed.
      Example: relay manifest 12 --data /var/lib/relay`

export const checkpointHelp = `relay checkpoint --data DIR [--size N] [--trail N] [--policy] [--json]
      Prints the last checkpoint, or with --size the one of N records. With --policy prints the
      policy that trusts the trail's key. Compare that key with the one that relay init printed: a
      policy that comes from the machine itself proves little.
      Example: relay checkpoint --data /var/lib/relay`

const options = {
  data: { type: 'string' },
  trail: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

const most = Number.MAX_SAFE_INTEGER

export async function trailCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, { ...options, from: { type: 'string' }, limit: { type: 'string' } })
  const from = wholeNumber(values.from, '--from', 0, most) ?? 0
  const limit = wholeNumber(values.limit, '--limit', 1, most) ?? most
  const number = wholeNumber(values.trail, '--trail', 1, most)
  return reading(required(values.data, 'data'), (data) => {
    const { id, origin } = trailNumbered(data, number)
    let printed = 0
    if (values.json) out.write(`{\n"trail": ${JSON.stringify(origin)},\n"entries": [`)
    for (const { line } of data.store.lines(id, from)) {
      if (printed === limit) break
      out.write(values.json ? `${printed === 0 ? '' : ','}\n${fromUtf8(line)}` : `${fromUtf8(line)}\n`)
      printed++
    }
    if (values.json) out.write('\n]\n}\n')
    return 0
  })
}

export async function manifestCommand(
  args: readonly string[],
  out: { readonly write: (text: string | Uint8Array) => void },
): Promise<number> {
  const { values, words } = parseOptions(args, options, ['SEQ'])
  const seq = wholeNumber(words[0] ?? '', 'SEQ', 0, most) ?? 0
  return reading(required(values.data, 'data'), (data) => {
    const { id, origin } = trailNumbered(data, wholeNumber(values.trail, '--trail', 1, most))
    const line = data.store.line(id, seq)
    if (line === undefined) throw new UnusableInput(`there is no record ${seq}`)
    const { record } = readEntry(line)
    const { manifest, files } = contentBody(data.store, record)
    if (typeof manifest !== 'string')
      throw new UnusableInput(`record ${seq} is a ${record.kind}: it has no manifest`)
    const bytes = Array.isArray(files)
      ? manifestOf(files.map((file) => fileOf(file as Record<string, unknown>)))
      : keptManifest(data.store, manifest)
    if (digestOf(bytes) !== manifest)
      throw new UnusableInput(`record ${seq} has another list of files than its manifest ${manifest}`)
    out.write(values.json ? jsonText({ trail: origin, seq, manifest, files: manifestLines(bytes) }) : bytes)
    return 0
  })
}

function fileOf({ path, pathRaw, size, sha256 }: Record<string, unknown>): ManifestFile {
  const name = typeof pathRaw === 'string' ? nameOfBytes(Buffer.from(pathRaw, 'hex')) : String(path)
  return { path: name, size: Number(size), sha256: String(sha256) }
}

export async function checkpointCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, {
    ...options,
    size: { type: 'string' },
    policy: { type: 'boolean', default: false },
  })
  const size = wholeNumber(values.size, '--size', 0, most)
  if (values.policy && size !== undefined) throw new UnusableInput('--policy goes without --size')
  return reading(required(values.data, 'data'), (data) => {
    const { id, origin, vkey } = trailNumbered(data, wholeNumber(values.trail, '--trail', 1, most))
    if (values.policy) {
      const policy = ownPolicyText(vkey)
      out.write(values.json ? jsonText({ trail: origin, vkey, policy }) : policy)
      return 0
    }
    const found =
      size === undefined
        ? data.store.lastCheckpoint(id)
        : [...data.store.checkpoints(id)].find((one) => one.size === size)
    if (found === undefined)
      throw new UnusableInput(
        size === undefined
          ? 'there is no checkpoint yet'
          : `there is no checkpoint of ${counted(size, 'record')}`,
      )
    const note = fromUtf8(found.note)
    out.write(
      values.json
        ? jsonText({ trail: origin, size: found.size, notarised: found.notarised, checkpoint: note })
        : note,
    )
    return 0
  })
}
