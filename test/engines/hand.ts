import { setTimeout as pause } from 'node:timers/promises'
import type { Tab } from './engine.ts'

/** A busy machine takes its time, for keys above all: nothing is judged by a stopwatch. */
const WAIT_MILLISECONDS = 60_000
const LOOK_MILLISECONDS = 100

/** What a person takes it for, and by which name. */
export type Kind = 'button' | 'link' | 'field' | 'box' | 'row' | 'heading'

const selectors: { readonly [K in Kind]: string } = {
  button: 'button, [role=button]',
  link: 'a[href]',
  field: 'input, textarea',
  box: 'input[type=checkbox]',
  row: '[role=row]',
  heading: 'h1, h2, h3',
}

/** Waits until something holds of a page. Throws with what is in sight if it does not. */
export async function until(tab: Tab, what: string, holds: () => Promise<boolean>): Promise<void> {
  const late = Date.now() + WAIT_MILLISECONDS
  // Asked while a page gives way to the next, one driver has nothing to answer: it does not hold yet.
  const held = () =>
    holds().catch((error: Error) => {
      if (error.message.includes('Could not parse script result')) return false
      throw error
    })
  while (!(await held())) {
    if (Date.now() > late)
      throw new Error(`not within ${WAIT_MILLISECONDS} ms: ${what}; ${await textOf(tab)}`)
    await pause(LOOK_MILLISECONDS)
  }
}

/** All text that can be read on a page. */
export function textOf(tab: Tab): Promise<string> {
  return tab.ask(() => document.body.innerText)
}

export function untilText(tab: Tab, text: RegExp): Promise<void> {
  return until(tab, `${text} is to be read`, async () => text.test(await textOf(tab)))
}

/** Names of those of a kind that are in sight; a row's is all of its text. */
export function namesOf(tab: Tab, kind: Kind): Promise<string[]> {
  return tab.ask(namesIn, selectors[kind])
}

/** Moves to something as soon as it can be pressed, and presses it. Of rows and boxes a part of the name will do. */
export async function press(tab: Tab, kind: Kind, name: string): Promise<void> {
  let at: { x: number; y: number } | null = null
  await until(tab, `${kind} "${name}" can be pressed`, async () => {
    at = await tab.ask(placeIn, selectors[kind], name, kind === 'row' || kind === 'box')
    return at !== null
  })
  if (at !== null) await tab.press(at)
}

/** Types into a field that is empty. */
export async function fill(tab: Tab, name: string, text: string): Promise<void> {
  await press(tab, 'field', name)
  await tab.type(text)
  await until(tab, `"${name}" has what was typed`, async () => (await typedIn(tab, name)) === text)
}

export function typedIn(tab: Tab, name: string): Promise<string | null> {
  return tab.ask(valueIn, selectors.field, name)
}

/* What follows runs in a page, each by itself. */

function namesIn(selector: string): string[] {
  return [...document.querySelectorAll<HTMLElement>(selector)]
    .filter((one) => one.checkVisibility())
    .map(
      (one) =>
        one.getAttribute('aria-label') ?? (one as HTMLInputElement).labels?.[0]?.innerText ?? one.innerText,
    )
    .map((text) => text.replace(/\s+/g, ' ').trim())
}

/** The middle of what has this name, once it stands still, is not disabled and has nothing over it. */
async function placeIn(
  selector: string,
  name: string,
  isPart: boolean,
): Promise<{ x: number; y: number } | null> {
  const found = [...document.querySelectorAll<HTMLElement>(selector)].find((one) => {
    const text =
      one.getAttribute('aria-label') ?? (one as HTMLInputElement).labels?.[0]?.innerText ?? one.innerText
    const own = text.replace(/\s+/g, ' ').trim()
    return one.checkVisibility() && (isPart ? own.includes(name) : own === name)
  })
  if (found === undefined || (found as HTMLButtonElement).disabled === true) return null
  found.scrollIntoView({ block: 'center' })
  const place = () => {
    const { left, top, width, height } = found.getBoundingClientRect()
    return { x: Math.round(left + width / 2), y: Math.round(top + height / 2) }
  }
  const before = place()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const { x, y } = place()
  const over = document.elementFromPoint(x, y)
  const isHit = over !== null && (found.contains(over) || over.closest('label')?.contains(found) === true)
  return isHit && x === before.x && y === before.y ? { x, y } : null
}

function valueIn(selector: string, name: string): string | null {
  const found = [...document.querySelectorAll<HTMLInputElement>(selector)].find(
    (one) => (one.getAttribute('aria-label') ?? one.labels?.[0]?.innerText ?? '').trim() === name,
  )
  return found?.value ?? null
}
