import { fromBER, OctetString } from 'asn1js'
import { type Certificate, SignedData, type SignerInfo, TimeStampResp, TSTInfo } from 'pkijs'
import { hex, shown } from '../trail/index.ts'
import { SHA_256 } from './algorithms.ts'
import { TIME_STAMP_BYTES_MAX } from './bounds.ts'
import { TimeStampError } from './faults.ts'

/** What an answer of a time-stamping authority says. Nothing of it is proved yet but its form. */
export interface TimeStamp {
  /** SHA-256 of what it is of. */
  readonly imprint: Uint8Array
  /** When the authority says it saw that, and not later than when, its accuracy taken into account: milliseconds. */
  readonly time: number
  readonly latest: number
  readonly policy: string
  /** The number that was asked with, as an INTEGER has it; undefined if it names none. */
  readonly nonce: Uint8Array | undefined
  readonly token: Token
}

/** What the signature is on, and who made it. */
export interface Token {
  readonly content: Uint8Array
  readonly signer: SignerInfo
  readonly certificates: readonly Certificate[]
}

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const GRANTED = 0
const GRANTED_WITH_CHANGES = 1
const CERTIFICATES_MAX = 10

/** Reads a `.tsr` file: a TimeStampResp (RFC 3161, 2.4.2), whole and nothing after it. Throws `TimeStampError`. */
export function readTimeStamp(bytes: Uint8Array): TimeStamp {
  if (bytes.length > TIME_STAMP_BYTES_MAX)
    throw formError(`at most ${TIME_STAMP_BYTES_MAX} bytes`, String(bytes.length))
  const { status, timeStampToken } = parsed('an answer', () => new TimeStampResp({ schema: wholeOf(bytes) }))
  if (Number(status.status) !== GRANTED && Number(status.status) !== GRANTED_WITH_CHANGES)
    throw formError('a time stamp that was granted', `status ${Number(status.status)}`)
  if (timeStampToken === undefined || timeStampToken.contentType !== SIGNED_DATA)
    throw formError('a time stamp in the answer', 'none')
  const signed = parsed('signed data', () => new SignedData({ schema: timeStampToken.content }))
  const { eContentType, eContent } = signed.encapContentInfo
  if (eContentType !== TST_INFO || !(eContent instanceof OctetString))
    throw formError('what a time stamp says', shown(eContentType))
  const [signer, ...more] = signed.signerInfos
  if (signer === undefined || more.length > 0)
    throw formError('one signature', String(signed.signerInfos.length))
  const certificates = (signed.certificates ?? []).filter((one) => 'subjectPublicKeyInfo' in one)
  if (certificates.length > CERTIFICATES_MAX)
    throw formError(`at most ${CERTIFICATES_MAX} certificates`, String(certificates.length))
  const content = new Uint8Array(eContent.getValue())
  const info = parsed('what a time stamp says', () => new TSTInfo({ schema: wholeOf(content) }))
  return { ...said(info), token: { content, signer, certificates: certificates as Certificate[] } }
}

function said(info: TSTInfo): Omit<TimeStamp, 'token'> {
  const { version, policy, messageImprint, genTime, accuracy, nonce, extensions = [] } = info
  if (version !== 1) throw formError('version 1', String(version))
  if (messageImprint.hashAlgorithm.algorithmId !== SHA_256)
    throw formError('an imprint by SHA-256', shown(messageImprint.hashAlgorithm.algorithmId))
  const time = genTime.getTime()
  if (!Number.isFinite(time)) throw formError('a time', 'none')
  const critical = extensions.find((one) => one.critical)
  if (critical !== undefined) throw formError('no extension to be understood', shown(critical.extnID))
  const { seconds = 0, millis = 0, micros = 0 } = accuracy ?? {}
  // Fractions below a millisecond are cut off, so the time is up to one later.
  const latest = time + seconds * 1_000 + millis + Math.ceil(micros / 1_000) + 1
  return {
    imprint: bytesOf(messageImprint.hashedMessage),
    time,
    latest,
    policy,
    nonce: nonce === undefined ? undefined : bytesOf(nonce),
  }
}

/** Throws `TimeStampError` unless it is of these bytes' SHA-256. */
export function requireImprint({ imprint }: TimeStamp, sha256: Uint8Array): void {
  if (hex(imprint) !== hex(sha256)) throw new TimeStampError('time-stamp-imprint', hex(sha256), hex(imprint))
}

/** What a value of ASN.1 holds. Throws `TimeStampError` for what holds no bytes. */
export function bytesOf(value: unknown): Uint8Array {
  const { valueBlock } = (value ?? {}) as { readonly valueBlock?: { readonly valueHexView?: unknown } }
  const bytes = valueBlock?.valueHexView
  if (!(bytes instanceof Uint8Array)) throw formError('bytes', 'something else')
  return bytes
}

function wholeOf(bytes: Uint8Array) {
  const { offset, result } = fromBER(new Uint8Array(bytes).buffer)
  if (offset !== bytes.length) throw formError('one value of ASN.1', 'something else, or more')
  return result
}

/** The libraries throw errors of their own kinds for what is not of a form. */
export function parsed<Value>(what: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (error instanceof TimeStampError) throw error
    throw formError(what, 'another form')
  }
}

export function formError(expected: string, found: string): TimeStampError {
  return new TimeStampError('time-stamp-form', expected, found)
}
