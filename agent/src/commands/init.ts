import { randomBytes } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Problem } from '@compliance-relay/shared/api'
import {
  createFileNotary,
  type FileNotary,
  firstAccount,
  NotaryUnreachable,
  openFileNotary,
  requireUsablePassphrase,
} from '@compliance-relay/shared/relay'
import { Frontier } from '@compliance-relay/shared/trail'
import { knownHere } from '../actors/account-known.ts'
import { requireSoundRules } from '../actors/account-rules.ts'
import { enrolmentWarnings, NOBODY_ENROLLED } from '../actors/enrolment-warnings.ts'
import { parsePersonOption } from '../actors/person-option.ts'
import { type DataFolder, dataFolder, hasDatabase } from '../data-folder.ts'
import { loadAllProfiles } from '../instruments/load-profiles.ts'
import { makeFolder } from '../make-folder.ts'
import { type OpenedTrail, openNewTrail, relayActor, trailNameOf } from '../new-trail.ts'
import { newPepper, peopleOpenedDraft, pepperIdOf } from '../people/opened-people.ts'
import { Publisher } from '../publisher.ts'
import { settingsDrafts } from '../recorded-settings.ts'
import { allSecrets, recoveryDraft, writeRecovery } from '../recovery.ts'
import { sealedNote, settingsDigest } from '../sealed-note.ts'
import { hasKeyPlace, keyPlaceOf, openOrCreateSecrets } from '../secrets.ts'
import { IGNORED_BY_DEFAULT, parseSettings, QUIET_SECONDS, type Settings } from '../settings.ts'
import { requireProfile } from '../settings-edits.ts'
import { openDatabase, openForReading } from '../sqlite/database.ts'
import { HostStore } from '../sqlite/host-store.ts'
import { TrailStore } from '../sqlite/trail-store.ts'
import { takeWriterLock } from '../sqlite/writer-lock.ts'
import { timestamp } from '../time-text.ts'
import { UnusableInput } from '../unusable-input.ts'
import { requireApart, requireWatchable } from '../watch-places.ts'
import { jsonText, type Output, parseOptions, required, wholeNumber } from './options.ts'
import { newPassphrase, readPassphrase } from './passphrase.ts'
import { whereTyped } from './typed-next.ts'
import { wrapped } from './wrapped.ts'

export const initHelp = `relay init --data DIR --org lab.example --name ws-nmr-01 --project P-17 --watch FOLDER
           [--profile ID] [--device NAME] [--quiet SECONDS] [--no-hints]
           [--person OSUSER="Full Name"] [--shared OSUSER] [--order file-owner,badge,os-session]
           [--notary FOLDER] [--admin ID="Full Name"] [--keys files|keystore]
           [--passphrase-file FILE] [--json]
      Sets up a relay: its keys, its trail, its notary folder, and what it watches.
      --data DIR         the new data folder: the trail, the keys and the recovery file
      --org, --name      the organisation's domain, and what this workstation is called. Both stand
                         in the trail's name. Lower-case letters, digits, dots and hyphens
      --project ID       1 to 64 letters, digits, dots, underscores and hyphens
      --watch FOLDER     a folder instruments write to; its files are recorded under --project
      --profile ID       looks for the data sets of this instrument only; otherwise all profiles are
                         tried. relay profiles lists the IDs
      --device NAME      what people call the instrument; the same as --name unless given
      --quiet SECONDS    how long a file must not have changed to be at rest: 1 to 3600;
                         ${QUIET_SECONDS} unless given
      --no-hints         does not use the system's change notices for this folder, for example on a
                         network share where there are none
      --person           the person behind an account of this machine; repeat it for more. Only
                         enrolled persons can be actors: without one, every file is recorded as one
                         that no person answers for
      --shared OSUSER    an account that several people use: it stands for nobody; repeat it
      --order            how the relay finds who wrote a file; the first that can tell decides:
                         file-owner, the owner of the file; badge, who is signed in with a badge;
                         os-session, the only person logged in
      --notary FOLDER    where checkpoints are kept; beside DIR unless given. Put it on another disk
                         or share
      --admin            the first administrator. Prints a one-time code with which they set their
                         password within 15 minutes. Later: relay account first
      --keys keystore    keeps the keys in the operating system's keystore, not in files that only
                         this account can read; needs the package @napi-rs/keyring and a login
                         session
      --passphrase-file  the passphrase of the recovery file, 12 characters or more; unless given,
                         one is made up and printed once
      Example: relay init --data /var/lib/relay --org lab.example --name ws-nmr-01 --project P-17 \\
                 --watch /data/nmr --person jdoe="Jane Doe" --admin asmith="Anna Smith"`

