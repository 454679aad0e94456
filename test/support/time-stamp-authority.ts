import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How a certificate is made; what is left out is as it should be. */
export interface StampingCertificate {
  readonly key: 'ec' | 'ec384' | 'rsa' | 'rsa1024'
  readonly usage?: string
  /** As `openssl ca -startdate` takes them. */
  readonly from?: string
  readonly to?: string
  readonly digest?: 'sha256' | 'sha384' | 'sha512' | 'sha1'
  readonly pss?: boolean
  /** Made to sign certificates, as far as a usage says so; or signed by one that is named. */
  readonly authority?: boolean
  readonly by?: string
}

const POLICY = '1.3.6.1.4.1.32473.1.1'

/**
 * A time-stamping authority made by OpenSSL, with an authority of its own: certificates, and an HTTP server on loopback
 * that has `openssl ts -reply` answer. What it says can be changed on the way.
 */
export class TimeStampAuthority {
  readonly folder = mkdtempSync(join(tmpdir(), 'relay-tsa-'))
  readonly policy = POLICY
  /** In place of the usual answer; called with what the usual would be. */
  answer: (usual: Buffer, response: ServerResponse, query: Buffer) => void = (usual, response) =>
    replyWith(response, usual)
  asked = 0
  #server: Server | undefined
  #made = 0

