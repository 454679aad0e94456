import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  BAGIT,
  readFingerprints,
  type StampToVerify,
  TIME_STAMP_BYTES_MAX,
  type Trust,
  type VerifiedStamps,
  verifyStamps,
} from '@compliance-relay/shared/bag'
import {
  base64,
  type Checkpoint,
  FormatError,
  fromHex,
  type GivenCheckpoint,
  macKey,
  type Policy,
  parseCheckpoint,
  parsePolicy,
  printable,
  type Report,
  sentenceOf,
  utf8,
  type VerifyOptions,
  verifyTrail,
  verifyTrailStream,
} from '@compliance-relay/shared/trail'
import { ownPolicyText } from './check-trail.ts'
import { noBagIn } from './folder-bag.ts'
import { printReport } from './print-report.ts'
import { readPlainFile } from './read-plain-file.ts'
import { whyUnreadable } from './system-faults.ts'
import { type TemporaryLeafStore, temporaryLeafStore } from './temporary-leaf-store.ts'
import { givenAnchors } from './time-stamps/given-anchors.ts'
import { stampsText } from './time-stamps/stamps-to-verify.ts'
import { UnusableInput } from './unusable-input.ts'
import { isFolder, verifyBagCommand } from './verify-bag-command.ts'

export const verifyHelp = `relay verify FILE.jsonl [--key HEX | --key-file FILE] [--checkpoint FILE]
             [--policy FILE | --trail-key LINE] [--tsa-cert FILE] [--json]
      Checks a trail, one entry a line ("-" reads standard input), and prints what is wrong with it:
      the first 1,000 findings of each code, and the number of the rest. Without a key or a
      checkpoint nothing vouches for it, and the exit code is 2.
      --key HEX          the trail's MAC key, 64 hexadecimal digits; repeat it for keys that were
                         not derived from the one before. Other programs can see it: prefer
                         --key-file
      --checkpoint FILE  a checkpoint that must hold; repeat it for more. Needs --policy or
                         --trail-key. Of a relay at work print it before the trail: one that was
                         made after it knows of more records
      --policy FILE      whose signatures to trust (C2SP tlog-policy). Get it from outside the trail
      --trail-key LINE   instead of a policy: the key line that relay init printed, kept elsewhere
      --tsa-cert FILE    whose time stamps to trust (certificates, PEM): of each N.checkpoint given,
                         N.tsr beside it is checked, and shows by when its records were there
      --json             the report as JSON
  relay verify EXPORT.zip (--policy FILE | --trail-key LINE | --fingerprint DIGITS)
             [--checkpoint FILE] [--tsa-cert FILE] [--json]
      Checks a sealed export: that it is whole, that the relay sealed it, and every record in it. It
      may be unpacked: then name the folder with bagit.txt in it.
      --fingerprint      of a key in it, as relay keys printed it; repeat it if it has more than one
                         key
      --checkpoint FILE  a newer checkpoint than the export's, if you have one: it is checked that
                         the export agrees with it. One that ends before it has the finding
                         bag-older, also where the relay only went on since
  relay verify --data DIR [--files] [--tsa-cert FILE] [--json]
      Verifies every trail of a data folder, the copies people search, what the relay remembers of
      files, and what the notary holds. A trail that was left, for example after an older copy was
      put back, keeps its findings for good, and the new trail names it: no command takes a finding
      back.
      --files            reads every file in the watched folders, too, and compares each with its
                         last record. What a relay at work need not have recorded yet is a notice
      Example: relay verify --data /var/lib/relay`

export interface VerifyArguments {
  readonly files: readonly string[]
  readonly key: readonly string[]
  readonly 'key-file': readonly string[]
  readonly checkpoint: readonly string[]
  readonly policy?: string | undefined
  readonly 'trail-key'?: string | undefined
  readonly fingerprint: readonly string[]
  readonly 'tsa-cert'?: string | undefined
  readonly json: boolean
}

export interface Output {
  readonly write: (text: string) => void
}

/** A file is read in pieces of this size. */
const PIECE_BYTES = 1 << 20

/**
 * `relay verify`. Returns 0 if nothing was found, 1 if something was. Throws `UnusableInput`, also after the report if
 * neither a key nor a checkpoint was given: whoever edits a trail writes its links anew.
 */
