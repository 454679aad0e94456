import { closeSync, createReadStream, existsSync, openSync, rmSync, writeSync } from 'node:fs'
import {
  fingerprintOf,
  MANIFEST,
  type PrintedCopy,
  printedCopy,
  printedPage,
  type Trust,
  verifyBag,
  type ZipBag,
} from '@compliance-relay/shared/bag'
import { hex, printable, sha256InPieces, utf8 } from '@compliance-relay/shared/trail'
import { UnusableInput } from '../unusable-input.ts'
import { openBag } from '../verify-bag-command.ts'
import { trustOf } from '../verify-command.ts'
import { jsonText, type Output, parseOptions, required } from './options.ts'

export const reportHelp = `relay report EXPORT.zip --out FILE.pdf|FILE.html
             (--policy FILE | --trail-key LINE | --fingerprint DIGITS) [--json]
      Makes a copy of a sealed export to read and print, as PDF/A or as a page: every record, every
      signature with name, time, meaning and reason, which records changed after their first entry,
      what was refused, when nobody looked, and what verifying showed. The copy is no evidence; the
      export is, and every page of the copy names it. The same export gives the same file. Whose
      word counts is said as for relay verify EXPORT.zip, and the exit codes are the same.
      Example: relay report march.zip --out march.pdf --trail-key "KEY LINE"`

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
  const print = printerOf(page)
  if (existsSync(page)) throw new UnusableInput(`${page} is there already`)
  const trust = await trustOf({ ...values, fingerprint: values.fingerprint ?? [] })
  const bag = await openBag(file)
  try {
    const report = await verifyBag(bag, { trust })
    const facts = {
      manifest: await digestOf(manifestIn(bag)),
      file: await digestOf(createReadStream(file)),
      trusted: trustedLines(trust),
    }
    await write(page, await print(await printedCopy(bag, report, facts)))
    const { length: findings } = report.findings
    out.write(
      values.json
        ? jsonText({ file, page, findings, holds: report.sealed?.holds === true && findings === 0 })
        : `${printable(page)}\n${findings === 0 ? 'The export holds.' : `The export does not hold, and every page says so: ${findings} findings.`}\n`,
    )
    return findings === 0 ? 0 : 1
  } finally {
    await bag.close()
  }
}

type Print = (copy: PrintedCopy) => Promise<AsyncIterable<Uint8Array>>

/** By the end of the name. What makes a PDF is large, and loaded by nothing else. */
function printerOf(file: string): Print {
  if (/\.pdf$/i.test(file)) return async (copy) => (await import('../printing/pdf.ts')).printedPdf(copy)
  if (/\.html?$/i.test(file)) return async (copy) => bytesOf(printedPage(copy))
  throw new UnusableInput(`--out is a FILE.pdf or a FILE.html, not ${printable(file)}`)
}

async function* bytesOf(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield utf8(piece)
}

function trustedLines(trust: Trust): readonly string[] {
  if ('fingerprints' in trust)
    return trust.fingerprints.map((one) => `fingerprint ${one.replace(/[\s:]/g, '').toLowerCase()}`)
  const { logs, witnesses, quorum } = trust.policy
  const keys = [...logs, ...witnesses].map(
    ({ verifier }) => `policy ${verifier.name} ${fingerprintOf(verifier.vkey)}`,
  )
  return [...keys, `policy quorum ${quorum}`]
}

async function* manifestIn(bag: ZipBag): AsyncGenerator<Uint8Array> {
  if (bag.files.some(({ name }) => name === MANIFEST)) yield* bag.read(MANIFEST)
}

async function digestOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = sha256InPieces()
  for await (const piece of pieces) digest.update(piece)
  return hex(digest.digest())
}

/** Whole, or not there. */
async function write(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
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
