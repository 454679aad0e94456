import { dataFolder } from '../data-folder.ts'
import type { Where } from './as-person.ts'

/* Commands that are printed for people to type next, with what the one before was told of where its relay is. */

/** The options that name the relay a command was given, to be put behind another; nothing if it was given none. */
export function whereTyped({ data, port }: Where, platform: NodeJS.Platform = process.platform): string {
  const folder = data === undefined ? '' : ` --data ${quoted(dataFolder(data).path, platform)}`
  return `${folder}${port === undefined ? '' : ` --port ${port}`}`
}

/** Where a command asked, and as whom, if as anybody. */
export interface Asked extends Where {
  readonly as?: string | undefined
}

/** As a shell takes it for one word. */
function quoted(text: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return /^[\w:\\/.-]+$/.test(text) ? text : `"${text}"`
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

interface Takes {
  /** What stands behind its name, to be filled in. */
  readonly words?: string
  readonly asPerson?: true
  readonly asksReason?: true
}

const person = { asPerson: true } as const
const change = { asPerson: true, asksReason: true } as const

/** Commands that sentences name, and what each takes beside the relay it asks. `--as` is whoever asks, USER another. */
const commands: { readonly [name: string]: Takes } = {
  'account first': { words: 'USER="FULL NAME"' },
  'account recover': { words: 'USER', asksReason: true },
  'account confirm-recovery': person,
  'account list': person,
  'account review': person,
  'account password ID --code': {},
  'account password': { words: 'USER' },
  'account unlock': { words: 'USER', ...change },
  'account reset': { words: 'USER', ...change },
  'account grant-signer': { words: 'USER', ...change },
  'signature held': person,
  'device list': person,
  'device revoke': { words: 'USER/DEVICE', ...change },
  'feed-token list': person,
  'feed-token add': { words: 'NAME', ...change },
  'feed-token revoke': { words: 'TOKEN-ID', ...change },
  'subscription list': person,
  claim: { words: 'SEQ', ...change },
  unclaimed: {},
  rules: person,
  status: {},
  recovery: { words: '--passphrase-file FILE' },
  recover: { words: '--passphrase-file FILE' },
  'watch add': { words: 'FOLDER --project ID', asksReason: true },
  'verify --data': {},
  'verify --files': {},
}

/** Not one that is followed by its options already. */
const NAMED = new RegExp(
  String.raw`\brelay (${Object.keys(commands).join('|')})(?![\w-]| --| ID\b| set\b)`,
  'g',
)
/** So many names are said in a sentence. */
const NAMES_MAX = 5

/**
 * A sentence with commands in it that name no relay, for people who asked this one: each runs once its words are filled
 * in. `about`: whose account or device it is about, where that is known.
 */
export function withWhere(says: string, where: Asked, about: readonly string[] = []): string {
  const [only] = about.length === 1 ? about : []
  return withNames(says, about).replaceAll(NAMED, (command: string, name: string) => {
    const { words, asPerson, asksReason } = commands[name] ?? {}
    const isAbout = only !== undefined && (words === 'USER' || words === 'USER/DEVICE')
    return [
      command.replace(/ --data$/, '').replace(/ ID(?= --code)/, ` ${where.as ?? 'ID'}`),
      ...(words === undefined ? [] : [` ${isAbout ? only : words}`]),
      whereTyped(where),
      ...(asPerson ? [` --as ${where.as ?? 'ID'}`] : []),
      ...(asksReason ? [' --reason TEXT'] : []),
    ].join('')
  })
}

function withNames(says: string, names: readonly string[]): string {
  if (names.length === 0) return says
  const named = `${names.slice(0, NAMES_MAX).join(', ')}${names.length > NAMES_MAX ? ', …' : ''}`
  const at = says.indexOf(': ')
  return at < 0 ? `${says} (${named})` : `${says.slice(0, at)} (${named})${says.slice(at)}`
}
