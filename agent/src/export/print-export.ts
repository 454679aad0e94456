import { createReadStream } from 'node:fs'
import {
  type BagOptions,
  type BagSource,
  BagUnreadable,
  fingerprintOf,
  MANIFEST,
  type PrintedCopy,
  printedCopy,
  printedPage,
  type Trust,
  verifyBag,
} from '@compliance-relay/shared/bag'
import { hex, sha256, sha256InPieces, utf8 } from '@compliance-relay/shared/trail'
import { UnusableInput } from '../unusable-input.ts'
import { isFolder, openBag } from '../verify-bag-command.ts'

export type PrintedForm = 'pdf' | 'html'

/** Whose word is taken for a bag, from outside of it. */
export type HeldAgainst = Pick<BagOptions, 'trust'> & {
  readonly timeStamps?: BagOptions['timeStamps'] | undefined
  /** The relay prints what it made itself, by its own keys: then nobody outside vouched for them. */
  readonly isOwn?: boolean
}

const OWN = 'the own keys of the relay that printed this: nobody from outside has named them'

/**
 * Prints a copy of a sealed export to read, verified first: every page says what was found. `write` is given its pieces.
 * Rejects with what it rejects with, or `UnusableInput` for what is no export, or was changed meanwhile.
 */
export async function printExport<Result>(
  file: string,
  { trust, timeStamps, isOwn = false }: HeldAgainst,
  form: PrintedForm,
  write: (pieces: AsyncIterable<Uint8Array>, report: Report) => Promise<Result>,
): Promise<Result> {
  const bag = await openBag(file)
  try {
    const report = await verifyBag(bag, { trust, ...(timeStamps && { timeStamps }) })
    const facts = {
      manifest: await manifestIn(bag),
      file: isFolder(file) ? undefined : await digestOf(createReadStream(file)),
      trusted: [...trustedLines(trust), ...(isOwn ? [OWN] : []), ...(await stampedBy(timeStamps))],
    }
    return await write(await printed[form](await printedCopy(bag, report, facts)), report)
  } catch (error) {
    // What verifying could not read is in its report. This could be read then, and is not what was verified.
    if (!(error instanceof BagUnreadable)) throw error
    throw new UnusableInput(`${file} was changed while it was read (${error.message})`, { cause: error })
  } finally {
    await bag.close()
  }
}

type Report = Awaited<ReturnType<typeof verifyBag>>

/** What makes a PDF is large, and loaded by nothing else. */
const printed: {
  readonly [form in PrintedForm]: (copy: PrintedCopy) => Promise<AsyncIterable<Uint8Array>>
} = {
  pdf: async (copy) => (await import('../printing/pdf.ts')).printedPdf(copy),
  html: async (copy) => bytesOf(printedPage(copy)),
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

/** Each certificate by its SHA-256, as OpenSSL prints it with `x509 -fingerprint -sha256`, but for its colons. */
async function stampedBy(certificates: HeldAgainst['timeStamps'] = []): Promise<readonly string[]> {
  if (certificates.length === 0) return []
  const { derOf } = await import('@compliance-relay/shared/time-stamp')
  return certificates.map((one) => `time stamps by the certificate ${hex(sha256(derOf(one)))}`)
}

/** By which a bag is named. */
async function manifestIn(bag: BagSource): Promise<string> {
  const none = 'without a manifest that can be read'
  if (!bag.files.some(({ name }) => name === MANIFEST)) return none
  try {
    return await digestOf(bag.read(MANIFEST))
  } catch (error) {
    if (error instanceof BagUnreadable) return none
    throw error
  }
}

export async function digestOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = sha256InPieces()
  for await (const piece of pieces) digest.update(piece)
  return hex(digest.digest())
}