const options = {
  data: { type: 'string' },
  org: { type: 'string' },
  name: { type: 'string' },
  project: { type: 'string' },
  watch: { type: 'string' },
  profile: { type: 'string' },
  device: { type: 'string' },
  quiet: { type: 'string' },
  'no-hints': { type: 'boolean', default: false },
  person: { type: 'string', multiple: true },
  shared: { type: 'string', multiple: true },
  order: { type: 'string' },
  admin: { type: 'string' },
  notary: { type: 'string' },
  keys: { type: 'string' },
  'passphrase-file': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export interface InitResult {
  readonly data: string
  readonly trail: string
  readonly vkey: string
  readonly notary: string
  readonly watch: string
  /** Where the keys are. */
  readonly keys: string
  readonly recovery: string
  /** Only if it was made up here: it is nowhere else. */
  readonly passphrase?: string
  /** The first administrator's: it is nowhere else either. */
  readonly code?: string
  /** Their user id. */
  readonly admin?: string
  /** What hinders nothing and should be thought over, a sentence each. */
  readonly warnings: readonly string[]
}

export async function initCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, options)
  const result = await init(values)
  out.write(values.json ? jsonText(result) : printed(result))
  return 0
}

const KEYSTORE = "the operating system's keystore"
const KEYS_STAY =
  '             They stay there, .mac (checks the records) and .seed (signs) too, and nobody else may read them.'

function printed(result: InitResult): string {
  return [
    `The relay is set up in ${result.data}.`,
    `  trail      ${result.trail}`,
    `  its key    ${result.vkey}`,
    `  notary     ${result.notary}`,
    '             Checkpoints are kept there: it has to be where whoever works here cannot rewrite it.',
    `  watches    ${result.watch}`,
    `  keys       ${result.keys}`,
    ...(result.keys === KEYSTORE ? [] : [KEYS_STAY]),
    `  recovery   ${result.recovery}: keep a copy elsewhere, for it holds all keys`,
    ...(result.passphrase === undefined
      ? []
      : [
          `  passphrase ${result.passphrase}`,
          '             It opens the recovery file and is shown this once. Write it down.',
        ]),
    ...(result.code === undefined
      ? []
      : [
          `  code       ${result.code}`,
          '             With it the first administrator sets their password, once the relay runs, within 15 minutes:',
          `             relay account password ${result.admin ?? ''} --code${whereTyped({ data: result.data })}`,
        ]),
    'Keep a copy of the key line outside this machine: with it anybody can check the trail.',
    ...result.warnings.flatMap((warning) => wrapped(`WARNING: ${warning}.`, 9)),
    `Next: relay run${whereTyped({ data: result.data })}, or relay service install${whereTyped({ data: result.data })}`,
    '',
  ].join('\n')
}

export interface InitValues {
  readonly data?: string | undefined
  readonly org?: string | undefined
  readonly name?: string | undefined
  readonly project?: string | undefined
  readonly watch?: string | undefined
  readonly profile?: string | undefined
  readonly device?: string | undefined
  readonly quiet?: string | undefined
  readonly 'no-hints'?: boolean | undefined
  readonly person?: readonly string[] | undefined
  readonly shared?: readonly string[] | undefined
  readonly order?: string | undefined
  readonly admin?: string | undefined
  readonly notary?: string | undefined
  readonly keys?: string | undefined
  readonly 'passphrase-file'?: string | undefined
  readonly json?: boolean | undefined
}

/**
 * Sets up a data folder. The last thing written are the trail's first records, with the settings, all at once: a set-up
 * that was cut off leaves no relay, and can be done again.
 */
