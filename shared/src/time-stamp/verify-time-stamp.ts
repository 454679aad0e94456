import { OctetString, Sequence } from 'asn1js'
import {
  AlgorithmIdentifier,
  type Attribute,
  type Certificate,
  IssuerAndSerialNumber,
  type SignerInfo,
} from 'pkijs'
import { hex, sha256 } from '../trail/index.ts'
import { digested, digestOf, isSignedBy } from './algorithms.ts'
import { type Anchors, derOf, requirePath, requireStamping } from './certificates.ts'
import { TimeStampError } from './faults.ts'
import {
  bytesOf,
  formError,
  parsed,
  readTimeStamp,
  requireImprint,
  type TimeStamp,
  type Token,
} from './read-time-stamp.ts'

const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
/** ESSCertIDv2 (RFC 5816). The older one, by SHA-1, is not enough. */
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'

/**
 * Verifies a `.tsr` file: it is of these bytes, says so under a sound signature, and its signer's certificate, made for
 * time stamping and valid at that time, goes back to an anchor. What it proves: the bytes were there at `latest`. Whether
 * the certificate has been revoked is not asked: that takes a network. Rejects with `TimeStampError`.
 */
export async function verifyTimeStamp(
  response: Uint8Array,
  bytes: Uint8Array,
  anchors: Anchors,
): Promise<TimeStamp> {
  const stamp = readTimeStamp(response)
  requireImprint(stamp, sha256(bytes))
  try {
    await requireSound(stamp, anchors)
  } catch (error) {
    if (error instanceof TimeStampError) throw error
    // Much of a value is read only when it is asked for, and what is of no form then throws whatever comes first.
    throw formError('a signature and a certificate of their form', 'another form')
  }
  return stamp
}

async function requireSound({ token, time }: TimeStamp, anchors: Anchors): Promise<void> {
  const certificate = signerOf(token, anchors)
  requireStamping(certificate, time)
  await requireSigned(token, certificate)
  await requirePath(certificate, token.certificates, anchors, time)
}

/** The certificate that is named as the signer's: in the token, or one that is trusted anyway. */
function signerOf({ signer, certificates }: Token, anchors: Anchors): Certificate {
  const { sid } = signer
  if (!(sid instanceof IssuerAndSerialNumber)) throw formError('a signer by issuer and number', 'another')
  const found = [...certificates, ...anchors].find(
    ({ issuer, serialNumber }) => issuer.isEqual(sid.issuer) && serialNumber.isEqual(sid.serialNumber),
  )
  if (found !== undefined) return found
  throw new TimeStampError('time-stamp-certificate', 'the certificate of the signer', 'none')
}

async function requireSigned({ content, signer }: Token, certificate: Certificate): Promise<void> {
  const digest = digestOf(signer.digestAlgorithm)
  const attributes = attributesOf(signer)
  const type = attributes.one(CONTENT_TYPE)
  if (String((type as { valueBlock?: object }).valueBlock) !== TST_INFO)
    throw formError('a signature on a time stamp', 'one on something else')
  const said = attributes.one(MESSAGE_DIGEST)
  if (!(said instanceof OctetString)) throw formError('a digest', 'something else')
  const [expected, found] = [hex(bytesOf(said)), hex(await digested(digest, content))]
  if (expected !== found) throw new TimeStampError('time-stamp-signature', expected, found)
  await requireNamed(attributes.one(SIGNING_CERTIFICATE_V2), certificate)
  const { subjectPublicKeyInfo: key } = certificate
  const signature = bytesOf(signer.signature)
  if (!(await isSignedBy(key, signer.signatureAlgorithm, digest, signature, attributes.bytes)))
    throw new TimeStampError('time-stamp-signature', 'a signature by its certificate', 'another')
}

/** What is signed beside the content, each once; the bytes are those the signature is on (RFC 5652, 5.4). */
function attributesOf({ signedAttrs }: SignerInfo): {
  readonly bytes: Uint8Array
  readonly one: (type: string) => unknown
} {
  if (signedAttrs === undefined) throw formError('signed attributes', 'none')
  const bytes = new Uint8Array(signedAttrs.encodedValue)
  const one = (type: string): unknown => {
    const [found, ...more] = signedAttrs.attributes.filter((attribute: Attribute) => attribute.type === type)
    if (found === undefined || more.length > 0 || found.values.length !== 1)
      throw formError(`one attribute ${type}`, found === undefined ? 'none' : 'several')
    return found.values[0]
  }
  return { bytes, one }
}

/** SigningCertificateV2: the first certificate it names, by its digest, is that of the signer. */
async function requireNamed(value: unknown, certificate: Certificate): Promise<void> {
  const { digest, hash } = parsed('the certificate that is signed with', () => {
    const parts = (block: unknown): readonly unknown[] => {
      if (!(block instanceof Sequence)) throw formError('a sequence', 'something else')
      return block.valueBlock.value
    }
    const [first, second] = parts(parts(parts(value)[0])[0])
    // Without an algorithm it is SHA-256.
    const named = first instanceof Sequence ? digestOf(new AlgorithmIdentifier({ schema: first })) : 'SHA-256'
    const octets = first instanceof Sequence ? second : first
    if (!(octets instanceof OctetString)) throw formError('a digest', 'something else')
    return { digest: named, hash: hex(bytesOf(octets)) }
  })
  const found = hex(await digested(digest, derOf(certificate)))
  if (found !== hash) throw new TimeStampError('time-stamp-certificate', `the certificate ${hash}`, found)
}
