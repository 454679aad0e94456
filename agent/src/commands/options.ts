import { type ParseArgsConfig, parseArgs } from 'node:util'
import { shown } from '@compliance-relay/shared/trail'
import { messageOf } from '../error-message.ts'
import { UnusableInput } from '../unusable-input.ts'

export interface Output {
  readonly write: (text: string) => void
}

/** What a command says of itself, and what it does. Returns the exit code. */
export interface Command {
  readonly help: string
  readonly run: (args: readonly string[], out: Output) => Promise<number>
}

type Options = NonNullable<ParseArgsConfig['options']>

/**
 * The options of a command, and the words it takes beside them: exactly those named. One word too many may be a
 * name with a space in it that was not quoted, so it is never passed over.
 */
export function parseOptions<const Wanted extends Options>(
  args: readonly string[],
  options: Wanted,
  names: readonly string[] = [],
) {
  const { values, positionals } = parseWords(args, options)
  const tooMany = positionals[names.length]
  if (tooMany !== undefined)
    throw new UnusableInput(
      `there is a word too many, ${shown(tooMany)}: ${names.length === 0 ? 'only options are taken here' : `only ${names.join(' ')} and options are taken here`}; a text with spaces goes in quotes`,
    )
  const missing = names[positionals.length]
  if (missing !== undefined) throw new UnusableInput(`${missing} is missing; --help says what it is`)
  return { values, words: positionals }
}

/** The same for a command that says itself which words it takes. */
export function parseWords<const Wanted extends Options>(args: readonly string[], options: Wanted) {
  try {
    const parsed = parseArgs({ args: [...args], allowPositionals: true, options, tokens: true })
    requireOnce(parsed.tokens, options)
    return parsed
  } catch (error) {
    if (error instanceof UnusableInput) throw error
    const code = (error as { readonly code?: unknown }).code
    const said = messageOf(error).split('\n')[0] ?? ''
    const [, option] = /^Unknown option '([^']*)'/.exec(said) ?? []
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && option !== undefined)
      throw new UnusableInput(`there is no option ${shown(option)} here; --help lists them`)
    const [, needy] = /^Option '([^' ]*)[^']*' argument (?:missing|is ambiguous)/.exec(said) ?? []
    if (needy !== undefined)
      throw new UnusableInput(
        `${needy.replace(/,.*$/, '')} needs a value; one that begins with a dash is given as ${needy}=-…`,
      )
    throw new UnusableInput(said)
  }
}

/** Of two values the last would be taken and the first passed over in silence. */
function requireOnce(
  tokens: readonly { readonly kind: string; readonly name?: string }[],
  options: Options,
): void {
  const given = new Set<string>()
  for (const { kind, name } of tokens) {
    if (kind !== 'option' || name === undefined || options[name]?.multiple === true) continue
    if (given.has(name)) throw new UnusableInput(`--${name} is given twice, and takes one value`)
    given.add(name)
  }
}

/** Whether an option without a value is given, before it is known whether the rest can be read. */
export function isGiven(args: readonly string[], ...options: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end === -1 ? args.length : end).some((arg) => options.includes(arg))
}

/** Where a command is told to ask, and as whom, before it is known whether the rest can be read. */
export function textsGiven(args: readonly string[]): {
  readonly [name in 'data' | 'port' | 'as']?: string | undefined
} {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: { data: text, port: text, as: text },
    strict: false,
    allowPositionals: true,
  })
  const given = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  return { data: given(values['data']), port: given(values['port']), as: given(values['as']) }
}

export function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '')
    throw new UnusableInput(`--${option} is missing; --help says what it is`)
  return value
}

export function wholeNumber(
  value: string | undefined,
  name: string,
  least: number,
  most: number,
): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (!/^[0-9]+$/.test(value) || number < least || number > most)
    throw new UnusableInput(`${name} is a whole number from ${least} to ${most}, not ${shown(value)}`)
  return number
}

/** A line each; that there is none is a sentence, so that nobody takes it for a command that failed. */
export function listText(lines: readonly string[], none: string): string {
  return lines.length === 0 ? `${none}\n` : lines.map((line) => `${line}\n`).join('')
}

/** The shape of `--json`: one object. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** The same for a command that goes on and says more later: one object a line. */
export function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`
}
