import { randomBytes, randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'

const IN_FLIGHT = 1_000

/** A program without any right that keeps every open door of a relay busy, with a thousand requests at a time. */
export class Flood {
  /** Resolves when a thousand have been answered, or not: it goes on all the while. */
  readonly begun: Promise<void>
  readonly #agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT })
  readonly #port: number
  readonly #token: string
  readonly #said = new Map<string, number>()
  readonly #all: Promise<void>[]
  #isOn = true

  /** `token`: one that is not for this relay. */
  constructor(port: number, token: string) {
    this.#port = port
    this.#token = token
    let answers = 0
    let isBegun = (): void => {}
    this.begun = new Promise((resolve) => {
      isBegun = resolve
    })
    this.#all = Array.from({ length: IN_FLIGHT }, async (_, i) => {
      for (let turn = i; this.#isOn; turn++) {
        const code = await this.#ask(turn)
        this.#said.set(code, (this.#said.get(code) ?? 0) + 1)
        if (++answers === IN_FLIGHT) isBegun()
      }
    })
  }

  /** What was answered, and how often. */
  async end(): Promise<Readonly<Record<string, number>>> {
    this.#isOn = false
    this.#agent.destroy()
    await Promise.all(this.#all)
    return Object.fromEntries(this.#said)
  }

  #ask(turn: number): Promise<string> {
    const [path, body] = this.#bogus(turn)
    const origin = `http://127.0.0.1:${this.#port}`
    const headers = { 'content-type': 'application/json', 'x-relay': '1', origin }
    return new Promise((resolve) => {
      const asked = request(
        `${origin}${path}`,
        { method: 'POST', agent: this.#agent, headers },
        async (answer) => {
          const parts: Buffer[] = []
          try {
            for await (const part of answer) parts.push(part as Buffer)
            const text = Buffer.concat(parts).toString()
            resolve(text === '' ? 'none' : String((JSON.parse(text) as { code?: unknown }).code ?? 'begun'))
          } catch {
            resolve('closed')
          }
        },
      )
      asked.once('error', () => resolve('closed'))
      asked.end(JSON.stringify(body))
    })
  }

  #bogus(turn: number): [string, object] {
    const password = 'nickel otter canvas 17'
    const random = randomBytes(32).toString('base64url')
    const all: [string, object][] = [
      ['/v1/session', { user: `n${randomUUID().slice(0, 8)}`, password }],
      ['/v1/session', { user: 'asmith', password }],
      ['/v1/session/external/start', {}],
      ['/v1/session/external/finish', { binding: random, state: random, code: 'x' }],
      ['/v1/presence', { token: 'x' }],
      ['/v1/presence', { token: this.#token }],
      ['/v1/presence/end', { token: this.#token.replace(/\.[^.]*$/, `.${random}`) }],
      ['/v1/password/by-code', { user: 'jdoe', code: random.slice(0, 22), newPassword: password }],
    ]
    return all[turn % all.length] as [string, object]
  }
}
