import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '@compliance-relay/shared/api'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { freePort } from '../support/free-port.ts'
import { Workstation } from '../support/workstation.ts'
import { count, type Row, row } from './row.ts'
import { captured } from './stations.ts'

const SECONDS = 20
const SIGN_INS_A_SECOND = 20
const FILE_EACH_MILLISECONDS = 100
const password = 'gravel spoon tundra 41'

/** People sign in as fast as they can, or somebody tries to: what it does to capture, beside the same without it. */
export async function storm(): Promise<Row> {
  const port = await freePort()
  const station = new Workstation({ usualPort: true, init: ['--admin', 'asmith=Anna Smith'] })
  try {
    const [, code = ''] = /^ {2}code +(\S+)$/m.exec(station.init()) ?? []
    await station.start('--port', String(port))
    const set = ['account', 'password', 'asmith', '--code', '--port', String(port)]
    const { code: exit, error } = station.tryRelayWith(`${code}\n${password}\n`, ...set)
    if (exit !== 0) throw new Error(error)
    const written = new Map<string, number>()
    await writeFiles(station, 'calm', written)
    const answers = new Map<string, number>()
    let isStorm = true
    const blowing = (async () => {
      const asked: Promise<void>[] = []
      while (isStorm) {
        asked.push(signIn(port, answers))
        await wait(1_000 / SIGN_INS_A_SECOND)
      }
      await Promise.all(asked)
    })()
    await writeFiles(station, 'storm', written)
    isStorm = false
    await blowing
    await station.settled()
    const delays = (name: string): number[] =>
      captured(station)
        .filter(({ path }) => path.startsWith(name))
        .map(({ path, time }) => time - (written.get(path) ?? Number.NaN))
        .sort((a, b) => a - b)
    const [calm, stormy] = [delays('calm'), delays('storm')]
    const at99 = (times: readonly number[]): number =>
      times[Math.floor((times.length - 1) * 0.99)] ?? Number.NaN
    if (calm.length + stormy.length !== written.size)
      throw new Error(`${calm.length + stormy.length} records of ${written.size} files`)
    const later = at99(stormy) - at99(calm)
    const said = [...answers].map(([answer, times]) => `${count(times)} ${answer}`).join(', ')
    return row(
      `${SIGN_INS_A_SECOND} sign-ins a second, for ${SECONDS} s`,
      `capture p99 ${count(later)} ms later`,
      `p99 ${count(at99(calm))} ms without, ${count(at99(stormy))} with; ${said}`,
      'p99 delay ≤ 250 ms',
      later <= 250,
    )
  } finally {
    await station.remove()
  }
}

async function writeFiles(station: Workstation, name: string, written: Map<string, number>): Promise<void> {
  for (let i = 0; i < (SECONDS * 1_000) / FILE_EACH_MILLISECONDS; i++) {
    writeFileSync(join(station.folder, `${name}${i}.dat`), randomBytes(20_480))
    written.set(`${name}${i}.dat`, Date.now())
    await wait(FILE_EACH_MILLISECONDS)
  }
}

async function signIn(port: number, answers: Map<string, number>): Promise<void> {
  const client = clientAt(String(port))
  let answer = 'let in'
  try {
    await client.call('signIn', { body: { user: 'asmith', password } })
  } catch (error) {
    answer = error instanceof Problem ? error.code : 'no answer'
  }
  answers.set(answer, (answers.get(answer) ?? 0) + 1)
}
