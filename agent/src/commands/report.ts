import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs'
import { printable } from '@compliance-relay/shared/trail'
import { type PrintedForm, printExport } from '../export/print-export.ts'
import { givenAnchors } from '../time-stamps/given-anchors.ts'
import { UnusableInput } from '../unusable-input.ts'
import { trustOf } from '../verify-command.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'

export const reportHelp = `relay report EXPORT --out FILE.pdf|FILE.html
             (--policy FILE | --trail-key LINE | --fingerprint DIGITS) [--tsa-cert FILE] [--json]
      Makes a copy of a sealed export to read and print, as PDF/A or as a page: every record, every
      signature with name, time, meaning and reason, which records changed after their first entry,
      what was refused, when nobody looked, and what verifying showed. The copy is no evidence; the
      export is, and every page of the copy names it. The same export gives the same file. EXPORT
      is the zip, or the folder it was unpacked into. Whose word counts, and whose time stamps do,
      is said as for relay verify EXPORT.zip, and the exit codes are the same.
      Example: relay report march.zip --out march.pdf --trail-key "KEY LINE"`

const options = {
  out: { type: 'string' },
  policy: { type: 'string' },
  'trail-key': { type: 'string' },
  fingerprint: { type: 'string', multiple: true },
  'tsa-cert': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export async function reportCommand(args: readonly string[], out: Output): Promise<number> {
  const { values, words } = parseOptions(args, options, ['EXPORT'])
  const file = words[0] ?? ''
  const page = required(values.out, 'out')
  const form = formOf(page)
  if (existsSync(page)) throw new UnusableInput(`${page} is there already`)
  const trust = await trustOf({ ...values, fingerprint: values.fingerprint ?? [] })
  const timeStamps = await givenAnchors(values['tsa-cert'])
  const report = await printExport(file, { trust, timeStamps }, form, async (pieces, verified) => {
    await write(page, pieces)
    return verified
  })
  const { length: findings } = report.findings
  out.write(
    values.json
      ? jsonText({ file, page, findings, holds: report.sealed?.holds === true && findings === 0 })
      : `${printable(page)}\n${findings === 0 ? 'The export holds.' : `The export does not hold, and every page says so: ${findings} ${findings === 1 ? 'finding' : 'findings'}.`}\n`,
  )
  return findings === 0 ? 0 : 1
}

/** By the end of the name. */
function formOf(file: string): PrintedForm {
  if (/\.pdf$/i.test(file)) return 'pdf'
  if (/\.html?$/i.test(file)) return 'html'
  throw new UnusableInput(`--out is a FILE.pdf or a FILE.html, not ${printable(file)}`)
}

/** Whole, or not there. */
async function write(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const descriptor = openNew(file)
  let isWhole = false
  try {
    for await (const piece of pieces) writeSync(descriptor, piece)
    isWhole = true
  } finally {
    closeSync(descriptor)
    if (!isWhole) rmSync(file)
  }
}

/** Like an export, for nobody but whoever made it. A link leads to a place that nobody named. */
function openNew(file: string): number {
  try {
    return openSync(file, 'wx', 0o600)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'EEXIST') throw new UnusableInput(`${file} is there already, maybe as a link`)
    if (code === 'ENOENT') throw new UnusableInput(`${file} cannot be made: there is no such folder`)
    throw error
  }
}
