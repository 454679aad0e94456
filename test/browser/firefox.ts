import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The second browser to test with: Debian's, or the one the caller names. */
export function findFirefox(named: string | undefined): string | undefined {
  const path = named ?? '/usr/bin/firefox-esr'
  return existsSync(path) ? path : undefined
}

const START_MILLISECONDS = 60_000
const LOOK_MILLISECONDS = 100

/** A Firefox spoken to by WebDriver BiDi, as far as one page needs it: Playwright has none but its own build. */
export class Firefox {
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #asked = 0
  #context = ''
  /** What the page said on its console, its policy's refusals among it, and what it asked for. */
  readonly log: string[] = []
  readonly requests: string[] = []

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process
    this.#profile = profile
    this.#socket = socket
    socket.onmessage = ({ data }) => this.#take(JSON.parse(String(data)))
  }

  static async start(path: string): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), 'relay-firefox-'))
    const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0']
    const child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    const address = await addressSaidBy(child)
    const socket = new WebSocket(`${address}/session`)
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = reject
    })
    const firefox = new Firefox(child, profile, socket)
    await firefox.#ask('session.new', { capabilities: {} })
    const { contexts } = await firefox.#ask('browsingContext.getTree', {})
    firefox.#context = contexts?.[0]?.context ?? ''
    return firefox
  }

  async open(url: string): Promise<void> {
    await this.#ask('session.subscribe', { events: ['log.entryAdded', 'network.beforeRequestSent'] })
    await this.#ask('browsingContext.navigate', { context: this.#context, url, wait: 'complete' })
  }

  /** The text that an expression gives in the page. */
  async text(expression: string): Promise<string> {
    return String((await this.#evaluate(expression))?.value ?? '')
  }

  /** Waits for an expression to give a text. */
  async untilText(expression: string): Promise<string> {
    for (;;) {
      const text = await this.text(expression)
      if (text !== '') return text
      await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS))
    }
  }

  async setFiles(id: string, files: readonly string[]): Promise<void> {
    const element = await this.#evaluate(`document.getElementById('${id}')`)
    await this.#ask('input.setFiles', {
      context: this.#context,
      element: { sharedId: element?.sharedId },
      files,
    })
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#socket.close()
    this.#process.kill()
    await ended
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }

  async #evaluate(expression: string): Promise<Answer['result']['result']> {
    const target = { context: this.#context }
    return (await this.#ask('script.evaluate', { expression, target, awaitPromise: true })).result
  }

  #ask(method: string, params: object): Promise<Answer['result']> {
    const id = ++this.#asked
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ type, error, message, result }) => {
        if (type === 'error') reject(new Error(`${method}: ${error}, ${message}`))
        else resolve(result)
      })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }

  #take(answer: Answer): void {
    if (answer.id !== undefined) return this.#waiting.get(answer.id)?.(answer)
    const { params } = answer
    if (params?.text !== undefined) this.log.push(params.text)
    // What Firefox draws its own controls with comes from itself.
    const url = params?.request?.url
    if (url !== undefined && !url.startsWith('data:')) this.requests.push(url)
  }
}

/** What of the protocol is looked at. */
interface Answer {
  readonly id?: number
  readonly type: string
  readonly error?: string
  readonly message?: string
  readonly result: {
    readonly contexts?: readonly { readonly context: string }[]
    readonly result?: { readonly value?: unknown; readonly sharedId?: string }
  }
  readonly params?: { readonly text?: string; readonly request?: { readonly url: string } }
}

function addressSaidBy(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const late = setTimeout(() => reject(new Error(`firefox did not start: ${said}`)), START_MILLISECONDS)
    child.stderr?.on('data', (piece) => {
      said += piece
      const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said)?.[1]
      if (address === undefined) return
      clearTimeout(late)
      resolve(address)
    })
  })
}
