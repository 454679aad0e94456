import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs'
import { MANIFEST, printedCopy, verifyBag } from '@compliance-relay/shared/bag'
import { hex, printable, sha256InPieces } from '@compliance-relay/shared/trail'
import { UnusableInput } from '../unusable-input.ts'
import { openBag } from '../verify-bag-command.ts'
import { trustOf } from '../verify-command.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'

export const reportHelp = `relay report EXPORT.zip --out FILE.html (--policy FILE | --trail-key LINE | --fingerprint DIGITS)
             [--json]
      Makes a copy of a sealed export to read and print: every record, every signature with name,
      time, meaning and reason, which records changed after their first entry, and what verifying
      showed. The copy is no evidence; the export is, and the copy names it. Whose word counts is
      said as for relay verify EXPORT.zip, and the exit codes are the same.
      Example: relay report march.zip --out march.html --trail-key "KEY LINE"`

const options = {
  out: { type: 'string' },
  policy: { type: 'string' },
  'trail-key': { type: 'string' },
  fingerprint: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
} as const

export async function reportCommand(args: readonly string[], out: Output): Promise<number> {
  const { values, words } = parseOptions(args, options, ['EXPORT.zip'])
  const file = words[0] ?? ''
  const page = required(values.out, 'out')
  if (existsSync(page)) throw new UnusableInput(`${page} is there already`)
  const trust = await trustOf({ ...values, fingerprint: values.fingerprint ?? [] })
  const bag = await openBag(file)
  try {
    const report = await verifyBag(bag, { trust })
    const digest = sha256InPieces()
    if (bag.files.some(({ name }) => name === MANIFEST))
      for await (const piece of bag.read(MANIFEST)) digest.update(piece)
    const facts = { manifest: hex(digest.digest()), printed: new Date().toISOString() }
    await write(page, printedCopy(bag, report, facts))
    const { length: findings } = report.findings
    out.write(
      values.json
        ? jsonText({ file, page, findings, holds: report.sealed?.holds === true && findings === 0 })
        : `${printable(page)}\n${findings === 0 ? 'The export holds.' : `The export does not hold, and the page says so: ${findings} findings.`}\n`,
    )
    return findings === 0 ? 0 : 1
  } finally {
    await bag.close()
  }
}

/** Whole, or not there. */
async function write(file: string, pieces: AsyncIterable<string>): Promise<void> {
  const descriptor = openSync(file, 'wx')
  let isWhole = false
  try {
    for await (const piece of pieces) writeSync(descriptor, piece)
    isWhole = true
  } finally {
    closeSync(descriptor)
    if (!isWhole) rmSync(file)
  }
}
