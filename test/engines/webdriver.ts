import { setTimeout as pause } from 'node:timers/promises'
import type { Point, Tab } from './engine.ts'

/** As WebDriver writes this key. */
const ENTER = '\ue006'

/** A session of W3C WebDriver, as far as tabs need it. https://www.w3.org/TR/webdriver2/ */
export class Session {
  readonly #address: string
  #handle = ''

  private constructor(address: string) {
    this.#address = address
  }

  static async begin(driver: string, capabilities: object): Promise<{ session: Session; version: string }> {
    const begun = await ask<Begun>(driver, 'POST', '/session', {
      capabilities: { alwaysMatch: capabilities },
    })
    return {
      session: new Session(`${driver}/session/${begun.sessionId}`),
      version: begun.capabilities.browserVersion,
    }
  }

  ask<Value>(method: 'GET' | 'POST', path: string, body?: object): Promise<Value> {
    return ask(this.#address, method, path, method === 'POST' ? (body ?? {}) : undefined)
  }

  /** What follows is asked of this tab. */
  async turnTo(handle: string): Promise<void> {
    if (handle === this.#handle) return
    await this.ask('POST', '/window', { handle })
    this.#handle = handle
  }
}

interface Begun {
  readonly sessionId: string
  readonly capabilities: { readonly browserVersion: string }
}

/** Resolves when a driver that was just started answers. */
export async function untilReady(driver: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      const { ready } = await ask<{ ready: boolean }>(driver, 'GET', '/status')
      if (ready) return
    } catch (error) {
      if (tries > 300) throw error
    }
    await pause(100)
  }
}

async function ask<Value>(address: string, method: string, path: string, body?: object): Promise<Value> {
  const response = await fetch(`${address}${path}`, {
    method,
    headers: { connection: 'close', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const { value } = (await response.json()) as { value: unknown }
  if (!response.ok) {
    const { error, message } = value as { error: string; message: string }
    throw new Error(`${method} ${path}: ${error}, ${message}`)
  }
  return value as Value
}

/** One tab of a session. Only one thing is asked of a session at a time. */
export class SessionTab implements Tab {
  readonly #session: Session
  readonly #handle: string

  constructor(session: Session, handle: string) {
    this.#session = session
    this.#handle = handle
  }

  /**
   * WebKitWebDriver answers `unknown error`, with no word of why, to a navigation that another of the page's own came
   * in between of: then the page is asked for once more. Any other answer stands, and so does the second.
   */
  async go(url: string): Promise<void> {
    try {
      await this.#ask('POST', '/url', { url })
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'POST /url: unknown error, ') throw error
      await this.#ask('POST', '/url', { url })
    }
  }

  reload(): Promise<void> {
    return this.#ask('POST', '/refresh')
  }

  async ask<Given extends readonly unknown[], Result>(
    asked: (...given: Given) => Result,
    ...given: Given
  ): Promise<Awaited<Result>> {
    const script = `return Promise.resolve((${asked}).apply(null, arguments)).then((said) => JSON.stringify([said]))`
    const said = await this.#ask<string>('POST', '/execute/sync', { script, args: given })
    return JSON.parse(said)[0]
  }

  async press({ x, y }: Point): Promise<void> {
    const actions = [
      { type: 'pointerMove', duration: 0, x: Math.round(x), y: Math.round(y) },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ]
    const mouse = { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }
    await this.#ask('POST', '/actions', { actions: [mouse] })
  }

  async type(text: string): Promise<void> {
    const keys = [...text].map((letter) => (letter === '\n' ? ENTER : letter))
    const actions = keys.flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ])
    await this.#ask('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] })
  }

  async picture(): Promise<Uint8Array> {
    return Buffer.from(await this.#ask<string>('GET', '/screenshot'), 'base64')
  }

  async #ask<Value>(method: 'GET' | 'POST', path: string, body?: object): Promise<Value> {
    await this.#session.turnTo(this.#handle)
    return this.#session.ask<Value>(method, path, body)
  }
}