  constructor() {
    mkdirSync(join(this.folder, 'certs'))
    writeFileSync(join(this.folder, 'openssl.cnf'), configuration(this.folder))
    writeFileSync(this.#file('index.txt'), '')
    writeFileSync(this.#file('serial'), '01\n')
    writeFileSync(this.#file('tsaserial'), '01\n')
    this.#openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', this.#file('ca.key'))
    const subject = ['-subj', '/CN=Test root', '-days', '29000']
    // From long ago: certificates that are over by now are made, too.
    this.#run(
      ...[
        'faketime',
        '-f',
        '2020-01-01 00:00:00',
        'openssl',
        'req',
        '-x509',
        '-new',
        '-key',
        this.#file('ca.key'),
        '-out',
        this.ca,
        '-extensions',
        'root',
      ],
      ...['-config', this.#file('openssl.cnf'), ...subject],
    )
  }

  /** Its own authority's certificate: what a site trusts. */
  get ca(): string {
    return this.#file('ca.pem')
  }

  /** Makes a key and a certificate to sign with; gives the name it is used by. */
  certificate({
    key,
    usage = 'critical,timeStamping',
    from = '20200102000000Z',
    to = '20991231000000Z',
    digest = 'sha256',
    pss = false,
    authority = false,
    by,
  }: StampingCertificate): string {
    const name = `tsa-${++this.#made}`
    const keyFile = this.#file(`${name}.key`)
    if (key.startsWith('ec')) {
      const curve = key === 'ec' ? 'prime256v1' : 'secp384r1'
      this.#openssl('ecparam', '-name', curve, '-genkey', '-noout', '-out', keyFile)
    } else this.#openssl('genrsa', '-out', keyFile, key === 'rsa' ? '2048' : '1024')
    const extensions = this.#file(`${name}.ext`)
    const lines = authority
      ? ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign']
      : ['basicConstraints=CA:FALSE', 'keyUsage=critical,digitalSignature']
    writeFileSync(
      extensions,
      [...lines, ...(usage === '' ? [] : [`extendedKeyUsage=${usage}`]), ''].join('\n'),
    )
    const request = this.#file(`${name}.csr`)
    this.#openssl('req', '-new', '-key', keyFile, '-out', request, '-subj', `/CN=Test authority ${name}`)
    this.#openssl(
      ...['ca', '-batch', '-notext', '-config', this.#file('openssl.cnf'), '-in', request, '-md', digest],
      ...['-out', this.#file(`${name}.pem`), '-extfile', extensions, '-startdate', from, '-enddate', to],
      ...(by === undefined ? [] : ['-cert', this.#file(`${by}.pem`), '-keyfile', this.#file(`${by}.key`)]),
      ...(pss ? ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:-1'] : []),
    )
    return name
  }

  /** What `openssl ts -reply` makes of a query, in another time if need be (faketime). */
  reply(
    query: Uint8Array,
    signer: string,
    { at, digest = 'sha256', chain }: { at?: string; digest?: string; chain?: string } = {},
  ): Buffer {
    const [asked, replied] = [this.#file('query.tsq'), this.#file('reply.tsr')]
    writeFileSync(asked, query)
    const command = [
      ...['openssl', 'ts', '-reply', '-config', this.#file('openssl.cnf'), '-queryfile', asked],
      ...['-signer', this.#file(`${signer}.pem`), '-inkey', this.#file(`${signer}.key`), '-out', replied],
      ...[`-${digest}`],
      ...(chain === undefined ? [] : ['-chain', this.#file(`${chain}.pem`)]),
    ]
    const [program = '', ...args] = at === undefined ? command : ['faketime', '-f', at, ...command]
    execFileSync(program, args, { stdio: 'pipe' })
    return readFileSync(replied)
  }

  /**
   * A time stamp that says something, signed by `openssl cms`, which asks nothing of the certificate: what a program that
   * keeps to no rule could make.
   */
  signed(content: Uint8Array, signer: string, ...more: readonly string[]): Buffer {
    const [file, token] = [this.#file('content'), this.#file('token')]
    writeFileSync(file, content)
    this.#openssl(
      ...['cms', '-sign', '-binary', '-nodetach', '-nosmimecap', '-cades', '-in', file, '-outform', 'DER'],
      ...['-econtent_type', 'id-smime-ct-TSTInfo', '-signer', this.#file(`${signer}.pem`)],
      ...['-inkey', this.#file(`${signer}.key`), '-out', token, ...more],
    )
    const body = Buffer.concat([Buffer.from('3003020100', 'hex'), readFileSync(token)])
    return Buffer.concat([Buffer.from([0x30, 0x82, body.length >> 8, body.length & 0xff]), body])
  }

  /** Makes a query for bytes, as a program that is not ours does. */
  query(bytes: Uint8Array, ...more: readonly string[]): Buffer {
    const file = this.#file('data')
    writeFileSync(file, bytes)
    return execFileSync('openssl', ['ts', '-query', '-data', file, '-sha256', '-cert', ...more], {
      stdio: 'pipe',
    })
  }

  /** Listens on loopback; gives its address. On the same port again where one is given. */
  async listen(signer: () => string, port = 0): Promise<string> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        this.asked++
        const query = Buffer.concat(parts)
        this.answer(this.reply(query, signer()), response, query)
      })
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`
  }

  async silence(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    server?.closeAllConnections()
    if (server !== undefined) await new Promise((resolve) => server.close(resolve))
  }

  async remove(): Promise<void> {
    await this.silence()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #file(name: string): string {
    return join(this.folder, name)
  }

  #openssl(...args: readonly string[]): void {
    this.#run('openssl', ...args)
  }

  #run(program: string, ...args: readonly string[]): void {
    execFileSync(program, args, { stdio: 'pipe' })
  }
}

export function replyWith(response: ServerResponse, bytes: Uint8Array): void {
  response.writeHead(200, { 'content-type': 'application/timestamp-reply' })
  response.end(bytes)
}

/** What `openssl ts -verify` says of a time stamp: true if it holds at the time given. */
export function opensslTakes(data: string, stamp: string, ca: string, seconds: number): boolean {
  try {
    const args = ['ts', '-verify', '-data', data, '-in', stamp, '-CAfile', ca, '-attime', String(seconds)]
    return /Verification: OK/.test(execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' }))
  } catch {
    return false
  }
}

function configuration(folder: string): string {
  return `
[req]
distinguished_name = name
[name]
[ca]
default_ca = own
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[own]
database = ${folder}/index.txt
serial = ${folder}/serial
new_certs_dir = ${folder}/certs
certificate = ${folder}/ca.pem
private_key = ${folder}/ca.key
policy = any
unique_subject = no
[any]
commonName = supplied
[tsa]
default_tsa = authority
[authority]
serial = ${folder}/tsaserial
default_policy = ${POLICY}
digests = sha256, sha384, sha512, sha1
accuracy = secs:1, millisecs:500
ess_cert_id_alg = sha256
ess_cert_id_chain = no
signer_digest = sha256
`
}
