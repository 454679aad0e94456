import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The commands a document tells its readers to type, as they stand in it: its blocks of `sh`, in order. */
export function documentedCommands(document: string): string {
  const text = readFileSync(join(root, document), 'utf8')
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, commands = '']) => commands)
  if (blocks.length === 0) throw new Error(`${document} has no block of sh`)
  return blocks.join('\n')
}

/** The program a document gives its readers, as it stands in it: its one block of `js`. */
export function documentedProgram(document: string): string {
  const text = readFileSync(join(root, document), 'utf8')
  const [program, second] = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  if (program === undefined || second !== undefined) throw new Error(`${document} has not one block of js`)
  return program
}

/** The same with another text in the place of one that has to be there: a port, a folder. */
export function replaced(commands: string, texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts).reduce((made, [text, other]) => {
    if (!made.includes(text)) throw new Error(`nothing says ${text}`)
    return made.replaceAll(text, other)
  }, commands)
}

/** Makes `relay` as documents write it: the relay of this checkout, at the port that a test has. */
export function relayCommand(folder: string, port: string): void {
  const script = join(root, 'agent/bin/relay.mjs')
  const asked = [
    'account',
    'claim',
    'device',
    'signature',
    'rules',
    'feed-token',
    'subscription',
    'run',
    'start',
  ]
  // As typed in a shell, and not by the npm that runs the tests: that goes by the folder npm was started in.
  const text = `#!/bin/sh
unset npm_command INIT_CWD
case "$1:$2" in
account:first | account:recover) ;;
${asked.map((name) => `${name}:*`).join(' | ')}) set -- "$@" --port ${port} ;;
esac
exec '${process.execPath}' '${script}' "$@"
`
  writeFileSync(join(folder, 'relay'), text, { mode: 0o755 })
}
