import { fromBER } from 'asn1js'
import { BasicConstraints, Certificate, ExtKeyUsage } from 'pkijs'
import { fromBase64, shown } from '../trail/index.ts'
import { isSignedBy } from './algorithms.ts'
import { TimeStampError } from './faults.ts'
import { bytesOf, formError, parsed } from './read-time-stamp.ts'

/** Certificates that somebody has and trusts, from outside of whatever is verified. */
export type Anchors = readonly Certificate[]

const ANCHORS_MAX = 100
const CERTIFICATE_BYTES_MAX = 16_384
/** Certificates from the signer's to an anchor, both included. */
const PATH_MAX = 6
/** Signatures looked at for one path: certificates can be made that point at each other in every way. */
const LOOKS_MAX = 40

const KEY_USAGE = '2.5.29.15'
const BASIC_CONSTRAINTS = '2.5.29.19'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const POLICIES = '2.5.29.32'
const understood = new Set([KEY_USAGE, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, POLICIES])

const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
const ANY_USAGE = '2.5.29.37.0'

/** The certificates of a PEM file, or of one in DER. Throws `TimeStampError` for a file that has none, or something else. */
export function readCertificates(bytes: Uint8Array): Certificate[] {
  const text = new TextDecoder().decode(bytes)
  const blocks = [
    ...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g),
  ]
  if (blocks.length > ANCHORS_MAX)
    throw formError(`at most ${ANCHORS_MAX} certificates`, String(blocks.length))
  const all = blocks.map(([, body = '']) => fromBase64(body.replace(/\s/g, '')))
  return (all.length === 0 ? [bytes] : all).map(readCertificate)
}

export function readCertificate(der: Uint8Array): Certificate {
  if (der.length > CERTIFICATE_BYTES_MAX) throw formError('a certificate', `${der.length} bytes`)
  return parsed('a certificate', () => {
    const { offset, result } = fromBER(new Uint8Array(der).buffer)
    if (offset !== der.length) throw formError('a certificate', 'something else, or more')
    return new Certificate({ schema: result })
  })
}

export function derOf(certificate: Certificate): Uint8Array {
  return new Uint8Array(certificate.toSchema(false).toBER(false))
}

/**
 * Throws `TimeStampError` unless the certificate is for time stamping and nothing else (RFC 3161, 2.3), and was valid at
 * a time: that it is over by now takes nothing from what was signed with it before.
 */
export function requireStamping(certificate: Certificate, time: number): void {
  const usage = extension(certificate, EXTENDED_KEY_USAGE)
  const purposes = usage?.parsedValue instanceof ExtKeyUsage ? usage.parsedValue.keyPurposes : []
  if (usage?.critical !== true || purposes.length !== 1 || purposes[0] !== TIME_STAMPING)
    throw notTaken('a certificate for time stamping alone', `${purposes.join(', ') || 'no such purpose'}`)
  const bits = keyUsage(certificate)
  // digitalSignature or nonRepudiation, and none that signs certificates or encrypts.
  if (bits !== undefined && ((bits & 0b1100_0000) === 0 || (bits & 0b0011_1111) !== 0))
    throw notTaken('a key that signs', 'one that is for something else')
  requireValid(certificate, time)
  requireUnderstood(certificate)
}

/** Throws `TimeStampError` unless the certificate is one of the anchors, or signed by one over others. */
export async function requirePath(
  certificate: Certificate,
  others: readonly Certificate[],
  anchors: Anchors,
  time: number,
): Promise<void> {
  if (!(await new Path(others, anchors, time).leadsOn(certificate, 1)))
    throw notTaken('a certificate you gave at the end of its chain', nameOf(certificate))
}

class Path {
  readonly #others: readonly Certificate[]
  readonly #anchors: Anchors
  readonly #time: number
  #looks = 0

  constructor(others: readonly Certificate[], anchors: Anchors, time: number) {
    this.#others = others
    this.#anchors = anchors
    this.#time = time
  }

