/**
 * Checks a freshly made trail by programs that are not ours: bash with openssl and sha256sum, and Go's
 * golang.org/x/mod. So is the seal of a fresh export. Then takes what Go made, and at last damages copies in every way we could think of and
 * demands that each is refused by the right check: a checker that accepts everything would pass all else.
 *
 *   node test/foreign/main.ts [seed]
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { hex, macKey, parsePolicy, verifyTrail } from '@compliance-relay/shared/trail'
import { checkBags } from './bags.ts'
import { commandsByHand } from './by-hand.ts'
import { type Checker, goChecker, missing, type Outcome, shellChecker } from './checkers.ts'
import { type Damage, damages } from './damage.ts'
import { checksOfMade } from './made-elsewhere.ts'
import { makeTrail } from './make-trail.ts'
import { Chance, makeSecrets, type Secrets } from './secrets.ts'
import { checkSpreadsheet, hasSpreadsheet } from './spreadsheet.ts'
import { policy, writeFolder } from './write-folder.ts'

const lacking = missing()
if (lacking !== undefined) {
  print(`skipped: ${lacking}`)
  process.exit(process.env['CI'] === 'true' ? 1 : 0)
}

let passed = 0
let failed = 0
const work = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'relay-foreign-'))
try {
  await main(Buffer.from(process.argv[2] ?? randomBytes(32).toString('hex'), 'hex'))
} finally {
  rmSync(work, { recursive: true, force: true })
}
print(`${passed} passed, ${failed} failed`)
const out = join(import.meta.dirname, '../out')
mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'foreign.json'), JSON.stringify({ passed, failed }))
process.exitCode = failed === 0 ? 0 : 1

/**
 * The commands that FORMAT.md prints, run as they stand: on the sample; on one whose policy names no witness, as a
 * relay prints it; by somebody without the key; and on samples with one thing changed.
 */
