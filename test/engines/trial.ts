import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { AppRelay, expect } from '../browser/app.ts'
import { say } from '../browser/ask.ts'
import type { Browser, Engine, Missing, Tab } from './engine.ts'
import { engines } from './engines.ts'
import { until } from './hand.ts'

/** Said by a page at each start, for a console that is not heard has no faults. */
const HEARD = 'this is heard'
const pictures = join(import.meta.dirname, '../out/engines')

/** One engine, a relay with people and records, and a tab that stays open from test to test. */
export class Trial {
  readonly relay: AppRelay
  readonly #engine: Engine
  readonly #disk = mkdtempSync(join(tmpdir(), 'relay-engine-'))
  #browser: Browser | undefined
  #tab: Tab | undefined

  constructor(engine: Engine, relay: AppRelay) {
    this.#engine = engine
    this.relay = relay
  }

  get browser(): Browser {
    if (this.#browser === undefined) throw new Error(`${this.#engine.name} is not started`)
    return this.#browser
  }

  get tab(): Tab {
    if (this.#tab === undefined) throw new Error(`${this.#engine.name} is not started`)
    return this.#tab
  }

  /** Starts the browser, or, after its power was cut, starts it again on the same disk. */
  async start(): Promise<void> {
    const isFirst = this.#browser === undefined
    await this.#browser?.cutPower()
    this.#browser = await this.#engine.start(this.#disk)
    this.#tab = await this.#browser.tab()
    await this.tab.ask((said) => reportError(new Error(said)), HEARD)
    await until(this.tab, 'what a page says is heard', async () =>
      this.browser.faults().some((one) => one.includes(HEARD)),
    )
    if (isFirst) say(`${this.#engine.name} ${this.#browser.version}`)
  }

  /** What pages said that they must never say. */
  get faults(): readonly string[] {
    return this.browser.faults().filter((one) => !one.includes(HEARD))
  }

  /** For people to look at. */
  async picture(name: string): Promise<void> {
    mkdirSync(pictures, { recursive: true })
    const file = `${this.#engine.name.toLowerCase()}-${name}.png`
    // What is read is drawn a moment later.
    await this.tab.ask(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 200))))
    writeFileSync(join(pictures, file), await this.tab.picture())
  }

  async remove(): Promise<void> {
    await this.#browser?.cutPower()
    await this.relay.station.remove()
    rmSync(this.#disk, { recursive: true, force: true, maxRetries: 10 })
  }
}

/**
 * Of the engine that the project names; all tests of a file share it, and each goes on from what those before it left. Where
 * the engine is not here, none is executed, and that is said.
 */
export const test = base.extend<{ sound: undefined }, { started: Trial | Missing; trial: Trial }>({
  started: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright asks for a pattern
    async ({}, use, info) => {
      const engine = engines.find(({ name }) => name === info.project.name)
      if (engine === undefined) throw new Error(`there is no engine ${info.project.name}`)
      if (!('start' in engine)) return use(engine)
      const trial = new Trial(engine, await relayWithPeople())
      try {
        await use(trial)
      } finally {
        await trial.remove()
      }
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  trial: [({ started }, use) => use(started as Trial), { scope: 'worker' }],
  /** No page says what none must ever say. */
  sound: [
    async ({ started }, use, info) => {
      if (!(started instanceof Trial)) return info.skip(true, `not executed: ${started.why}`)
      await use(undefined)
      expect(started.faults).toEqual([])
    },
    { auto: true },
  ],
})

async function relayWithPeople(): Promise<AppRelay> {
  const relay = await AppRelay.start()
  for (const run of [1, 2, 3]) relay.station.write(`batch/run-${run}.csv`, `run\n${run}\n`)
  relay.station.write('later/report.csv', 'a,b\n')
  await relay.people(['bking', 'Bill King', 'administrator'], ['jdoe', 'Jane Doe', 'reviewer'])
  await relay.allow('jdoe')
  await relay.station.until('all is recorded', ({ units }) => units.recorded === 4)
  await relay.station.settled()
  return relay
}

export { expect }
