import { randomBytes, randomUUID } from 'node:crypto'
import { Problem, type SettingsAct } from '@compliance-relay/shared/api'
import { openFileNotary } from '@compliance-relay/shared/keeping'
import { z } from 'zod'
import { BADGE_BYTES, BadgeRefused, checkBadge, newBadge } from './actors/badge.ts'
import { accountsLinked } from './actors/linked-names.ts'
import type { Person } from './actors/types.ts'
import type { Asker, Request } from './control.ts'
import { sealExport } from './export/seal-export.ts'
import { readSealRequest, askedReason as reason } from './export/seal-request.ts'
import { relayActor } from './new-trail.ts'
import { isOwnRecovery, readRecovery, writtenIn } from './recovery.ts'
import type { Asking, Relay } from './relay.ts'
import type { Settings } from './settings.ts'
import { settingsAfter } from './settings-acts.ts'
import {
  requirePerson,
  withNotary,
  withoutProject,
  withoutShared,
  withPerson,
  withShared,
} from './settings-edits.ts'
import { requirePlace } from './unclaimed.ts'
import { UnusableInput } from './unusable-input.ts'
import { requireApart } from './watch-places.ts'

/** The recovery file and its passphrase, given in the process that opens the data folder and never in a request file. */
interface RecoveryProof {
  readonly recoveryFile?: string | undefined
  readonly passphrase?: string | undefined
}

const recoveryProof = { recoveryFile: z.optional(z.string()), passphrase: z.optional(z.string().max(4096)) }

/** `without`: what is said where none is given. Throws `UnusableInput`. */
async function requireRecovery(
  { opened: { secrets, folder } }: Relay,
  { recoveryFile, passphrase }: RecoveryProof,
  without: string,
): Promise<void> {
  if (recoveryFile === undefined || passphrase === undefined) throw new UnusableInput(without)
  if (!(await isOwnRecovery(recoveryFile, passphrase, secrets)))
    throw new UnusableInput(`that is no recovery file of the relay in ${folder.path}, or another passphrase`)
}

/**
 * There were accounts once, and of the trail they stood in so much is lost that none of them is known: whoever can write
 * into the database could have seen to that. So the first one of the new trail takes what the last administrator's way
 * back takes.
 */
async function requireFirstAllowed(relay: Relay, proof: RecoveryProof): Promise<void> {
  const { people } = relay.opened
  if (!people.isInDoubt || people.memory.book.all().length > 0) return
  await requireRecovery(
    relay,
    proof,
    'records of the people of the trail before are lost, so nobody becomes the first administrator by being at this machine: put back a copy of the data folder, or stop the relay and name the recovery file with --recovery FILE',
  )
}

/*
 * What people at the workstation can ask of a running relay. A request says what is to be, and why; who asks is
 * the owner of its file, as the operating system has it. No request names an actor.
 */

const text = z
  .string()
  .trim()
  .min(1)
  .max(4096)
  .refine((value) => value.isWellFormed(), 'no text')

type Handler = (relay: Relay, by: Asking, args: { readonly [key: string]: unknown }) => unknown