export async function init(values: InitValues): Promise<InitResult> {
  const folder = dataFolder(required(values.data, 'data'))
  const watch = requireWatchable(required(values.watch, 'watch'), { watches: [] })
  const notaryFolder = resolve(values.notary ?? `${folder.path}-notary`)
  const given = values['passphrase-file']
  const passphrase = given === undefined ? newPassphrase() : readPassphrase(given)
  // Before there is a key: a set-up that ended after it would be half a relay.
  requireUsablePassphrase(passphrase)
  requireProfile(loadAllProfiles(folder.profiles), values.profile)
  const persons = (values.person ?? []).map((text) => parsePersonOption(text))
  const name = required(values.name, 'name')
  const asked = {
    org: required(values.org, 'org'),
    name,
    notary: { folder: notaryFolder, identity: 'to be made' },
    projects: [required(values.project, 'project')],
    watches: [
      {
        id: 'w1',
        path: watch,
        project: required(values.project, 'project'),
        device: values.device ?? name,
        ...(values.profile === undefined ? {} : { profile: values.profile }),
        quietSeconds: wholeNumber(values.quiet, '--quiet', 1, 3600) ?? QUIET_SECONDS,
        hints: values['no-hints'] !== true,
      },
    ],
    persons,
    shared: [...(values.shared ?? [])],
    order: values.order?.split(',') ?? ['file-owner', 'badge', 'os-session'],
    badges: [],
    ignore: [...IGNORED_BY_DEFAULT],
  }
  const settings = parseSettings(asked, optionOf)
  if (!hasDatabase(folder) && hasKeyPlace(folder)) {
    throw new UnusableInput(
      `${folder.path} holds the keys of a relay whose database is missing: put it back from a copy, or set up the new relay in another folder`,
    )
  }
  requireSoundRules(settings)
  const admin = values.admin === undefined ? undefined : firstAdministrator(values.admin)
  requireApart(folder.path, notaryFolder, settings)
  makeFolder(folder.path)
  const lock = takeWriterLock(folder.lock)
  try {
    const database = openDatabase(folder.database)
    const store = new TrailStore(database)
    const host = new HostStore(database)
    if (store.trails().length > 0) throw new UnusableInput(`there is a relay in ${folder.path} already`)
    const secrets = await openOrCreateSecrets(folder, keyPlaceOf(values.keys ?? 'files'))
    mkdirSync(folder.control, { recursive: true, mode: 0o700 })
    mkdirSync(folder.profiles, { recursive: true, mode: 0o700 })
    const notary = await notaryAt(notaryFolder)
    // Before there is one more.
    const namesakes = await namesakesIn(notary, settings)
    const complete: Settings = {
      ...settings,
      notary: { folder: notaryFolder, identity: await notary.identity() },
    }
    const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size))
    const pepper = await newPepper(secrets, random)
    const now = new Date()
    const relay = relayActor(name)
    const opened = await openNewTrail({
      org: settings.org,
      name,
      database,
      store,
      secrets,
      random,
      now,
      previous: null,
      missing: namesakes.slice(-MISSING_MAX),
      first: async ({ trail, keys }) => {
        const written = await writeRecovery(
          folder.recovery,
          trail.origin,
          await allSecrets(secrets),
          passphrase,
        )
        const recovery = {
          file: folder.recovery,
          ...written,
          how: 'set-up',
          before: null,
          reason: 'set up',
        } as const
        const time = timestamp(now.getTime())
        return {
          drafts: [
            recoveryDraft(relay, recovery, {}, now.getTime()),
            ...settingsDrafts(complete, 'set up', now.getTime()),
            peopleOpenedDraft(relay, pepperIdOf(pepper), time),
            ...(admin === undefined ? [] : [{ ...admin.act, actor: relay, time }]),
          ],
          apply: (size) => {
            host.setSettings(complete)
            const noted = { trail: trail.origin, size, settings: settingsDigest(complete), alive: undefined }
            host.setNote(sealedNote(keys.mac, noted))
          },
        }
      },
    })
    const isGiven = await anchorFirst({
      ...opened,
      folder,
      database,
      notary,
      identity: complete.notary.identity,
    })
    database.close()
    return {
      data: folder.path,
      trail: opened.trail.origin,
      vkey: opened.trail.vkey,
      notary: notaryFolder,
      watch,
      keys: keyPlaceOf(values.keys ?? 'files') === 'files' ? folder.keys : KEYSTORE,
      recovery: folder.recovery,
      ...(given === undefined ? { passphrase } : {}),
      ...(admin === undefined ? {} : { code: admin.code, admin: String(admin.act.body['account']) }),
      warnings: [
        ...(isGiven ? [] : ['the notary folder takes no checkpoint now; relay run gives it what it lacks']),
        ...namesakeWarning(namesakes, settings),
        ...(statSync(notaryFolder).dev === statSync(folder.path).dev ? [NOTARY_BESIDE] : []),
        ...(persons.length === 0 ? [NOBODY_ENROLLED] : []),
        ...enrolmentWarnings(settings, knownHere),
      ],
    }
  } finally {
    lock.release()
  }
}

