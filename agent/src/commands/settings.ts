import { printable } from '@compliance-relay/shared/trail'
import { readSettings } from '../recorded-settings.ts'
import type { Settings, WatchSettings } from '../settings.ts'
import { type Command, jsonText, type Output, parseOptions, required } from './options.ts'
import { reading } from './reading.ts'

const settingsHelp = `relay settings --data DIR [--json]
      What the relay goes by now: watched folders with project and profile, projects, persons,
      shared accounts, and who has a badge. Each change is a record, settings.changed.
      Example: relay settings --data /var/lib/relay`

/** The settings as they are told: of a badge only whose it is. */
type ToldSettings = Omit<Settings, 'badges'> & { readonly badges: readonly string[] }

/** `relay settings`: read from the data folder, whether a relay runs on it or not. Returns 0. */
async function settingsOf(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, {
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  const settings = await reading(required(values.data, 'data'), ({ host, trail }) =>
    told(readSettings(host, trail)),
  )
  out.write(values.json ? jsonText(settings) : settingsText(settings))
  return 0
}

export const settingsCommand: Command = { help: settingsHelp, run: settingsOf }

function told({ badges, ...settings }: Settings): ToldSettings {
  return { ...settings, badges: badges.map(({ person }) => person) }
}

/** The settings for people, one thing a line. */
export function settingsText(settings: ToldSettings): string {
  const { org, name, notary, projects, watches, persons, shared, order, badges, ignore } = settings
  const lines = [
    ['relay', `${name} of ${org}`],
    ['notary', notaryText(notary)],
    ['who', `by ${order.join(', then ')}`],
    ...projects.map((project) => ['project', project]),
    ...watches.map((watch) => ['watch', watchText(watch)]),
    ...persons.map(({ id, name: fullName, since, disabled }) => [
      'person',
      [
        `${id}: ${fullName}`,
        since === undefined ? '' : `since ${since}`,
        badges.includes(id) ? 'has a badge' : '',
        disabled === true ? 'DISABLED' : '',
      ]
        .filter((text) => text !== '')
        .join(', '),
    ]),
    ...(persons.length === 0 ? [['person', 'nobody: relay person add OSUSER="Full Name"']] : []),
    ...shared.map((account) => ['shared', account]),
    ['ignored', ignore.join(' ')],
  ]
  return lines.map(([what = '', text = '']) => `${what.padEnd(8)} ${printable(text)}\n`).join('')
}

function notaryText({ folder, isInDoubt, isNamed }: Settings['notary']): string {
  if (isInDoubt === true) return `${folder}: NOT ASKED, for it is in doubt: relay notary set FOLDER`
  return isNamed === true ? `${folder}: named where records that said so are lost` : folder
}

function watchText({
  id,
  path,
  project,
  profile,
  device,
  quietSeconds,
  hints,
  ended,
}: WatchSettings): string {
  const how = `project ${project}, profile ${profile ?? 'any'}, device ${device}, ${quietSeconds} s quiet, hints ${hints ? 'on' : 'off'}`
  return `${id} ${path}: ${how}${ended === undefined ? '' : `; NOT WATCHED since ${ended}`}`
}