function byHand(): void {
  const sample = join(import.meta.dirname, '../vectors/sample')
  const commands = commandsByHand()
  const runs = (change: (copy: string) => void): number | null => {
    const copy = join(work, 'by-hand')
    cpSync(sample, copy, { recursive: true })
    change(copy)
    const { status } = spawnSync('bash', ['-eo', 'pipefail', '-c', commands], { cwd: copy })
    rmSync(copy, { recursive: true })
    return status
  }
  const edit = (name: string, from: string | RegExp, to: string) => (copy: string) => {
    const text = readFileSync(join(copy, name), 'utf8')
    if (text.replace(from, to) === text) throw new Error(`${name} has no ${from}`)
    writeFileSync(join(copy, name), text.replace(from, to))
  }
  const alone = edit('policy.txt', /witness .*\nquorum .*\n/, 'quorum none\n')
  const keyless = (copy: string): void => rmSync(join(copy, 'mac.key'))
  const doing =
    (...changes: ((copy: string) => void)[]) =>
    (copy: string): void => {
      for (const change of changes) change(copy)
    }
  const cutShort = edit('trail.jsonl', /[^\n]*\n$/, '')
  const edited = edit('trail.jsonl', '65537', '65538')
  const relinked = edit('trail.jsonl', /"prev":"[1-9a-f]/, '"prev":"0')
  const resigned = edit('8.checkpoint', /\n8\n/, '\n7\n')
  for (const [what, change, status] of [
    ['pass on the sample', () => {}, 0],
    ['pass without a witness', alone, 0],
    ['pass without the key', keyless, 0],
    ['refuse an edited record', edited, 1],
    ['refuse an edited record, without the key', doing(keyless, edited), 1],
    ['refuse a trail cut short, without the key', doing(keyless, cutShort), 1],
    ['refuse an edited record without a witness', doing(alone, edited), 1],
    ['refuse a broken link without the key', doing(keyless, relinked), 1],
    ['refuse another checkpoint', resigned, 1],
    ['refuse another checkpoint without a witness', doing(alone, resigned), 1],
  ] as const)
    tally(runs(change) === status, `FORMAT.md’s commands by hand ${what}`)
}

async function main(seed: Buffer): Promise<void> {
  byHand()
  const chance = new Chance(seed)
  const secrets = makeSecrets(chance)
  const trail = makeTrail(chance, secrets, 300, 900)
  print(`seed ${hex(seed)}`)
  print(`${trail.lines.length} records, checkpoints at ${trail.sizes.join(', ')}`)
  for (const { vkey } of [secrets.trailKey, secrets.witness, ...secrets.people.map((one) => one.signer)])
    print(vkey)
  for (const secret of secrets.macSecrets) print(`MAC key ${macKey(secret).kid}: ${hex(secret)}`)

  const folder = join(work, 'trail')
  const made = join(work, 'made')
  mkdirSync(made)
  writeFolder(folder, trail, secrets)
  const [shell, go] = [shellChecker(), goChecker(work)]

  const found = ownFindings(folder, secrets)
  tally(found.length === 0, 'ours: verifyTrail finds nothing', found.join(', '))
  reportWhole(shell, await shell.check(folder))
  reportWhole(go, await go.check(folder, made))
  for (const { name, run } of checksOfMade(made, trail.lines)) {
    try {
      tally(true, `ours: ${name} (${run()})`)
    } catch (error) {
      tally(false, `ours: ${name}`, String(error))
    }
  }
  await checkBags(go, work, seed, tally)
  if (hasSpreadsheet()) await checkSpreadsheet(work, seed, tally)
  else if (process.env['CI'] === 'true') tally(false, 'Calc opens the table of an export', 'not present')
  else print('skipped: LibreOffice is not present (apt-get install libreoffice-calc-nogui)')
  await checkDamages(chance, secrets, [shell, go])
}

/** Damaged copies are of a shorter trail, since each is checked as a whole. */
async function checkDamages(
  chance: Chance,
  secrets: Secrets,
  [shell, go]: [Checker, Checker],
): Promise<void> {
  const trail = makeTrail(chance, secrets, 300, 330)
  const folder = join(work, 'shorter')
  writeFolder(folder, trail, secrets)
  for (const checker of [shell, go]) {
    const { code } = await checker.check(folder)
    tally(code === 0, `${checker.name} takes the trail of ${trail.lines.length} records that is now damaged`)
  }
  const seen = new Set<string>()
  await inTurns(damages(folder, trail, secrets, chance), async (damage, i) => {
    const copy = join(work, `damaged-${i}`)
    damage.make(copy)
    for (const [checker, wanted] of [
      [shell, damage.shell],
      [go, damage.go],
    ] as const) {
      if (wanted.length === 0) continue
      for (const sentence of reportDamaged(checker, wanted, damage, await checker.check(copy))) {
        seen.add(`${checker.name} ${sentence}`)
      }
    }
    if (damage.ours.length > 0) {
      const codes = ownFindings(copy, secrets)
      const unseen = damage.ours.filter((code) => !codes.includes(code))
      tally(
        unseen.length === 0,
        `ours refuses ${damage.name}, with: ${damage.ours.join(', ')}`,
        codes.join(', '),
      )
    }
    rmSync(copy, { recursive: true })
  })
  for (const { name } of [shell, go]) {
    const count = [...seen].filter((one) => one.startsWith(name)).length
    tally(
      count === checksIn(name),
      `${name}: Each check has been seen to fail`,
      `${count} of ${checksIn(name)}`,
    )
  }
}

/** Each line of a checker is a check; that it came to its end is one more. */
function reportWhole({ name }: Checker, { code, lines, trouble }: Outcome): void {
  for (const line of lines) tally(line.passed, `${name}: ${line.text}`)
  const ended = code === 0 && lines.length === checksIn(name) && trouble === ''
  tally(
    ended,
    `${name}: All ${checksIn(name)} checks were made`,
    `exit ${code} after ${lines.length}; ${trouble}`,
  )
}

function checksIn(name: string): number {
  return { 'check.sh': 11, go: 11 }[name] ?? 0
}

/** A damaged copy is refused if every wanted check fails and the exit says so. Returns the checks that did. */
function reportDamaged(
  { name }: Checker,
  wanted: readonly string[],
  damage: Damage,
  { code, lines, trouble }: Outcome,
): readonly string[] {
  const refused = lines.filter((line) => !line.passed).map((line) => line.text.split(': ')[0] ?? '')
  const found = wanted.map((piece) => refused.filter((sentence) => sentence.includes(piece)))
  const unseen = wanted.filter((_, i) => found[i]?.length === 0)
  const ended = code === 1 && lines.length === checksIn(name)
  const detail = `exit ${code}, passed: ${unseen.join(', ')} ${trouble}`
  tally(ended && unseen.length === 0, `${name} refuses ${damage.name}, at: ${wanted.join(', ')}`, detail)
  return found.flat()
}

/** Codes of what our own verifier finds in a folder, its keys and policy from outside. */
function ownFindings(folder: string, secrets: Secrets): readonly string[] {
  const names = readdirSync(join(folder, 'checkpoints'))
  const { findings } = verifyTrail([readFileSync(join(folder, 'trail.jsonl'))], {
    keys: [macKey(secrets.macSecrets[0])],
    policy: parsePolicy(Buffer.from(policy(secrets))),
    checkpoints: names.map((name) => ({ name, bytes: readFileSync(join(folder, 'checkpoints', name)) })),
  })
  return findings.map((finding) => finding.code)
}

/** As many at a time as there are processors; each is begun in order. */
async function inTurns<T>(items: readonly T[], work: (item: T, i: number) => Promise<void>): Promise<void> {
  const queue = items.entries()
  const turns = Array.from({ length: availableParallelism() }, async () => {
    for (const [i, item] of queue) await work(item, i)
  })
  await Promise.all(turns)
}

function tally(holds: boolean, name: string, detail = ''): void {
  if (holds) passed++
  else failed++
  print(holds ? `ok   ${name}` : `FAIL ${name}${detail === '' ? '' : `: ${detail}`}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