const handlers: { readonly [command: string]: Handler } = {
  status: (relay) => {
    relay.lookAtProfiles()
    return relay.status()
  },
  unclaimed: (relay, _, args) => requirePlace(relay.unclaimed(unclaimedSchema.parse(args))),
  scan: async (relay) => {
    await relay.scanNow()
    const { trail, writer } = relay.opened
    return { trail: trail.origin, size: writer.head.size }
  },
  'project.add': (relay, by, args) => {
    const { reason: why, ...asked } = z.strictObject({ project: text, reason }).parse(args)
    return changeBy(relay, by, why, { what: 'project.add', ...asked })
  },
  'project.remove': (relay, by, args) => {
    const asked = z.strictObject({ project: text, reason }).parse(args)
    return change(relay, by, asked.reason, (settings) => withoutProject(settings, asked.project))
  },
  'watch.add': (relay, by, args) => {
    const { reason: why, ...asked } = z
      .strictObject({ ...howWatched, folder: text, project: text, reason, hints: z.optional(z.boolean()) })
      .parse(args)
    return changeBy(relay, by, why, { what: 'watch.add', ...asked })
  },
  'watch.change': (relay, by, args) => {
    const { reason: why, ...asked } = z
      .strictObject({ ...howWatched, watch: text, project: z.optional(text), reason })
      .parse(args)
    return changeBy(relay, by, why, { what: 'watch.change', ...asked })
  },
  'watch.remove': (relay, by, args) => {
    const { reason: why, ...asked } = z.strictObject({ watch: text, reason }).parse(args)
    return changeBy(relay, by, why, { what: 'watch.remove', ...asked })
  },
  'person.add': (relay, by, args) => {
    const { reason: why, ...asked } = z.strictObject({ id: text, name: text, reason }).parse(args)
    return warned(relay, asked, changeBy(relay, by, why, { what: 'person.add', ...asked }))
  },
  'person.rename': (relay, by, args) => {
    const asked = z.strictObject({ id: text, name: text, reason }).parse(args)
    const done = change(relay, by, asked.reason, (settings) =>
      withPerson(settings, { ...requirePerson(settings, asked.id), name: asked.name }),
    )
    return warned(relay, asked, done)
  },
  'person.enable': (relay, by, args) => {
    const asked = z.strictObject({ id: text, reason }).parse(args)
    return change(relay, by, asked.reason, (settings) => {
      const { disabled, ...person } = requirePerson(settings, asked.id)
      // What was written while the person did not count stays unanswered for.
      return disabled === true
        ? withPerson(settings, { ...person, since: new Date().toISOString() })
        : settings
    })
  },
  'person.disable': (relay, by, args) => {
    const asked = z.strictObject({ id: text, reason }).parse(args)
    return change(relay, by, asked.reason, (settings) => {
      const next = withPerson(settings, { ...requirePerson(settings, asked.id), disabled: true })
      return { ...next, badges: settings.badges.filter(({ person }) => person !== asked.id) }
    })
  },
  'shared.add': (relay, by, args) => {
    const asked = z.strictObject({ account: text, reason }).parse(args)
    return change(relay, by, asked.reason, (settings) => withShared(settings, asked.account))
  },
  'shared.remove': (relay, by, args) => {
    const asked = z.strictObject({ account: text, reason }).parse(args)
    return change(relay, by, asked.reason, (settings) => withoutShared(settings, asked.account))
  },
  'notary.set': async (relay, by, args) => {
    const asked = z.strictObject({ folder: text, reason, ...recoveryProof }).parse(args)
    // Whoever can write into the database can have seen to it that this is open.
    await requireRecovery(
      relay,
      asked,
      'nobody says which notary is the one of this relay by being at this machine: stop the relay, and run relay notary set with its recovery file',
    )
    const identity = await (await openFileNotary(asked.folder)).identity()
    return change(relay, by, asked.reason, (settings) => {
      const next = withNotary(settings, asked.folder, identity)
      requireApart(relay.actPlace().dataFolder, asked.folder, next)
      return next
    })
  },
  'badge.new': async (relay, by, args) => {
    const asked = z.strictObject({ id: text, reason }).parse(args)
    const badge = newBadge(new Uint8Array(randomBytes(BADGE_BYTES)))
    const result = await change(relay, by, asked.reason, (settings) => {
      const { disabled, name } = requirePerson(settings, asked.id)
      if (disabled === true) throw new UnusableInput(`${name} is disabled: relay person enable ${asked.id}`)
      const others = settings.badges.filter(({ person }) => person !== asked.id)
      return { ...settings, badges: [...others, { person: asked.id, hash: badge.hash }] }
    })
    return { ...result, code: badge.code }
  },
  'badge.in': async (relay, by, args) => {
    const { code } = z.strictObject({ code: z.string().max(200) }).parse(args)
    const person = badgeOf(relay, by, code)
    await relay.badges.set(person.id, randomUUID(), { by: by.evidence })
    return { person: person.name }
  },
  'badge.out': async (relay, by) => {
    await relay.badges.set(undefined, randomUUID(), { by: by.evidence })
    return {}
  },
  'account.first': async (relay, by, args) => {
    const { id, name, ...proof } = z.strictObject({ id: text, name: text, ...recoveryProof }).parse(args)
    const people = requirePeople(relay)
    await requireFirstAllowed(relay, proof)
    try {
      return { code: await people.addFirst(by.actor ?? relayActor(relay.relayName), { id, name }) }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw new UnusableInput(
        error.code === 'forbidden'
          ? 'there are accounts already: an administrator adds the next, relay account add'
          : error.message,
      )
    }
  },
  'account.recover': (relay, by, args) => {
    const asked = z.strictObject({ id: text, second: z.optional(text), reason: text }).parse(args)
    const people = requirePeople(relay)
    try {
      const { id, second, reason: why } = asked
      const actor = by.actor ?? relayActor(relay.relayName)
      const ticket = people.recovery.begin(actor, { id, second, reason: why, by: by.evidence })
      const http = relay.http
      return { ticket, port: http?.state === 'listening' ? http.port : null }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw new UnusableInput(error.message)
    }
  },
  'identity.secret': async (relay, by, args) => {
    const { set, reason: why } = z.strictObject({ set: z.boolean(), reason }).parse(args)
    const actor = by.actor ?? relayActor(relay.relayName)
    const body = { set, reason: why, by: by.evidence }
    const time = () => new Date().toISOString()
    const seq = await relay.recorder.record(() => ({ kind: 'identity.secret', actor, time: time(), body }))
    return { seq }
  },
  'export.stamp': async (relay) => ({ says: (await relay.stampNow()) ?? null }),
  'export.seal': async (relay, by, args) => {
    const actor = by.actor ?? relayActor(relay.relayName)
    return sealExport(relay, readSealRequest(args), actor, by.evidence)
  },
  'recovery.written': async (relay, by, args) => {
    const asked = recoverySchema.parse(args)
    if (asked.file === relay.opened.folder.recovery) {
      const bytes = readRecovery(asked.file)
      if (bytes === undefined || writtenIn(bytes).sha256 !== asked.sha256)
        throw new UnusableInput(`${asked.file} is not the file that is said to have been written`)
    }
    const { leftOut, ...writing } = asked
    const seq = await inPlainWords(
      relay.recordRecovery({ ...writing, ...(leftOut === undefined ? {} : { leftOut }) }, by),
    )
    const files = relay.people?.recoveryFiles
    const waits = files?.onRecord().waiting.findLast(({ sha256 }) => sha256 === asked.sha256)
    const countsFrom = waits === undefined ? null : new Date(waits.from).toISOString()
    const canBeConfirmed = files?.canBeConfirmed(asked.sha256) ?? false
    return { seq, recoveryBehind: relay.recoveryBehind, countsFrom, canBeConfirmed }
  },
}

