import { generateKeyPairSync, sign } from 'node:crypto'

export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** A certificate of its own authority (RFC 5280), made by hand so that a test needs no program for it. */
export function selfSigned(name: string, address?: readonly [number, number, number, number]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = sequence(identifier(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
  const commonName = sequence(set(sequence(identifier(0x55, 0x04, 0x03), der(0x0c, Buffer.from(name)))))
  const names = [
    der(0x82, Buffer.from(name)),
    ...(address === undefined ? [] : [der(0x87, Buffer.from(address))]),
  ]
  const extensions = sequence(
    extension([0x55, 0x1d, 0x13], sequence(der(0x01, Buffer.from([0xff])))),
    extension([0x55, 0x1d, 0x11], sequence(...names)),
  )
  const toBeSigned = sequence(
    der(0xa0, integer(2)),
    integer(7),
    ecdsaWithSha256,
    commonName,
    sequence(time('20260101000000Z'), time('20991231000000Z')),
    commonName,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', toBeSigned, privateKey)]))
  const whole = sequence(toBeSigned, ecdsaWithSha256, signature).toString('base64')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${whole.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, Buffer.concat(parts))
const set = (...parts: readonly Uint8Array[]) => der(0x31, Buffer.concat(parts))
const identifier = (...bytes: readonly number[]) => der(0x06, Buffer.from(bytes))
const integer = (value: number) => der(0x02, Buffer.from([value]))
const time = (text: string) => der(0x18, Buffer.from(text))

function extension(id: readonly number[], content: Uint8Array): Buffer {
  return sequence(identifier(...id), der(0x04, content))
}
