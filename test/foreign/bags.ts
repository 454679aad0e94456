import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fromUtf8, hex, utf8 } from '@compliance-relay/shared/trail'
import { bagOf, type Files } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'
import type { Checker } from './checkers.ts'

/* Sealed exports, checked by Go's note and tlog: a fresh one whole, and copies with one thing changed. */

const CHECKS = 7

type Tally = (holds: boolean, name: string, detail?: string) => void

/** Makes a bag from a seed and has it checked in `work`. */
export async function checkBags(go: Checker, work: string, seed: Uint8Array, tally: Tally): Promise<void> {
  const maker = new TrailMaker(hex(seed))
  for (let i = 0; i < 40; i++)
    maker.take({ do: 'capture', body: { path: `spectrum-${i}.dat`, project: 'NMR' } })
  maker.take({ do: 'sign', reason: 'Spectra match the acceptance criteria' })
  const { files } = await bagOf(maker)
  const check = async (bag: Files) => {
    const folder = join(work, 'bag')
    for (const [name, bytes] of bag) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), bytes)
    }
    const outcome = await go.check('--bag', folder)
    rmSync(folder, { recursive: true })
    return outcome
  }
  const whole = await check(files)
  for (const { passed, text } of whole.lines) tally(passed, `go, of a bag: ${text}`)
  tally(whole.lines.length === CHECKS, `go, of a bag: All ${CHECKS} checks were made`, whole.trouble)

  const seen = new Set<string>()
  for (const [what, name, change, wanted] of damages(files)) {
    const bag = new Map(files)
    const text = fromUtf8(bag.get(name) ?? new Uint8Array())
    const changed = change(text)
    if (changed === text) throw new Error(`${name} has nothing to change: ${what}`)
    bag.set(name, utf8(changed))
    const { code, lines } = await check(bag)
    const failed = lines.filter(({ passed }) => !passed).map((line) => line.text.split(': ')[0] ?? '')
    for (const one of failed) seen.add(one)
    const isRefused = code === 1 && failed.some((one) => one.includes(wanted))
    tally(isRefused, `go refuses a bag with ${what}, at: ${wanted}`, `exit ${code}: ${failed.join(', ')}`)
  }
  tally(seen.size === CHECKS, 'go, of a bag: Each check has been seen to fail', `${seen.size} of ${CHECKS}`)
}

type BagDamage = readonly [what: string, file: string, change: (text: string) => string, wanted: string]

function damages(files: Files): readonly BagDamage[] {
  const named = (end: string) => [...files.keys()].find((name) => name.endsWith(end)) ?? end
  const [leaves, head] = [named('/leaves.txt'), named('.checkpoint')]
  const digit = (text: string) => (text.startsWith('0') ? `1${text.slice(1)}` : `0${text.slice(1)}`)
  /** Another character of the last signature line of one kind: 0 is the log's, 1 the witness's. */
  const signature = (which: number) => (text: string) => {
    const lines = text.split('\n')
    const at = lines.map((line, i) => (line.startsWith('— ') ? i : -1)).filter((i) => i >= 0)[which] ?? 0
    lines[at] = (lines[at] ?? '').replace(/.(?=.{20}$)/, (one) => (one === 'A' ? 'B' : 'A'))
    return lines.join('\n')
  }
  return [
    [
      'an edited record',
      'data/records.json',
      (text) => text.replace('spectrum-7', 'spectrum-8'),
      'Each record',
    ],
    ['another leaf', leaves, digit, 'Leaves make each other head'],
    ['another leaf under the seal', 'seal.leaves', digit, 'Leaves and seal.leaves'],
    ['an edited seal', 'seal.json', (text) => text.replace('of March', 'of April'), 'The seal passes'],
    ['an edited manifest', 'manifest-sha256.txt', digit, 'The seal has the digests'],
    [
      'an edited label',
      'bag-info.txt',
      (text) => text.replace('of March', 'of April'),
      'The seal has the digests',
    ],
    ['another signature of the log', head, signature(0), "under the log's key"],
    ['another signature of the witness', head, signature(1), "under the witness's key"],
    ['another signature on the seal', 'seal.tlog-proof', signature(0), "under the log's key"],
    [
      'the seal at another place',
      'seal.tlog-proof',
      (text) => text.replace(/index (\d+)/, 'index 1'),
      'The seal passes',
    ],
  ]
}
