import { lstatSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { type Body, printable, type TrailRecord } from '@compliance-relay/shared/trail'
import { claimOf, refusalOf } from '../answered.ts'
import { nameTest } from '../capture/listing.ts'
import { digestOf, manifestOf } from '../capture/manifest.ts'
import { fsPath } from '../capture/raw-name.ts'
import { parseSettings, type Settings, type WatchSettings } from '../settings.ts'
import { UnusableInput } from '../unusable-input.ts'
import { isIn } from '../watch-places.ts'
import { digestNow } from './digest-now.ts'
import { type MemberOf, newestWithMember } from './member-copies.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'
import { type Reading, reading } from './reading.ts'
import { recordedBelow } from './recorded-below.ts'
import { lastOf, lastOfMember, recordAt, recordsOf, type Said } from './said-of-file.ts'

export const verifyFileHelp = `relay verify-file FILE --data DIR [--json]
      Says whether a file, or the folder of a data set, is as the trail has it, and names the
      record.
      recorded      it is as it was recorded
      refused       it is recorded, but no person answers for it
      disagrees     it is recorded, but the instrument's own digest is another
      changed       it is not as its last record has it
      not-read      it has a record, but could not be read then: there is nothing to compare
      missing, deleted, renamed
                    it is not there: nothing says why, or a record says so
      not-recorded  no record speaks of it
      folder        no record is of the folder itself; some of what is in it is named
      A file outside the watched folders is compared by its content alone, and is called a copy,
      also of a file in a data set. A name that is not UTF-8 cannot be given: name the folder of its
      data set, or use relay verify --data DIR --files.
      Exit code 0 only for recorded, 1 for all others, 2 if it is neither there nor in the trail.
      This does not verify the trail: relay verify --data does.
      Example: relay verify-file /data/nmr/result.txt --data /var/lib/relay`

/** Records of one content that are looked at for one that captured it. */
const LOOKED_AT_SAME = 200
/** Records below a folder that are looked at for one of its own watch. */
const LOOKED_AT_BELOW = 200

export type FileState =
  | 'recorded'
  | 'refused'
  | 'disagrees'
  | 'changed'
  | 'not-read'
  | 'missing'
  | 'deleted'
  | 'renamed'
  | 'not-recorded'
  | 'folder'

/** A digest that the instrument wrote down, and the data does not have. */
export interface Disagreement {
  readonly path: string
  /** The instrument's file that says it. */
  readonly from: string
  readonly algorithm: string
  readonly digest: string
}

interface Verdict {
  readonly state: FileState
  readonly file: string
  /** It lies in no watched folder, and the trail has its content under another path. */
  readonly copy: boolean
  readonly sha256: string | null
  /** The record that speaks of it: of its content as it is now, else the last of its path. */
  readonly record: {
    readonly trail: string
    readonly seq: number
    readonly kind: string
    readonly time: string
    readonly actor: string
    readonly via: string
    readonly path: string
    /** Of a copy of a file in a data set: where its manifest has it; else null. */
    readonly member: string | null
    readonly sha256: string | null
    /** What the instrument's rules miss in it; null if it is complete, or nobody can tell. */
    readonly incomplete: string | null
  } | null
  readonly disagreements: readonly Disagreement[]
  /** What to do about one that is not recorded; null where there is nothing to say. */
  readonly hint: string | null
}

const sentences: Readonly<Record<FileState, string>> = {
  recorded: 'is in the trail as it is now',
  refused: 'is in the trail as it is now, but no person answers for it (capture.refused)',
  disagrees: "is in the trail as it is now, but the instrument's own digest is another",
  changed: 'is not as the trail has it',
  'not-read': 'is in the trail, but was not read: there is no digest to compare it with',
  missing: 'is in the trail and not on the disk',
  deleted: 'is in the trail as deleted, and not on the disk',
  renamed: 'is in the trail as renamed, and not on the disk under this name',
  'not-recorded': 'is not in the trail',
  folder: 'is, or was, a folder: no record is of it by itself',
}

/** Of what lies in no watched folder only the content can be in the trail, not the path. */
const sentencesOfCopies: Partial<typeof sentences> = {
  recorded: 'is a copy, byte for byte, of what is in the trail under another path',
  refused: 'is a copy of what is in the trail, but no person answers for that (capture.refused)',
  disagrees: "is a copy of what is in the trail, but the instrument's own digest is another",
}

export async function verifyFileCommand(args: readonly string[], out: Output): Promise<number> {
  const options = { data: { type: 'string' }, json: { type: 'boolean', default: false } } as const
  const { values, words } = parseOptions(args, options, ['FILE'])
  const [file = ''] = words
  const verdict = await reading(required(values.data, 'data'), (data) => judge(data, file))
  out.write(values.json ? jsonText(verdict) : printed(verdict))
  return verdict.state === 'recorded' ? 0 : 1
}

function printed({ state, file, copy, sha256, record, disagreements, hint }: Verdict): string {
  const isGone = record !== null && /\.deleted$/.test(record.kind)
  const sentence =
    state === 'changed' && isGone
      ? 'is on the disk, and in the trail as deleted'
      : ((copy ? sentencesOfCopies[state] : undefined) ?? sentences[state])
  const lines = [`${printable(file)} ${sentence}.`]
  if (sha256 !== null) lines.push(`  now       ${sha256}`)
  if (record !== null) {
    if (record.sha256 !== null && record.sha256 !== sha256) lines.push(`  recorded  ${record.sha256}`)
    lines.push(
      `  record    ${record.seq} of ${record.trail}`,
      `            ${record.kind} at ${record.time} ${printable(byWhom(record))}, ${printable(record.path)}`,
      ...(record.member === null ? [] : [`  in its manifest  ${printable(record.member)}`]),
    )
    if (record.incomplete !== null) lines.push(`  INCOMPLETE ${printable(record.incomplete)}`)
  }
  for (const { path, from, algorithm, digest } of disagreements)
    lines.push(
      printable(`  DISAGREES ${from} has the ${algorithm} ${digest} for ${path}, the data has another`),
    )
  if (hint !== null) lines.push(`  ${printable(hint)}`)
  return `${lines.join('\n')}\n`
}

/** What the relay itself notices, a deletion for one, nobody is named for. */
function byWhom({ actor, via }: NonNullable<Verdict['record']>): string {
  return via === 'relay' ? `noticed by the relay ${actor}` : `by ${actor}`
}

function judge(data: Reading, file: string): Verdict {
  const settings = parseSettings(data.host.settings())
  const path = realOf(file)
  requireGivenName(file, path)
  const watch = settings.watches.find((one) => isIn(path, one.path))
  const nothing = { file, copy: false, sha256: null, record: null, disagreements: [] }
  const other = otherThanFile(data, watch, path, file)
  if (other !== undefined) return other
  const folder = hintForFolder(data, settings, path)
  // A folder of many data sets is not read through to find that none of them is it.
  if (folder !== undefined) return { ...nothing, state: 'folder', hint: folder }
  const sha256 = digestNow(path)
  for (const trail of [...data.trails].reverse()) {
    const said = watch === undefined ? undefined : lastOf(data, trail.id, watch.id, inWatch(watch, path))
    if (said !== undefined) return verdictOf(data, { file, copy: false, sha256 }, said)
  }
  if (sha256 === null) throw new UnusableInput(`${file} is neither on the disk nor in the trail`)
  if (sha256 === digestOf(manifestOf([])) && statSync(fsPath(path)).isDirectory())
    return { ...nothing, state: 'folder', hint: 'There is no file in it, so there is nothing to judge.' }
  const same = sameContent(data, sha256)
  if (same !== undefined && watch === undefined)
    return verdictOf(data, { file, copy: true, sha256 }, { ...same, sha256 })
  const where =
    watch === undefined
      ? 'It lies in no folder that is or was watched; relay settings lists them.'
      : whyNotYet(settings, watch, path)
  const content =
    same === undefined
      ? ''
      : ` The same content is in the trail as ${placeOf(same)}, record ${same.record.seq}.`
  return { ...nothing, sha256, state: 'not-recorded', hint: `${where}${content}` }
}

/** Node gives an argument that is not UTF-8 with U+FFFD, of which nobody can say which bytes it had. Throws `UnusableInput`. */
function requireGivenName(file: string, path: string): void {
  if (!path.includes('\ufffd') || lstatSync(fsPath(path), { throwIfNoEntry: false }) !== undefined) return
  throw new UnusableInput(
    `${file}: nothing is there under this name, and a name with bytes that are no UTF-8 cannot be given to this command. Name the folder of the data set it lies in; relay verify --data DIR --files reads every file, whatever its name`,
  )
}

/** Of a link, a pipe or a device: nothing of it is read, here as by the relay. Undefined for files and folders. */
function otherThanFile(
  data: Reading,
  watch: WatchSettings | undefined,
  path: string,
  file: string,
): Verdict | undefined {
  const stat = lstatSync(fsPath(path), { throwIfNoEntry: false })
  if (stat === undefined || stat.isFile() || stat.isDirectory()) return undefined
  const what = stat.isSymbolicLink() ? 'a link' : 'no file and no folder, but a pipe, a socket or a device'
  for (const trail of watch === undefined ? [] : [...data.trails].reverse()) {
    const [record] = recordsOf(data, trail.id, watch?.id ?? '', inWatch(watch, path))
    if (record === undefined) continue
    const hint = `It is ${what}, which is not read. The record says: ${record.body['reason'] ?? record.kind}.`
    const shownOne = shownRecord(record, record.body, null)
    return { file, copy: false, sha256: null, state: 'refused', record: shownOne, disagreements: [], hint }
  }
  throw new UnusableInput(`${file} is ${what}: only files and folders are judged`)
}

/** Of what is in a watched folder, and not in the trail. */
function whyNotYet(settings: Settings, watch: WatchSettings, path: string): string {
  const ignored = inWatch(watch, path).split('/').find(nameTest(settings.ignore))
  if (ignored !== undefined)
    return `The name ${ignored} is ignored, as relay settings says: no record is made of it.`
  if (watch.ended !== undefined) return `Its folder is not watched any more, since ${watch.ended}.`
  return 'If it is new: relay status lists what is on its way, relay scan has every file looked at.'
}

/**
 * The newest record of this content, wherever it was: of itself, or else of a data set that has such a file. A claim is
 * found by what it answers for.
 */
function sameContent(
  data: Reading,
  sha256: string,
): (Partial<MemberOf> & { readonly record: TrailRecord }) | undefined {
  const trails = [...data.trails].reverse()
  for (const { id } of trails) {
    // A claim of no refusal says of no content that it was captured.
    const [record] = data.store
      .withDigest(id, sha256, LOOKED_AT_SAME)
      .flatMap((one) => (one.kind === 'capture.claimed' ? (refusalOf(data.store, one) ?? []) : one))
    if (record !== undefined) return { record }
  }
  for (const { id } of trails) {
    const found = newestWithMember(data, id, sha256)
    if (found !== undefined) return { ...found, record: refusalOf(data.store, found.record) ?? found.record }
  }
  return undefined
}

function placeOf({ record, member }: { readonly record: TrailRecord; readonly member?: string }): string {
  const path = String(record.body['path'])
  return member === undefined ? path : `${member} of the data set ${path}`
}

function inWatch(watch: WatchSettings | undefined, path: string): string {
  return watch === undefined ? '' : relative(watch.path, path).split(sep).join('/')
}

/**
 * Of a folder, or what may have been one, that no record is of: what is or was recorded in it, or what it is a part
 * of. Undefined for all else: that is judged.
 */
function hintForFolder(data: Reading, settings: Settings, path: string): string | undefined {
  const stat = statSync(fsPath(path), { throwIfNoEntry: false })
  if (stat?.isDirectory() === false) return undefined
  const watch = settings.watches.find((one) => isIn(path, one.path))
  const name = inWatch(watch, path)
  const said = (member: string) =>
    watch !== undefined && data.trails.some(({ id }) => recordsOf(data, id, watch.id, member).length > 0)
  if (name !== '' && (said(name) || isMember(data, watch, name))) return undefined
  const { count, first } = recordedBelow(data.database, settings, path)
  const isGone = stat === undefined ? 'It is not on the disk. ' : ''
  if (count > 0)
    return `${isGone}${count === 1 ? 'One file or data set' : `${count} files and data sets`} in it ${count === 1 ? 'is' : 'are'} in the trail. Name one of them, e.g. ${first.join(', ')}; relay verify --data DIR --files reads them all.`
  for (let folder = dirname(name); folder !== '.' && folder !== '/'; folder = dirname(folder))
    if (said(folder)) {
      if (stat !== undefined) return `It is a part of the data set ${folder}. Name that, or a file in it.`
      throw new UnusableInput(`${path} is not on the disk, and no record of the data set ${folder} has it`)
    }
  const last = watch === undefined || name === '' ? undefined : lastBelow(data, watch.id, name)
  if (last !== undefined)
    return `${isGone}What was recorded in it is there no more: the last, ${last.record.body['path']}, stands in record ${last.record.seq} of ${last.trail}, ${last.record.kind}. Name that to see what became of it.`
  return undefined
}

/** The newest record of something that lies, or lay, in a folder. */
function lastBelow(data: Reading, watch: string, folder: string) {
  for (const { id, origin } of [...data.trails].reverse())
    for (const seq of data.store.withPathBelow(id, folder, LOOKED_AT_BELOW)) {
      const record = recordAt(data, id, seq)
      if (record.body['watch'] === watch) return { record, trail: origin }
    }
  return undefined
}

/** True if some trail has it as a file of a data set, also of one that is gone. */
function isMember(data: Reading, watch: WatchSettings | undefined, path: string): boolean {
  return (
    watch !== undefined && data.trails.some(({ id }) => lastOfMember(data, id, watch.id, path) !== undefined)
  )
}

function verdictOf(
  { store }: Reading,
  now: Pick<Verdict, 'file' | 'copy' | 'sha256'>,
  { record, sha256, member, gone }: Said,
): Verdict {
  const claim = claimOf(store, record)
  const disagreements = gone === undefined ? disagreementsIn(record.body, member) : []
  const isSame = now.sha256 !== null && now.sha256 === sha256 && gone === undefined
  const state =
    now.sha256 === null
      ? (gone ?? 'missing')
      : sha256 === null && gone === undefined
        ? 'not-read'
        : !isSame
          ? 'changed'
          : record.kind === 'capture.refused' && claim === undefined
            ? 'refused'
            : disagreements.length > 0
              ? 'disagrees'
              : 'recorded'
  const { reason } = record.body
  const hint =
    state === 'not-read'
      ? `Why it was not read: ${typeof reason === 'string' ? reason : record.kind}. The relay tries again; relay status says more.`
      : null
  return {
    ...now,
    state,
    record: shownRecord(claim ?? record, record.body, sha256, now.copy ? member : undefined),
    disagreements,
    hint,
  }
}

function disagreementsIn({ instrumentDigests }: Body, member: string | undefined): Disagreement[] {
  const claims = Array.isArray(instrumentDigests) ? instrumentDigests : []
  return (claims as unknown as readonly (Disagreement & { readonly agrees: boolean })[])
    .filter(
      ({ agrees, path, from }) => !agrees && (member === undefined || member === path || member === from),
    )
    .map(({ path, from, algorithm, digest }) => ({ path, from, algorithm, digest }))
}

/** A claim says who answers, and the refusal it answers for what was read. */
function shownRecord(
  { trail, seq, kind, time, actor }: TrailRecord,
  body: Body,
  sha256: string | null,
  member?: string,
): Verdict['record'] {
  const { missing } = body
  const incomplete =
    body['complete'] === false ? (Array.isArray(missing) ? missing.join('; ') : 'something is missing') : null
  const path = String(body['path'] ?? '')
  const by = { actor: actor.name, via: actor.via }
  return { trail, seq, kind, time, ...by, path, member: member ?? null, sha256, incomplete }
}

/** The path with its folder's links resolved; the file itself may be gone, and if it is a link it stays one. */
function realOf(file: string): string {
  const path = resolve(file)
  try {
    // A root, or a folder named by its dot, has no name of its own.
    if (basename(path) === '') return path
    return join(realpathSync.native(dirname(path)), basename(path))
  } catch {
    return path
  }
}