  /** `length`: of the path so far. */
  async leadsOn(certificate: Certificate, length: number): Promise<boolean> {
    if (this.#anchors.some((anchor) => isSame(anchor, certificate))) return true
    if (length >= PATH_MAX) return false
    for (const [i, issuer] of [...this.#anchors, ...this.#others].entries()) {
      if (!issuer.subject.isEqual(certificate.issuer) || !this.#mayIssue(issuer, length - 1)) continue
      if (++this.#looks > LOOKS_MAX) return false
      if (!(await isIssuedBy(certificate, issuer))) continue
      if (i < this.#anchors.length || (await this.leadsOn(issuer, length + 1))) return true
    }
    return false
  }

  /** `below`: certificates of authorities between it and the signer's. */
  #mayIssue(issuer: Certificate, below: number): boolean {
    const { parsedValue } = extension(issuer, BASIC_CONSTRAINTS) ?? {}
    if (!(parsedValue instanceof BasicConstraints) || !parsedValue.cA) return false
    const most = parsedValue.pathLenConstraint
    if (typeof most === 'number' && most < below) return false
    const bits = keyUsage(issuer)
    if (bits !== undefined && (bits & 0b0000_0100) === 0) return false
    const usage = extension(issuer, EXTENDED_KEY_USAGE)?.parsedValue
    const isForAnything = !(usage instanceof ExtKeyUsage)
    if (!isForAnything && !usage.keyPurposes.some((one) => one === TIME_STAMPING || one === ANY_USAGE))
      return false
    return isValid(issuer, this.#time) && isUnderstood(issuer)
  }
}

async function isIssuedBy(certificate: Certificate, issuer: Certificate): Promise<boolean> {
  try {
    const signature = bytesOf(certificate.signatureValue)
    const { subjectPublicKeyInfo: key } = issuer
    return await isSignedBy(key, certificate.signatureAlgorithm, undefined, signature, certificate.tbsView)
  } catch (error) {
    // Signed in a way that is not taken, it is not signed.
    if (error instanceof TimeStampError) return false
    throw error
  }
}

function requireValid(certificate: Certificate, time: number): void {
  const { notBefore, notAfter } = certificate
  if (!isValid(certificate, time))
    throw notTaken(
      `one valid at ${new Date(time).toISOString()}`,
      `from ${notBefore.value.toISOString()} to ${notAfter.value.toISOString()}`,
    )
}

function isValid({ notBefore, notAfter }: Certificate, time: number): boolean {
  return notBefore.value.getTime() <= time && time <= notAfter.value.getTime()
}

function requireUnderstood(certificate: Certificate): void {
  if (!isUnderstood(certificate)) throw notTaken('extensions that are known', 'a critical one that is not')
}

function isUnderstood({ extensions = [] }: Certificate): boolean {
  return extensions.every(({ critical, extnID }) => !critical || understood.has(extnID))
}

function extension({ extensions = [] }: Certificate, identifier: string) {
  return extensions.find(({ extnID }) => extnID === identifier)
}

/** The first eight bits of a key's usage, digitalSignature the highest; undefined if nothing is said of it. */
function keyUsage(certificate: Certificate): number | undefined {
  const usage = extension(certificate, KEY_USAGE)
  if (usage === undefined) return undefined
  return bytesOf(usage.parsedValue)[0] ?? 0
}

function isSame(a: Certificate, b: Certificate): boolean {
  const [one, other] = [derOf(a), derOf(b)]
  return one.length === other.length && one.every((byte, i) => byte === other[i])
}

function nameOf({ subject }: Certificate): string {
  const parts = subject.typesAndValues.map(({ value }) =>
    String((value.valueBlock as { value?: unknown }).value ?? '?'),
  )
  return shown(parts.join(', '))
}

function notTaken(expected: string, found: string): TimeStampError {
  return new TimeStampError('time-stamp-certificate', expected, found)
}
