import { type Draft, type MacKey, readEntry, SealedLines, type Value } from '@compliance-relay/shared/trail'
import { relayActor } from './new-trail.ts'
import { MENDED_MAX } from './people/former-people.ts'
import { readNote, settingsDigest } from './sealed-note.ts'
import { parseSettings, type Settings } from './settings.ts'
import { changesBetween, inParts, type SettingsChange, withChanges } from './settings-changes.ts'
import type { HostStore } from './sqlite/host-store.ts'
import type { StoredTrail } from './sqlite/trail-store.ts'
import type { TrailAuthority } from './trail-authority.ts'
import { UnusableInput } from './unusable-input.ts'

/** The settings that a start goes by, and what vouches for them. */
export interface SealedSettings {
  readonly settings: Settings
  /** The same, as sealed lines or the sealed note have them; undefined where those make none. */
  readonly recorded: Settings | undefined
  /** No record before this one can have set them otherwise; where one from there on is lost, it may have. */
  readonly sureUntil: number
}

/** What of a data folder says which settings are in force. */
export interface SettingsSources {
  readonly host: HostStore
  /** The newest. */
  readonly trail: StoredTrail
  /** Its key. */
  readonly mac: MacKey
  /** Those that were left, oldest first, and which lines of them are believed. */
  readonly left: readonly StoredTrail[]
  readonly authority: TrailAuthority
}

/**
 * The settings that a start goes by: of lines that are sealed, and of no other, for they say which notary is asked and
 * who counts as a person. Where some of these are lost, the note of the last commit says whether what is left of them, or
 * the working copy, is what was in force. If nothing does, without the copy nothing would be watched: then it says what
 * is, and neither who is a person nor which notary is asked: where no sealed line of any trail names that, it is in doubt.
 */
export function sealedSettings(sources: SettingsSources): SealedSettings {
  const { host, trail, mac } = sources
  const said = sealedChanges(host, trail, mac)
  const note = readNote(mac, trail.origin, host.note())
  if (note !== undefined) {
    const before = said.filter(({ seq }) => seq < note.size)
    const noted = [folded(before), tryRead(() => copyOfSettings(host))].find(
      (one) => one !== undefined && settingsDigest(one) === note.settings,
    )
    const recorded = noted && folded(said.slice(before.length), noted)
    if (recorded !== undefined) return { settings: recorded, recorded, sureUntil: note.size }
  }
  const recorded = folded(said)
  if (recorded !== undefined) return { settings: recorded, recorded, sureUntil: 0 }
  const changes = said.flatMap((one) => one.changes)
  const rest = withChanges(copyOfSettings(host), changes)
  const notary = notaryIn(said) ?? notaryBefore(sources) ?? { ...rest.notary, isInDoubt: true }
  const settings = nameless({ ...rest, ...namesIn(trail), notary })
  return { settings, recorded: undefined, sureUntil: 0 }
}

/** Settings by which nobody is named. */
export function nameless(settings: Settings): Settings {
  return { ...settings, persons: [], badges: [] }
}

interface SaidChanges {
  readonly seq: number
  readonly changes: readonly SettingsChange[]
}

function folded(said: readonly SaidChanges[], before?: Settings): Settings | undefined {
  const changes = said.flatMap((one) => one.changes)
  if (changes.length === 0) return before
  return tryRead(() => withChanges(before, changes))
}

function notaryIn(said: readonly SaidChanges[]): Settings['notary'] | undefined {
  const last = said.flatMap(({ changes }) => changes).findLast(({ field }) => field === 'notary')
  return last?.after as Settings['notary'] | undefined
}

/**
 * As the newest trail before has it that says so, whose lines are what they were. One of which a line is not: it may have
 * said otherwise, and then nothing older counts.
 */
function notaryBefore({ host, left, authority }: SettingsSources): Settings['notary'] | undefined {
  for (const { id } of left.toReversed()) {
    const said = host.settingsLines(id).map(({ seq, line }) => {
      const record = authority.record(id, seq, line)
      return { seq, changes: record && (record.kind === 'settings.changed' ? changesIn(record) : []) }
    })
    if (said.some(({ changes }) => changes === undefined)) return undefined
    const notary = notaryIn(said.map(({ seq, changes = [] }) => ({ seq, changes })))
    if (notary !== undefined) return notary
  }
  return undefined
}

/** A trail's name has the relay's in it, and its key is found by it. */
function namesIn({ origin }: StoredTrail): Pick<Settings, 'org' | 'name'> {
  const [, org = '', name = ''] = /^(.*)\/t\/(.*)\/[^/]*$/.exec(origin) ?? []
  return { org, name }
}

/** Of a line that may be damaged: then the verifier says so, not the reader of settings. */
export function tryRead<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/**
 * The settings as the trail's records make them, for who shows them and verifies nothing. In a damaged trail they may
 * not be readable: then the working copy is taken; `relay verify` tells where the two differ.
 */
export function readSettings(host: HostStore, trail: StoredTrail): Settings {
  // The verification that follows says what is wrong with the trail.
  return tryRead(() => settingsOfTrail(host, trail)) ?? copyOfSettings(host)
}

function copyOfSettings(host: HostStore): Settings {
  let copy: unknown
  try {
    copy = host.settings()
  } catch {
    throw new UnusableInput(
      'neither the records of the settings nor the copy of them can be read: put the database back from a copy',
    )
  }
  if (copy === undefined)
    throw new UnusableInput('the trail has no settings: its set-up did not come to an end')
  return parseSettings(copy)
}

/** With a key, of lines that are sealed under it; a byte that fell over is no other setting. */
export function settingsOfTrail(host: HostStore, trail: StoredTrail, mac?: MacKey): Settings | undefined {
  const said = mac === undefined ? changesAsRead(host, trail) : sealedChanges(host, trail, mac)
  const changes = said.flatMap((one) => one.changes)
  return changes.length === 0 ? undefined : withChanges(undefined, changes)
}

function sealedChanges(host: HostStore, trail: StoredTrail, mac: MacKey): readonly SaidChanges[] {
  const sealed = new SealedLines(trail.origin, mac)
  // Each takes a second: more of them are no bit that fell over, and files wait for the start.
  let tried = 0
  const mended = (seq: number, line: Uint8Array) =>
    tried++ < MENDED_MAX ? sealed.mendedRecord(seq, line) : undefined
  return host.settingsLines(trail.id).flatMap(({ seq, line }) => {
    const record = sealed.record(seq, line) ?? mended(seq, line)
    return record?.kind === 'settings.changed' ? [{ seq, changes: changesIn(record) }] : []
  })
}

function changesAsRead(host: HostStore, trail: StoredTrail): readonly SaidChanges[] {
  return host.settingsLines(trail.id).flatMap(({ seq, line }) => {
    const { record } = readEntry(line)
    return record.kind === 'settings.changed' ? [{ seq, changes: changesIn(record) }] : []
  })
}

function changesIn({ body }: Pick<Draft, 'body'>): readonly SettingsChange[] {
  return body['changes'] as unknown as SettingsChange[]
}

/** Changes of settings in one record: beside them stand a reason and who asked, of some kilobytes at most. */
export const CHANGES_BYTES_MAX = 40_000

/** The records of settings where there were none: in as many parts as it takes. */
export function settingsDrafts(settings: Settings, reason: string, wall: number): Draft[] {
  return inParts(changesBetween(undefined, settings), CHANGES_BYTES_MAX).map((changes) => ({
    kind: 'settings.changed',
    actor: relayActor(settings.name),
    time: new Date(wall).toISOString(),
    body: { changes: changes as unknown as Value, reason },
  }))
}