/** Namesakes that the first record has room for. */
const MISSING_MAX = 200

/** A notary that is lost and put back with the data cannot tell that it was. */
const NOTARY_BESIDE =
  'the notary folder is on the same disk as the data folder: whoever puts back an old copy of the disk puts back both. Another disk or a share holds more: --notary FOLDER'

/** Trails of relays of this name whose checkpoints are in the notary already. */
async function namesakesIn(notary: FileNotary, { org, name }: Settings): Promise<readonly string[]> {
  return (await notary.origins()).filter((origin) => origin.startsWith(trailNameOf(org, name))).sort()
}

function namesakeWarning(origins: readonly string[], { org, name }: Settings): string[] {
  const [last] = origins.slice(-1)
  if (last === undefined) return []
  return [
    `the notary folder holds ${origins.length === 1 ? 'a trail' : `${origins.length} trails`} of ${org}/t/${name} already, the last of them ${last}: two relays of one name are easily taken for one. If that was this workstation, go on with its data folder, or say somewhere why its trail ended; if it is another, give this one a --name of its own`,
  ]
}

/** Throws `UnusableInput` with what is wrong with the name or the user id. */
function firstAdministrator(text: string) {
  try {
    return firstAccount(parsePersonOption(text, 'ID'), Date.now())
  } catch (error) {
    if (error instanceof Problem || error instanceof UnusableInput)
      throw new UnusableInput(`--admin: ${error.message}`)
    throw error
  }
}

/** How the command calls what the settings call otherwise. */
function optionOf([first, , member]: readonly PropertyKey[]): string {
  const options: Readonly<Record<string, string>> = {
    org: '--org',
    name: '--name',
    notary: '--notary',
    projects: '--project',
    persons: '--person',
    shared: '--shared',
    order: '--order',
    project: '--project',
    profile: '--profile',
    device: '--device',
    path: '--watch',
  }
  return options[String(first === 'watches' ? member : first)] ?? String(first)
}

/** The first checkpoint: from its first record on a trail is anchored. False if the notary does not take it now. */
async function anchorFirst({
  folder,
  database,
  notary,
  identity,
  ...opened
}: OpenedTrail & {
  readonly folder: DataFolder
  readonly database: DatabaseSync
  readonly notary: FileNotary
  readonly identity: string
}): Promise<boolean> {
  const reading = openForReading(folder.database)
  try {
    const publisher = new Publisher(opened, {
      database,
      reading,
      notary,
      frontier: new Frontier().state(),
      identity,
      notaryAsked: true,
      wall: () => Date.now(),
    })
    await publisher.publish()
    return true
  } catch (error) {
    if (error instanceof NotaryUnreachable) return false
    throw error
  } finally {
    reading.close()
  }
}

/** A new notary folder, or one that is a notary already: a relay set up anew keeps its checkpoints beside the old ones. */
async function notaryAt(folder: string): Promise<FileNotary> {
  const notary = await openFileNotary(folder)
  try {
    await notary.identity()
    return notary
  } catch (error) {
    if (!(error instanceof NotaryUnreachable)) throw error
    return createFileNotary(folder)
  }
}
