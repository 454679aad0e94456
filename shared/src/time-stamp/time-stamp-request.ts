import { Integer, OctetString } from 'asn1js'
import { AlgorithmIdentifier, MessageImprint, TimeStampReq } from 'pkijs'
import { SHA_256 } from './algorithms.ts'

/** As unlikely to come twice as a key. */
export const NONCE_BYTES = 16

/** Asks for a time stamp over a SHA-256, with the certificate it is signed by (RFC 3161, 2.4.1). Pure. */
export function timeStampRequest(
  imprint: Uint8Array,
  nonce: Uint8Array,
  policy: string | undefined,
): Uint8Array {
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA_256 }),
      hashedMessage: new OctetString({ valueHex: new Uint8Array(imprint).buffer }),
    }),
    nonce: new Integer({ valueHex: positive(nonce) }),
    certReq: true,
    ...(policy === undefined ? {} : { reqPolicy: policy }),
  })
  return new Uint8Array(request.toSchema().toBER(false))
}

/** What an INTEGER holds of a nonce: no sign, no zeros in front. */
export function positive(nonce: Uint8Array): ArrayBuffer {
  const first = nonce.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? new Uint8Array(1) : nonce.subarray(first)
  if ((digits[0] ?? 0) < 0x80) return new Uint8Array(digits).buffer
  return Uint8Array.of(0, ...digits).buffer
}
