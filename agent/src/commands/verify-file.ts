import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { type Body, printable, readEntry, type TrailRecord } from '@compliance-relay/shared/trail'
import { digestOf, type ManifestFile, manifestOf } from '../capture/manifest.ts'
import { fsPath } from '../capture/raw-name.ts'
import { walkSet } from '../capture/walk-set.ts'
import { messageOf } from '../error-message.ts'
import { isIn } from '../requests.ts'
import { parseSettings } from '../settings.ts'
import { UnusableInput } from '../unusable-input.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'
import { type Reading, reading } from './reading.ts'

export const verifyFileHelp = `relay verify-file FILE --data DIR [--json]
      Says whether a file, or a data set's folder, is as the trail has it: recorded, changed, missing or
      not recorded. Exit code 0 only if it is recorded as it is now. It does not verify the trail itself:
      relay verify --data does`

export type FileState = 'recorded' | 'refused' | 'changed' | 'missing' | 'not-recorded'

interface Verdict {
  readonly state: FileState
  readonly file: string
  readonly sha256: string | null
  /** The record that speaks of it: of its content as it is now, else the last of its path. */
  readonly record: {
    readonly trail: string
    readonly seq: number
    readonly kind: string
    readonly time: string
    readonly actor: string
    readonly path: string
    readonly sha256: string | null
  } | null
}

const sentences: Readonly<Record<FileState, string>> = {
  recorded: 'is in the trail as it is now',
  refused: 'is in the trail as it is now, but no person answers for it (capture.refused)',
  changed: 'is not as the trail has it',
  missing: 'is in the trail and not on the disk',
  'not-recorded': 'is not in the trail',
}

export async function verifyFileCommand(args: readonly string[], out: Output): Promise<number> {
  const options = { data: { type: 'string' }, json: { type: 'boolean', default: false } } as const
  const { values, words } = parseOptions(args, options, ['FILE'])
  const [file = ''] = words
  const verdict = await reading(required(values.data, 'data'), (data) => judge(data, file))
  out.write(values.json ? jsonText(verdict) : printed(verdict))
  return verdict.state === 'recorded' ? 0 : 1
}

function printed({ state, file, sha256, record }: Verdict): string {
  const lines = [`${printable(file)} ${sentences[state]}.`]
  if (sha256 !== null) lines.push(`  now       ${sha256}`)
  if (record !== null) {
    if (record.sha256 !== null && record.sha256 !== sha256) lines.push(`  recorded  ${record.sha256}`)
    lines.push(
      `  record    ${record.seq} of ${record.trail}`,
      `            ${record.kind} at ${record.time} by ${record.actor}, ${printable(record.path)}`,
    )
  }
  return `${lines.join('\n')}\n`
}

function judge(data: Reading, file: string): Verdict {
  const settings = parseSettings(data.host.settings())
  const path = realOf(file)
  const watch = settings.watches.find((one) => isIn(path, one.path))
  const inWatch = watch === undefined ? undefined : relative(watch.path, path).split(sep).join('/')
  const sha256 = digestNow(path)
  const base = { file, sha256 }
  for (const trail of [...data.trails].reverse()) {
    const records = [
      ...(sha256 === null ? [] : data.store.withDigest(trail.id, sha256, 200)),
      ...(inWatch === undefined ? [] : data.store.withPath(trail.id, inWatch, 50)),
    ].map((seq) => recordAt(data, trail.id, seq))
    const ofWatch = records.filter(({ body }) => watch === undefined || body['watch'] === watch.id)
    const same = ofWatch.find(
      (record) =>
        digestIn(record.body) === sha256 &&
        sha256 !== null &&
        record.body['path'] === (inWatch ?? record.body['path']),
    )
    const member =
      inWatch === undefined || watch === undefined ? undefined : memberOf(data, trail.id, watch.id, inWatch)
    if (same !== undefined && isLatest(data, trail.id, same))
      return { ...base, state: stateOf(same), record: shownRecord(same, trail.origin, digestIn(same.body)) }
    if (member !== undefined) {
      const state =
        sha256 === null ? 'missing' : member.sha256 === sha256 ? stateOf(member.record) : 'changed'
      return { ...base, state, record: shownRecord(member.record, trail.origin, member.sha256) }
    }
    const last = ofWatch.find(({ body }) => body['path'] === inWatch)
    if (last !== undefined) {
      const state = sha256 === null ? 'missing' : 'changed'
      return { ...base, state, record: shownRecord(last, trail.origin, digestIn(last.body)) }
    }
    const elsewhere = records.find(({ body }) => sha256 !== null && digestIn(body) === sha256)
    if (elsewhere !== undefined)
      return { ...base, state: stateOf(elsewhere), record: shownRecord(elsewhere, trail.origin, sha256) }
  }
  if (sha256 === null) throw new UnusableInput(`${file} is neither on the disk nor in the trail`)
  return { ...base, state: 'not-recorded', record: null }
}

