import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import type { Place } from './page/main.ts'
import { answer, type Name, type Ring } from './page/ring.ts'
import { siteDirectory } from './site.ts'

type Input<N extends Name> = Parameters<Ring[N]>[0]
type Output<N extends Name> = Awaited<ReturnType<Ring[N]>>

/**
 * A page with the ring in it. What goes wrong in the page or its worker fails the test that has it open; the
 * one thing that must go wrong in each is the eval that `mayEval` tries.
 */
export const test = base.extend<{ ringPage: Page }>({
  ringPage: async ({ page }, use) => {
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => errors.push(message.text()))
    await page.goto(pageUrl())
    await page.waitForFunction(() => globalThis.trail !== undefined)
    await use(page)
    expect(errors.filter((error) => !error.includes("'unsafe-eval'"))).toEqual([])
  },
})

/** The address of the page, as the set-up of the run left it. */
export function pageUrl(): string {
  return process.env['PAGE_URL'] ?? ''
}

export const places = ['page', 'worker'] as const satisfies readonly Place[]

/** Asks the ring in the page, or in its worker. */
export async function ask<N extends Name>(
  page: Page,
  place: Place,
  name: N,
  input: Input<N>,
): Promise<Output<N>> {
  const request = JSON.stringify({ name, input })
  const found = await page.evaluate((asked) => globalThis.trail[asked.place](asked.request), {
    place,
    request,
  })
  return JSON.parse(found)
}

/** Asks the ring in this process, on node:crypto, by the same way. */
export async function askNode<N extends Name>(name: N, input: Input<N>): Promise<Output<N>> {
  return JSON.parse(await answer(JSON.stringify({ name, input })))
}

/** Puts bytes where the page can fetch them, and returns the address to fetch from. */
export function publish(name: string, bytes: Uint8Array): string {
  const path = join(siteDirectory, 'trails', name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  return `/trails/${encodeURI(name)}`
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
