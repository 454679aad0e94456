import { existsSync } from 'node:fs'
import { type Browser, type ElementHandle, launch, type Page } from 'puppeteer-core'

/** The second browser to test with: Debian's, or the one the caller names. */
export function findFirefox(named: string | undefined): string | undefined {
  const path = named ?? '/usr/bin/firefox-esr'
  return existsSync(path) ? path : undefined
}

/** A page in a Firefox, by WebDriver BiDi: Playwright has none but its own build. */
export class Firefox {
  readonly #browser: Browser
  readonly #page: Page
  /** What the page said on its console, its policy's refusals among it, and what it asked for. */
  readonly log: string[] = []
  readonly requests: string[] = []

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser
    this.#page = page
    page.on('console', (said) => this.log.push(said.text()))
    page.on('pageerror', (error) => this.log.push(String(error)))
    page.on('request', (request) => {
      // What Firefox draws its own controls with comes from itself.
      if (!request.url().startsWith('data:')) this.requests.push(request.url())
    })
  }

  static async start(path: string): Promise<Firefox> {
    const browser = await launch({ browser: 'firefox', executablePath: path, headless: true })
    return new Firefox(browser, await browser.newPage())
  }

  async open(url: string): Promise<void> {
    await this.#page.goto(url)
  }

  /** The text that an expression gives in the page. */
  async text(expression: string): Promise<string> {
    return String((await this.#page.evaluate(expression)) ?? '')
  }

  /** Waits for an expression to give a text. */
  async untilText(expression: string): Promise<string> {
    await this.#page.waitForFunction(`(${expression}) !== ''`, { timeout: 0 })
    return this.text(expression)
  }

  async setFiles(id: string, files: readonly string[]): Promise<void> {
    const input = (await this.#page.$(`#${id}`)) as ElementHandle<HTMLInputElement> | null
    await input?.uploadFile(...files)
  }

  close(): Promise<void> {
    return this.#browser.close()
  }
}