function stateOf({ kind }: TrailRecord): FileState {
  return kind === 'capture.refused' ? 'refused' : 'recorded'
}

/** A later record of the same path with other content makes an older one history. */
function isLatest({ store }: Reading, trail: number, record: TrailRecord): boolean {
  const path = record.body['path']
  if (typeof path !== 'string') return true
  const [last] = store.withPath(trail, path, 1)
  return (
    last === undefined ||
    last === record.seq ||
    digestIn(recordAt({ store }, trail, last).body) === digestIn(record.body)
  )
}

function recordAt({ store }: Pick<Reading, 'store'>, trail: number, seq: number): TrailRecord {
  const line = store.line(trail, seq)
  if (line === undefined) throw new Error(`record ${seq} is missing: relay verify --data says more`)
  return readEntry(line).record
}

function digestIn(body: Body): string | null {
  const digest = body['sha256'] ?? body['manifest']
  return typeof digest === 'string' ? digest : null
}

/** The last record of a data set that a path lies in, and what its manifest says of it. */
function memberOf(
  data: Reading,
  trail: number,
  watch: string,
  path: string,
): { readonly record: TrailRecord; readonly sha256: string } | undefined {
  for (let folder = dirname(path); folder !== '.' && folder !== '/'; folder = dirname(folder)) {
    for (const seq of data.store.withPath(trail, folder, 20)) {
      const record = recordAt(data, trail, seq)
      const { manifest } = record.body
      if (record.body['watch'] !== watch || typeof manifest !== 'string') continue
      const sha256 = digestOfMember(data, record.body, path.slice(folder.length + 1))
      if (sha256 !== undefined) return { record, sha256 }
      break
    }
  }
  return undefined
}

function digestOfMember({ store }: Reading, { manifest, files }: Body, member: string): string | undefined {
  if (Array.isArray(files)) {
    const found = files.find((file) => (file as { path?: unknown }).path === member) as
      | { sha256?: unknown }
      | undefined
    return typeof found?.sha256 === 'string' ? found.sha256 : undefined
  }
  const text = Buffer.from(store.content(String(manifest)) ?? []).toString('utf8')
  const line = text
    .split('\n')
    .find(
      (one) =>
        one.endsWith(`  ${member}`) &&
        /^[0-9a-f]{64} {2}[0-9]+ {2}/.test(one) &&
        one.replace(/^[0-9a-f]{64} {2}[0-9]+ {2}/, '') === member,
    )
  return line?.slice(0, 64)
}

function shownRecord(
  { seq, kind, time, actor, body }: TrailRecord,
  trail: string,
  sha256: string | null,
): Verdict['record'] {
  return { trail, seq, kind, time, actor: actor.name, path: String(body['path'] ?? ''), sha256 }
}

/** The path with its folder's links resolved; the file itself may be gone. */
function realOf(file: string): string {
  const path = resolve(file)
  try {
    return realpathSync.native(path)
  } catch {
    try {
      return join(realpathSync.native(dirname(path)), basename(path))
    } catch {
      return path
    }
  }
}

/** SHA-256 of a file, or of the manifest of a folder; null if there is nothing. */
function digestNow(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return null
  if (!stat.isDirectory()) return digestOfFile(path)
  const files = walkSet(path, sep).files.map(
    ({ member, path: at, size }): ManifestFile => ({ path: member, size, sha256: digestOfFile(at) }),
  )
  return digestOf(manifestOf(files))
}

function digestOfFile(path: string): string {
  let descriptor: number
  try {
    descriptor = openSync(fsPath(path), 'r')
  } catch (error) {
    throw new UnusableInput(`${path} cannot be read: ${messageOf(error)}`)
  }
  try {
    const hashing = createHash('sha256')
    const block = new Uint8Array(1 << 20)
    for (;;) {
      const read = readSync(descriptor, block)
      if (read === 0) return hashing.digest('hex')
      hashing.update(block.subarray(0, read))
    }
  } finally {
    closeSync(descriptor)
  }
}
