import { clientAt } from '../../agent/src/commands/as-person.ts'
import { freePort } from '../support/free-port.ts'
import { readTrail, verifyCopy } from '../support/trail-over-http.ts'
import { memoryOf } from './process-figures.ts'
import { count, type Row, row } from './row.ts'
import { grow } from './starts.ts'
import { newStation } from './stations.ts'

const PASSWORD = 'gravel spoon tundra 41'

/** A trail read whole from a relay on this machine, as tiles, and its tree made of them. */
export async function reading(size: number): Promise<Row> {
  const station = newStation({ usualPort: true, init: ['--admin', 'asmith=Anna Smith'] })
  try {
    const code = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
    await grow(station, size)
    const port = String(await freePort())
    await station.start('--port', port)
    await station.settled()
    const asked = clientAt(port)
    await asked.call('setPasswordByCode', { body: { user: 'asmith', code, newPassword: PASSWORD } })
    const { token } = await asked.call('signIn', { body: { user: 'asmith', password: PASSWORD } })
    const client = clientAt(port, () => token)
    const view = (await client.call('listTrails', {})).trails.at(-1)
    if (view === undefined) throw new Error('there is no trail')
    const began = performance.now()
    const copy = await readTrail(client, view)
    const seconds = (performance.now() - began) / 1_000
    if (verifyCopy(copy, view).findings.length > 0) throw new Error('what was read does not verify')
    return row(
      `read ${count(copy.size)} entries over HTTP`,
      `${seconds.toFixed(2)} s, ${count(copy.size / seconds)} entries/s`,
      `relay at most ${count(memoryOf(station.pid).peakMiB)} MiB`,
      '',
      undefined,
    )
  } finally {
    await station.remove()
  }
}