/** What people are refused by a `Problem` is said by its sentence where it was asked for by a file. */
async function inPlainWords<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Problem) throw new UnusableInput(error.message)
    throw error
  }
}

/** Throws `UnusableInput` while nobody can sign in. */
function requirePeople({ people, opened }: Relay): NonNullable<Relay['people']> {
  if (people !== undefined) return people
  throw new UnusableInput(`nobody can have an account here: ${opened.people.fault ?? '?'}`)
}

const unclaimedSchema = z.strictObject({ limit: z.int().min(1).max(10_000), after: z.optional(text) })
const howWatched = {
  profile: z.optional(text),
  device: z.optional(text),
  quietSeconds: z.optional(z.int()),
}
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const keyNames = z.array(z.string().regex(/^[a-z0-9.-]{1,100}$/)).max(100)
const recoverySchema = z.strictObject({
  file: text,
  keys: keyNames,
  sha256,
  how: z.enum(['made', 'renewed', 'replaced']),
  before: z.nullable(z.strictObject({ sha256, kept: text })),
  leftOut: z.optional(keyNames),
  reason,
})

/** Whose badge it is. One that signs nobody in is a record, of who asked and, if that can be told, whose it is. */
function badgeOf(relay: Relay, by: Asking, code: string): Person {
  try {
    return checkBadge(code, relay.settings)
  } catch (error) {
    if (error instanceof BadgeRefused) relay.badges.refuse(error, by.evidence)
    throw error
  }
}

export async function handleRequest(relay: Relay, request: Request, asker: Asker): Promise<unknown> {
  const handler = Object.hasOwn(handlers, request.command) ? handlers[request.command] : undefined
  if (handler === undefined) throw new UnusableInput(`there is no request "${request.command}"`)
  try {
    return await handler(relay, whoAsks(relay, asker), request.arguments)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const [issue] = error.issues
    throw new UnusableInput(`${issue?.path.join('.') ?? 'request'}: ${issue?.message ?? 'not as expected'}`)
  }
}

/** The account that owns the request. A person if it stands for one; else the relay says what account it was. */
function whoAsks(relay: Relay, asker: Asker): Asking {
  const { account, person } = relay.whoIs(asker)
  const evidence = { account: account?.name ?? null, owner: account?.id ?? `uid:${asker.uid}` }
  if (person === undefined) return { evidence }
  return { actor: { id: person.id, name: person.name, via: 'os-account' }, evidence }
}

async function change(relay: Relay, by: Asking, why: string, make: (settings: Settings) => Settings) {
  const seq = await relay.changeSettings(make, why, by)
  return { seq, settings: relay.settings }
}

/** With what is to be thought over of a person and the accounts of the relay. */
async function warned<Result>(
  { people }: Relay,
  person: { readonly id: string; readonly name: string },
  done: Promise<Result>,
): Promise<Result & { readonly warnings: readonly string[] }> {
  return { ...(await done), warnings: accountsLinked(person, people?.accounts() ?? []) }
}

function changeBy(relay: Relay, by: Asking, why: string, act: SettingsAct) {
  return change(relay, by, why, (settings) => settingsAfter(settings, act, relay.actPlace()))
}
