import { shown } from '@compliance-relay/shared/trail'
import type { Session } from './types.ts'

const LINE =
  /^(\S+)\s+(?:[+?-]\s+)?(?:sshd |login )?(\S+)\s+(?:(\d{4}-\d{2}-\d{2})|([A-Z][a-z]{2})\s+(\d{1,2}))\s+(\d{2}):(\d{2})(?:\s+\(([^)]*)\))?/
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const DAY = 86_400_000

/**
 * Sessions from `who`: name, line, date and time, and in brackets where from. GNU writes the date with its year, but
 * in the C locale, like macOS, as `Nov 24 08:02`: then it is the last such day before `now`. Times are local, to the
 * minute. Throws on a line that is of another form, for it may be somebody: the header and columns of BusyBox are.
 */
export function parseWho(text: string, now: number): Session[] {
  const sessions: Session[] = []
  for (const line of text.split('\n')) {
    const [, account, tty, date, month, day, hour, minute, from] = LINE.exec(line) ?? []
    if (account === undefined || tty === undefined) {
      if (line.trim() === '') continue
      throw new Error(`\`who\` says who is logged in, but not in a form that is known: ${shown(line)}`)
    }
    const at = date === undefined ? lastSuch(MONTHS.indexOf(month ?? ''), Number(day), now) : midnight(date)
    at?.setHours(Number(hour), Number(minute))
    const began = at?.getTime() ?? Number.NaN
    sessions.push({
      id: tty,
      account,
      from: Number.isNaN(began) ? 0 : began,
      kind: kindOf(tty, from),
      state: 'active',
    })
  }
  return sessions
}

function kindOf(tty: string, from: string | undefined): Session['kind'] {
  if (/^(?:console|:\d+|tty\d+|seat\d+)$/.test(tty)) return 'console'
  return from === undefined || from.startsWith(':') || from.startsWith('tty') ? 'other' : 'remote'
}

function midnight(date: string): Date {
  return new Date(`${date}T00:00:00`)
}

function lastSuch(month: number, day: number, now: number): Date | undefined {
  if (month < 0) return undefined
  const year = new Date(now).getFullYear()
  const thisYear = new Date(year, month, day)
  return thisYear.getTime() > now + DAY ? new Date(year - 1, month, day) : thisYear
}
