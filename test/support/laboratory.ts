import { randomBytes } from 'node:crypto'
import type { Client } from '@compliance-relay/shared/api'
import { signProof } from '@compliance-relay/shared/relay'
import {
  leafHash,
  parseCheckpoint,
  printStatementNote,
  type Signer,
  type Statement,
  signerOf,
  signStatement,
} from '@compliance-relay/shared/trail'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import type { Workstation } from './workstation.ts'

export const password = 'gravel spoon tundra 41'
export const why = ['--reason', 'as agreed with the head of the laboratory']

/** Somebody with a key on a tablet. */
export interface Hand {
  readonly asked: Client
  readonly signer: Signer
  readonly user: string
  readonly name: string
}

/** The people of a real relay, which runs on a port of its own and was made with asmith as its first administrator. */
export class Laboratory {
  readonly #station: Workstation
  readonly #port: string

  constructor(station: Workstation, port: string) {
    this.#station = station
    this.#port = port
  }

  /** Makes the relay and starts it; its first administrator has set a password. */
  async open(): Promise<void> {
    const code = /^ {2}code +(\S+)$/m.exec(this.#station.init())?.[1] ?? ''
    await this.#station.start('--port', this.#port)
    this.asked([code, password], 'account', 'password', 'asmith', '--code')
  }

  /** What a command says to whoever types these lines. Throws if it says no. */
  asked(typed: readonly string[], ...args: string[]): string {
    const input = typed.map((line) => `${line}\n`).join('')
    const { code, out, error } = this.#station.tryRelayWith(input, ...args, '--port', this.#port)
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${error}`)
    return out
  }

  person(id: string, name: string, role: string): void {
    const add = ['account', 'add', `${id}=${name}`, '--role', role, '--as', 'asmith', ...why, '--json']
    const { code } = JSON.parse(this.asked([password], ...add))
    this.asked([code, password], 'account', 'password', id, '--code')
  }

  /** A second administrator, without whom nobody comes to sign. */
  second(): void {
    this.person('adm2', 'Second Administrator', 'administrator')
  }

  /** Gives somebody the right to sign; there is a second administrator. */
  allow(user: string): void {
    const propose = ['account', 'propose-signer', user, '--identity-check', 'passport seen']
    this.asked([password], ...propose, '--as', 'asmith', ...why)
    this.asked([password], 'account', 'grant-signer', user, '--as', 'adm2', ...why)
  }

  /** A reviewer who may sign. */
  async signing(user: string, name: string): Promise<Hand> {
    this.second()
    this.person(user, name, 'reviewer')
    this.allow(user)
    const { token } = await clientAt(this.#port, () => undefined).call('signIn', { body: { user, password } })
    const asked = clientAt(this.#port, () => token)
    const { nonce, trail, keyName } = await asked.call('startEnrolment', { body: { device: 'tablet-1' } })
    const signer = signerOf(keyName, 'note', new Uint8Array(randomBytes(32)))
    const proof = Buffer.from(signProof({ nonce, trail, key: signer.vkey }, signer)).toString()
    await asked.call('enrolKey', { body: { device: 'tablet-1', password, proof } })
    return { asked, signer, user, name }
  }

  /** Signs a record over the newest head; gives the place of the signature's own record. */
  async sign(
    { asked, signer, user, name }: Hand,
    seq: number,
    more: Pick<Statement, 'count' | 'meaning' | 'reason'>,
  ): Promise<number> {
    await this.#station.settled()
    const { data } = this.#station
    const checkpoint = parseCheckpoint(Buffer.from(this.#station.relay('checkpoint', '--data', data)))
    const [line = ''] = this.#station
      .relay('trail', '--data', data, '--from', String(seq), '--limit', '1')
      .split('\n')
    const note = signStatement(
      {
        at: new Date().toISOString(),
        checkpoint: { trail: checkpoint.origin, size: checkpoint.size, root: checkpoint.root },
        name,
        records: [{ seq, leaf: leafHash(Buffer.from(line)) }],
        user,
        ...more,
      },
      signer,
    )
    const item = Buffer.from(printStatementNote(note)).toString()
    const { items } = await asked.call('giveStatements', { body: { items: [item] } })
    const [answer] = items
    if (answer?.verdict !== 'accepted') throw new Error(`it was not accepted: ${JSON.stringify(answer)}`)
    return this.#station.records().findLast(({ kind }) => kind === 'signature.applied')?.seq ?? 0
  }
}
