import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Session } from './types.ts'

/** What logind calls sessions of people; greeters, lock screens, managers and background jobs are none. */
const PERSONS = /^user(?:-early|-light|-early-light|-incomplete)?$/

/**
 * A session from logind's file in /run/systemd/sessions (KEY=value lines), undefined if it is not a person's.
 * logind writes "do not parse" into it, for its form is not promised; libsystemd reads the same fields from it
 * (sd_session_get_uid, _state, _class), and it saves asking over D-Bus every few seconds. Whether a session is locked
 * does not stand there. `nameOf` looks up a uid where the file has no user name.
 */
export function parseLogindSession(
  id: string,
  text: string,
  nameOf: (uid: number) => string | undefined,
): Session | undefined {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const at = line.indexOf('=')
    if (at > 0 && !line.startsWith('#')) fields.set(line.slice(0, at), line.slice(at + 1))
  }
  const uid = fields.get('UID') ?? ''
  if (!PERSONS.test(fields.get('CLASS') ?? '') || !/^[0-9]{1,10}$/.test(uid)) return undefined
  const state = fields.get('STATE')
  // REALTIME is microseconds since the epoch.
  const from = Math.floor(Number(fields.get('REALTIME') ?? 0) / 1_000)
  return {
    id,
    account: fields.get('USER') ?? nameOf(Number(uid)) ?? `uid ${uid}`,
    accountId: `uid:${uid}`,
    from: Number.isSafeInteger(from) && from > 0 ? from : 0,
    kind: fields.get('REMOTE') === '1' ? 'remote' : fields.has('SEAT') ? 'console' : 'other',
    // "online" is a session that another one has taken the screen from.
    state: state === 'closing' ? 'closing' : state === 'active' ? 'active' : 'disconnected',
  }
}

/** The sessions in logind's folder; undefined if it has none at all, as without logind. */
export function logindSessions(
  folder: string,
  nameOf: (uid: number) => string | undefined,
): readonly Session[] | undefined {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  // Beside each session lies a pipe, `c1.ref`, whose reader would wait until the session ends.
  const ids = names.filter((name) => /^[A-Za-z0-9]+$/.test(name))
  if (ids.length === 0) return undefined
  const sessions: Session[] = []
  for (const name of ids) {
    try {
      const session = parseLogindSession(name, readFileSync(join(folder, name), 'utf8'), nameOf)
      if (session !== undefined) sessions.push(session)
    } catch (error) {
      // It has just ended. Anything else must not make somebody invisible.
      if (!isMissing(error)) throw error
    }
  }
  return sessions
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
