import { equalBytes, fromDecimal, fromUtf8, hasControl } from './bytes.ts'
import type { Checkpoint } from './checkpoint.ts'
import { checkCosignature } from './cosignature.ts'
import { FormatError, shown } from './format-error.ts'
import { checkNote } from './note.ts'
import { type KeyType, parseVkey, type Verifier } from './vkey.ts'

/** Names and lines a policy may have: above what C2SP tlog-policy asks a reader to take. */
const POLICY_BYTES_MAX = 65_536

export interface PolicyWitness {
  /** Name inside the policy; the key's own name is `verifier.name`. */
  readonly name: string
  readonly verifier: Verifier
  readonly url?: string
}

export interface PolicyLog {
  readonly verifier: Verifier
  readonly url?: string
}

/** At least `threshold` of `members`, each the name of a witness or of a group above. */
export interface PolicyGroup {
  readonly name: string
  readonly threshold: number
  readonly members: readonly string[]
}

/** Whose word a verifier takes (C2SP tlog-policy). It comes from outside: never from the data it judges. */
export interface Policy {
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  readonly groups: readonly PolicyGroup[]
  /** Name of a witness or group, or `none`. */
  readonly quorum: string
}

/** Reads a policy file. Throws `FormatError`: `policy-form` with the line, or what is wrong with a vkey. */
export function parsePolicy(bytes: Uint8Array): Policy {
  if (bytes.length > POLICY_BYTES_MAX) refuse(`at most ${POLICY_BYTES_MAX} bytes`, String(bytes.length))
  const text = fromUtf8(bytes)
  if (!text.endsWith('\n')) refuse('a final newline', 'none')
  const draft = { logs: [], witnesses: [], groups: [], quorum: undefined, used: new Set<string>() } as Draft
  for (const [i, line] of text.slice(0, -1).split('\n').entries()) {
    if (hasControl(line, '\t') || line.includes('\u007f'))
      refuse('no control character but tab', `one in line ${i + 1}`)
    const words = line.split(/[ \t]+/).filter((word) => word !== '')
    if (words[0] === undefined || words[0].startsWith('#')) continue
    readLine(draft, words, `line ${i + 1}: ${shown(line, 120)}`)
  }
  const { logs, witnesses, groups, quorum } = draft
  if (quorum === undefined) return refuse('one quorum line', 'none')
  return { logs, witnesses, groups, quorum }
}

interface Draft {
  readonly logs: PolicyLog[]
  readonly witnesses: PolicyWitness[]
  readonly groups: PolicyGroup[]
  quorum: string | undefined
  /** Names that are a member of some group: a witness counts in one way only. */
  readonly used: Set<string>
}

function readLine(draft: Draft, [keyword, ...words]: readonly string[], where: string): void {
  const [first, second, third, ...rest] = words
  switch (keyword) {
    case 'log': {
      if (first === undefined || words.length > 2) return refuse('log <vkey> [<url>]', where)
      draft.logs.push({ verifier: newKey(first, 'note', draft, where), ...urlOf(second) })
      return
    }
    case 'witness': {
      if (first === undefined || second === undefined || rest.length > 0) {
        return refuse('witness <name> <vkey> [<url>]', where)
      }
      const verifier = newKey(second, 'cosignature', draft, where)
      draft.witnesses.push({ name: newName(draft, first, where), verifier, ...urlOf(third) })
      return
    }
    case 'group': {
      const members = words.slice(2)
      if (first === undefined || second === undefined || members.length === 0) {
        return refuse('group <name> <k|any|all> <name>…', where)
      }
      for (const member of members) {
        if (!isDefined(draft, member)) refuse('members defined above', where)
        if (draft.used.has(member)) refuse('each name in one group only', where)
        draft.used.add(member)
      }
      draft.groups.push({
        name: newName(draft, first, where),
        threshold: threshold(second, members.length, where),
        members,
      })
      return
    }
    case 'quorum': {
      if (first === undefined || words.length > 1 || draft.quorum !== undefined)
        return refuse('one quorum <name>', where)
      if (first !== 'none' && !isDefined(draft, first)) refuse('a name defined above', where)
      draft.quorum = first
      return
    }
    default:
      refuse('log, witness, group or quorum', where)
  }
}

// C2SP asks for each public key once among logs and once among witnesses. Here one key has one role.
function newKey(vkey: string, type: KeyType, { logs, witnesses }: Draft, where: string): Verifier {
  const verifier = parseVkey(vkey)
  if (verifier.type !== type) throw new FormatError('key-type', `a key for ${type}s`, where)
  if ([...logs, ...witnesses].some((one) => equalBytes(one.verifier.key, verifier.key))) {
    refuse('each public key once', where)
  }
  return verifier
}

function newName(draft: Draft, name: string, where: string): string {
  if (name === 'none' || isDefined(draft, name)) refuse('a new name', where)
  return name
}

function isDefined(draft: Draft, name: string): boolean {
  return [...draft.witnesses, ...draft.groups].some((one) => one.name === name)
}

function threshold(text: string, members: number, where: string): number {
  if (text === 'any') return 1
  if (text === 'all') return members
  const k = fromDecimal(text)
  if (k === undefined || k < 1 || k > members) return refuse(`a threshold from 1 to ${members}`, where)
  return k
}

function urlOf(url: string | undefined): { readonly url?: string } {
  return url === undefined ? {} : { url }
}

function refuse(expected: string, found: string): never {
  throw new FormatError('policy-form', expected, found)
}

/** What a policy makes of a checkpoint. */
export interface PolicyVerdict {
  /** `good`: signed by a listed log of this origin, and none of its listed keys' lines fails. */
  readonly log: 'good' | 'bad' | 'absent' | 'unknown-origin'
  /** Witnesses whose cosignature is good, each with its time in POSIX seconds. */
  readonly witnessed: readonly { readonly name: string; readonly seconds: number }[]
  /** Listed witnesses whose line does not verify. */
  readonly bad: readonly string[]
  readonly quorum: boolean
}

/** Checks a checkpoint's signatures against a policy. The tree itself is not looked at. */
export function judgeCheckpoint(checkpoint: Checkpoint, policy: Policy): PolicyVerdict {
  const logs = policy.logs.filter((log) => log.verifier.name === checkpoint.origin)
  const states = logs.map((log) => checkNote(checkpoint.note, log.verifier))
  const checks = policy.witnesses.map(({ name, verifier }) => ({
    name,
    ...checkCosignature(checkpoint, verifier),
  }))
  const witnessed = checks.flatMap(({ name, seconds }) => (seconds === undefined ? [] : [{ name, seconds }]))
  return {
    log:
      logs.length === 0
        ? 'unknown-origin'
        : states.includes('bad')
          ? 'bad'
          : states.includes('good')
            ? 'good'
            : 'absent',
    witnessed,
    bad: checks.filter((check) => check.state === 'bad').map((check) => check.name),
    quorum: hasQuorum(policy, new Set(witnessed.map((one) => one.name))),
  }
}

/** Whether these witnesses satisfy the policy's quorum. Groups stand in order, so one pass settles them. */
function hasQuorum(policy: Policy, witnessed: ReadonlySet<string>): boolean {
  const satisfied = new Set(witnessed)
  for (const { name, threshold: k, members } of policy.groups) {
    if (members.filter((member) => satisfied.has(member)).length >= k) satisfied.add(name)
  }
  return policy.quorum === 'none' || satisfied.has(policy.quorum)
}
