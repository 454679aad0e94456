import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shown } from '@compliance-relay/shared/trail'
import { expect, test } from 'vitest'
import { commandNamed, commandNames } from './cli.ts'

/* What the help says a command takes, held against what the command reads. */

/** All commands, in the order of the help. */
const commands = Object.fromEntries(
  await Promise.all(commandNames.map(async (name) => [name, await commandNamed(name)] as const)),
)

const HELP_COLUMNS = 100
const LEFT_OF_HELP = '  '

interface Usage {
  readonly command: string
  readonly verb: string
  /** `verify` reads one thing with --data and another without. */
  readonly isOfData: boolean
  readonly options: ReadonlySet<string>
}

/** The commands with verbs: what follows their name is one. */
const withVerbs = new Set(
  Object.entries(commands).flatMap(([name, { help }]) =>
    new RegExp(`^ *relay ${name} [a-z][a-z|-]*(?: |$)`, 'm').test(help) ? [name] : [],
  ),
)

/** The line a form of a command begins with, and those below it that go on with options. */
const FORM = /^ *relay .*(?:\n {8,}(?:\[|--|\().*)*/gm

function usagesOf(command: string): readonly Usage[] {
  return (commands[command]?.help.match(FORM) ?? []).flatMap((form) => {
    const [, , verbs = ''] = form.trim().split(/\s+/)
    const options = new Set([...form.matchAll(/--([a-z][a-z-]*)/g)].map(([, name = '']) => name))
    const isOfData = command === 'verify' && options.has('data')
    const named = withVerbs.has(command) && /^[a-z][a-z|-]*$/.test(verbs) ? verbs.split('|') : ['']
    return named.map((verb) => ({ command, verb, isOfData, options }))
  })
}

/** The forms that are read alike, as one. */
function together(usages: readonly Usage[]): readonly Usage[] {
  const all = new Map<string, Usage>()
  for (const usage of usages) {
    const key = `${usage.command} ${usage.verb} ${usage.isOfData}`
    all.set(key, { ...usage, options: new Set([...(all.get(key)?.options ?? []), ...usage.options]) })
  }
  return [...all.values()]
}

const usages = together(commandNames.flatMap(usagesOf))
const everyOption = [...new Set([...usages.flatMap(({ options }) => [...options]), ...optionsInSource()])]

/** What any command reads as an option, as its source declares it. */
function optionsInSource(): readonly string[] {
  return readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => [
      ...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(
        /(?<name>[a-z-]+)'?: \{ type: '(?:string|boolean)'/g,
      ),
    ])
    .map(({ groups }) => groups?.['name'] ?? '')
}

/** Whether it knows the option, with a value or without, given with so many words that nothing is done. */
async function reads(usage: Usage, option: string): Promise<boolean> {
  // What --data is to verify, is the form itself.
  if (usage.command === 'verify' && option === 'data') return usage.isOfData
  for (const given of [`--${option}=no/such/folder`, `--${option}`])
    if ((await refusalOf(usage, given)).includes(`no option ${shown(`--${option}`)}`)) return false
  return true
}

async function refusalOf({ command, verb, isOfData }: Usage, option: string): Promise<string> {
  // A word would be a verb there; without one it is the folder that is not there.
  const isAlone = verb === '' && withVerbs.has(command)
  const words = isAlone || isOfData ? [] : ['no-such', 'no-such', 'no-such', 'no-such']
  const data = (isAlone || isOfData) && !option.startsWith('--data') ? ['--data=no/such/folder'] : []
  const args = [...(verb === '' ? [] : [verb]), ...words, ...data, option]
  try {
    await commands[command]?.run(args, { write: () => {} })
  } catch (error) {
    return String(error)
  }
  throw new Error(`relay ${command} ${args.join(' ')} did something`)
}

test.each(commandNames)('no line of the help of %s is too wide', (name) => {
  const tooWide = `${LEFT_OF_HELP}${commands[name]?.help}`
    .split('\n')
    .filter((line) => line.length > HELP_COLUMNS)
  expect(tooWide).toEqual([])
})

test.each(commandNames)('the help of %s ends with one example', (name) => {
  const examples = commands[name]?.help.match(/^ {6}Example: relay (?:.*\\\n)*.*$/gm) ?? []
  expect(examples).toHaveLength(1)
  expect(commands[name]?.help.endsWith(examples[0] ?? '?')).toBe(true)
  expect(examples[0]).toMatch(new RegExp(`^ {6}Example: relay ${name}(?: |$)`))
})

test.each(usages.map((usage) => [`${usage.command} ${usage.verb}`.trim(), usage] as const))(
  'relay %s reads the options its help names, and no other',
  async (_, usage) => {
    const read = []
    for (const option of everyOption) if (await reads(usage, option)) read.push(option)
    expect(read.toSorted()).toEqual([...usage.options].toSorted())
  },
)