export async function verifyCommand(args: VerifyArguments, out: Output): Promise<number> {
  const [file, ...more] = args.files
  if (file === undefined)
    throw new UnusableInput(
      'name the trail to verify: relay verify FILE.jsonl, or relay verify --data DIR for a whole data folder',
    )
  if (more.length > 0) throw new UnusableInput(`one trail at a time, not ${args.files.length}`)
  if (isFolder(file) && !existsSync(join(file, BAGIT))) throw noBagIn(file)
  if (isZip(file) || isFolder(file)) return verifyZip(file, args, out)
  if (file !== '-' && firstBytes(file, 0) === undefined) await readBytes(file)
  if (args.fingerprint.length > 0)
    throw new UnusableInput(
      '--fingerprint is for an export, FILE.zip: a trail is verified with --policy or --trail-key',
    )
  const options = await readOptions(args)
  const anchors = await givenAnchors(args['tsa-cert'])
  requireLines(file)
  const report = await verifyInLittleMemory(file, options)
  // Where a checkpoint says that there was a trail, its absence is a finding and not a mistake of the caller.
  const expected = args.checkpoint.length > 0
  if (report.lines === 0 && !expected)
    throw new UnusableInput(`${nameOf(file)} is empty: there is no trail in it`)
  if (report.entries === 0 && !expected) {
    const [first] = report.findings
    throw new UnusableInput(
      `${nameOf(file)} is not a trail: no line of it is an entry (${first === undefined ? 'nothing' : sentenceOf(first.code)})`,
    )
  }
  const stamps = await verifyStamps(stampsBeside(options.checkpoints ?? [], report), anchors)
  const keyed = (options.keys ?? []).length > 0
  const said = { keyed, vouched: keyed || expected, goesOn: stamps.findings.length > 0 }
  out.write(
    args.json ? jsonOf(file, report, stamps) : `${printReport(file, report, said)}${stampsText(stamps)}`,
  )
  if (report.findings.length + stamps.findings.length > 0) return 1
  if (!keyed && !expected)
    throw new UnusableInput(
      'without a key or a checkpoint nothing vouches for this trail: --key-file FILE, or --checkpoint FILE with --trail-key LINE',
    )
  return 0
}

/** Time stamps in the files beside checkpoints that hold; one beside a checkpoint that does not shows nothing. */
function* stampsBeside(given: readonly GivenCheckpoint[], { findings }: Report): Generator<StampToVerify> {
  for (const { name, bytes } of given) {
    if (!name.endsWith('.checkpoint') || findings.some(({ checkpoint }) => checkpoint === name)) continue
    const file = name.replace(/checkpoint$/, 'tsr')
    if (!existsSync(file)) continue
    const read = readPlainFile(file, TIME_STAMP_BYTES_MAX)
    // What is larger, or no file, is no time stamp.
    const stamp = read.kind === 'read' ? read.bytes : new Uint8Array(0)
    yield { name: file, size: readCheckpoint(name, bytes).size, stamp, note: bytes }
  }
}

/** A zip says so in its first bytes; of standard input nothing is known yet. */
function isZip(file: string): boolean {
  return file !== '-' && firstBytes(file, 4)?.toString('latin1') === 'PK\x03\x04'
}

async function verifyZip(file: string, args: VerifyArguments, out: Output): Promise<number> {
  if (args.key.length + args['key-file'].length > 0)
    throw new UnusableInput('an export is checked without the key of the chain: leave --key out')
  const newest: Checkpoint[] = []
  for (const name of args.checkpoint) newest.push(readCheckpoint(name, await readBytes(name)))
  return verifyBagCommand(
    file,
    { trust: await trustOf(args), newest, timeStamps: await givenAnchors(args['tsa-cert']), json: args.json },
    out,
  )
}

/** Whose word counts for an export: said from outside of it, in one way. Throws `UnusableInput`. */
export async function trustOf(
  args: Pick<VerifyArguments, 'policy' | 'trail-key' | 'fingerprint'>,
): Promise<Trust> {
  const line = args['trail-key']
  const given = [args.policy, line, args.fingerprint.length > 0 ? '' : undefined].filter(
    (one) => one !== undefined,
  )
  if (given.length !== 1)
    throw new UnusableInput(
      'say whose word counts, in one of three ways: --policy FILE, --trail-key LINE, or --fingerprint for each key (relay keys prints them); it has to come from outside of the export',
    )
  for (const one of args.fingerprint)
    if (readFingerprints(one)?.length !== 1)
      throw new UnusableInput(
        'a fingerprint is 64 hexadecimal digits, as relay keys prints it; with the spaces it goes in quotes',
      )
  return args.policy !== undefined
    ? { policy: readPolicy(args.policy, await readBytes(args.policy)) }
    : line !== undefined
      ? { policy: readPolicy('--trail-key', utf8(ownPolicyText(line.trim()))) }
      : { fingerprints: args.fingerprint }
}

