import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import { faultsOf } from './app.ts'
import { chromiumArguments, findChromium } from './chromium.ts'

/** A tablet: a browser with a disk of its own, which can lose its power. */
export class Device {
  readonly #disk: string
  #process: ChildProcess | undefined
  #browser: Browser | undefined
  readonly #faults: (readonly string[])[] = []

  /** `disk`: a folder of whoever made it. */
  constructor(disk = mkdtempSync(join(tmpdir(), 'relay-device-'))) {
    this.#disk = disk
  }

  async start(): Promise<Page> {
    const path = findChromium(process.env['CHROMIUM']) as string
    const child = spawn(
      path,
      [
        ...chromiumArguments,
        '--headless=new',
        '--remote-debugging-port=0',
        `--user-data-dir=${this.#disk}`,
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    )
    this.#process = child
    const address = await new Promise<string>((resolve, reject) => {
      let said = ''
      child.stderr?.on('data', (text: Buffer) => {
        said += text
        const found = /ws:\/\/\S+/.exec(said)?.[0]
        if (found !== undefined) resolve(found)
      })
      child.once('exit', (code) => reject(new Error(`the browser ended with ${code}: ${said}`)))
    })
    this.#browser = await chromium.connectOverCDP(address)
    this.#faults.push(...this.#browser.contexts().map(faultsOf))
    return this.page()
  }

  async page(): Promise<Page> {
    const context = this.#browser?.contexts()[0]
    if (context === undefined) throw new Error('the device is off')
    const page = await context.newPage()
    page.setDefaultTimeout(30_000)
    return page
  }

  /** What its pages have said that they must never say. */
  get faults(): readonly string[] {
    return this.#faults.flat()
  }

  /** At once, and nothing is asked: whatever was not on the disk is gone. */
  async cutPower(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child?.pid === undefined || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    process.kill(-child.pid, 'SIGKILL')
    await ended
    await this.#browser?.close().catch(() => undefined)
  }

  async remove(): Promise<void> {
    await this.cutPower()
    rmSync(this.#disk, { recursive: true, force: true, maxRetries: 10 })
  }
}
