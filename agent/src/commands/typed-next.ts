import { dataFolder } from '../data-folder.ts'
import type { Where } from './as-person.ts'

/* Commands that are printed for people to type next, with what the one before was told of where its relay is. */

/** The options that name the relay a command was given, to be put behind another; nothing if it was given none. */
export function whereTyped({ data, port }: Where, platform: NodeJS.Platform = process.platform): string {
  const folder = data === undefined ? '' : ` --data ${quoted(dataFolder(data).path, platform)}`
  return `${folder}${port === undefined ? '' : ` --port ${port}`}`
}

/** As a shell takes it for one word. */
function quoted(text: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return /^[\w:\\/.-]+$/.test(text) ? text : `"${text}"`
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** Those in a sentence that ask a relay, and those of them that ask as a person. */
const ASKING =
  /\brelay (?:(?:account (?:first|recover)|unclaimed|recovery|recover)(?![\w-])|(?<asPerson>(?:account|signature|device|feed-token|subscription) [a-z][a-z-]*|claim)(?![\w-]))/g

/** A sentence with commands in it that name no relay, for people who asked this one. */
export function withWhere(says: string, where: Where): string {
  return says.replaceAll(
    ASKING,
    (command: string, asPerson: string | undefined) =>
      `${command}${whereTyped(where)}${asPerson === undefined ? '' : ' --as ID'}`,
  )
}