function readCheckpoint(name: string, bytes: Uint8Array): Checkpoint {
  try {
    return parseCheckpoint(bytes)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new UnusableInput(`${name} is no checkpoint: ${error.message}`)
  }
}

function firstBytes(file: string, count: number): Buffer | undefined {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const bytes = Buffer.alloc(count)
      return bytes.subarray(0, readSync(descriptor, bytes))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}

/** `relay trail --json` prints one object for programs; what is sealed are the lines. Of standard input it shows later. */
function requireLines(file: string): void {
  if (file === '-') return
  if (/^\{\s*"trail":/.test(firstBytes(file, 12)?.toString('latin1') ?? ''))
    throw new UnusableInput(
      `${file} is what relay trail --json prints: without --json it prints the lines that are verified`,
    )
}

/** Leaf hashes go to a temporary file if one can be made, else they stay in memory: 32 bytes an entry. */
async function verifyInLittleMemory(file: string, options: VerifyOptions): Promise<Report> {
  const store = tryTemporaryLeafStore()
  if (store === undefined) return verifyFile(file, options)
  try {
    return await verifyFile(file, { ...options, leaves: store.leaves })
  } finally {
    store.close()
  }
}

function tryTemporaryLeafStore(): TemporaryLeafStore | undefined {
  try {
    return temporaryLeafStore()
  } catch {
    return undefined
  }
}

async function verifyFile(file: string, options: VerifyOptions): Promise<Report> {
  if (file === '-') return verifyTrailStream(process.stdin, options)
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    throw unreadable(file, error)
  }
  try {
    return verifyTrail(piecesOf(file, descriptor), options)
  } finally {
    closeSync(descriptor)
  }
}

/** The bytes of a file, piece by piece in one buffer: a stream would make a new one for each. */
function* piecesOf(file: string, descriptor: number): Generator<Uint8Array> {
  const buffer = new Uint8Array(PIECE_BYTES)
  for (;;) {
    let size: number
    try {
      size = readSync(descriptor, buffer)
    } catch (error) {
      throw unreadable(file, error)
    }
    if (size === 0) return
    yield buffer.subarray(0, size)
  }
}

async function readOptions(args: VerifyArguments): Promise<VerifyOptions> {
  const line = args['trail-key']
  if (line !== undefined && args.policy !== undefined)
    throw new UnusableInput('--policy or --trail-key, not both: each says whose signatures to trust')
  const trusted = args.policy !== undefined || line !== undefined
  if (trusted && args.checkpoint.length === 0)
    throw new UnusableInput(
      `--checkpoint is missing: ${line === undefined ? '--policy' : '--trail-key'} says whose signature on it counts, and alone vouches for nothing; relay checkpoint prints one`,
    )
  if (args.checkpoint.length > 0 && !trusted)
    throw new UnusableInput(
      '--policy or --trail-key is missing: a checkpoint says nothing unless it is known whose signature counts',
    )
  const keyTexts = [...args.key]
  for (const file of args['key-file']) keyTexts.push((await readBytes(file)).toString('latin1').trim())
  const keys = keyTexts.map((text) => macKey(parseKey(text)))
  const checkpoints: GivenCheckpoint[] = []
  for (const name of args.checkpoint) checkpoints.push({ name, bytes: await readBytes(name) })
  return {
    keys,
    checkpoints,
    ...(args.policy === undefined ? {} : { policy: readPolicy(args.policy, await readBytes(args.policy)) }),
    ...(line === undefined ? {} : { policy: readPolicy('--trail-key', utf8(ownPolicyText(line.trim()))) }),
  }
}

function parseKey(text: string): Uint8Array {
  try {
    return fromHex(text, 32)
  } catch {
    // The text is not shown: it may be a secret with a typing error.
    throw new UnusableInput('a key is 64 lower-case hexadecimal digits')
  }
}

function readPolicy(file: string, bytes: Uint8Array): Policy {
  try {
    return parsePolicy(bytes)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new UnusableInput(`${file} is not a policy: ${error.message}`)
  }
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw unreadable(file, error)
  }
}

function unreadable(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  return new UnusableInput(`cannot read ${nameOf(file)}: ${whyUnreadable(error)}`, { cause: error })
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file
}

function jsonOf(file: string, report: Report, timeStamps: VerifiedStamps): string {
  const text = JSON.stringify({ file, ...report, root: base64(report.root), timeStamps }, null, 2)
  // Other people's text stands inside strings only, where an escape changes nothing.
  return `${text.split('\n').map(printable).join('\n')}\n`
}
