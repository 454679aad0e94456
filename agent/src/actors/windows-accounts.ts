import { type Answer, Remembered } from './remembered.ts'
import type { Account, Accounts, Session } from './types.ts'
import { type WindowsCalls, WindowsError } from './windows-calls.ts'
import { loadKoffi, windowsCalls } from './windows-koffi.ts'
import { judgeSid } from './windows-sids.ts'
import { millisecondsOf, type SessionRow, type SessionTimes } from './windows-structs.ts'

/** What no account has: the owner of a file that Windows does not tell. */
const UNREADABLE = 'sid:unreadable'

/**
 * Owners by SID, sessions by the terminal services. Throws `UnusableInput` at once if Windows cannot be asked: a
 * relay that could tell nobody's file would only look as if it worked.
 */
export function windowsAccounts(
  calls: WindowsCalls = windowsCalls(loadKoffi()),
  now: () => number = () => performance.now(),
): Accounts {
  const machine = calls.machine()
  const accounts = new Remembered<Account>((sid) => accountOfSid(calls, machine, sid), now)
  const sids = new Remembered<string>((name) => told(() => calls.sidOf(name)), now)
  return {
    ownerOf(path) {
      try {
        return { id: `sid:${calls.ownerOf(path)}` }
      } catch (error) {
        if (error instanceof WindowsError) return { id: UNREADABLE }
        throw error
      }
    },
    accountOf: ({ id }) => (/^sid:S-1(?:-\d+)+$/.test(id) ? accounts.get(id.slice(4)) : undefined),
    currentAccount() {
      const sid = calls.currentSid()
      const account = accounts.get(sid) ?? {
        id: `sid:${sid}`,
        name: sid,
        service: 'an account without a name',
      }
      const fullName = calls.currentFullName()
      return fullName === '' || fullName === account.name ? account : { ...account, fullName }
    },
    async sessions() {
      return calls
        .sessions()
        .flatMap((row) => sessionOf(row, timesOf(calls, row.sessionId), (name) => sids.get(name)))
    },
  }
}

/** That somebody is logged in is known without it: a session whose times Windows keeps to itself still counts. */
function timesOf(calls: WindowsCalls, sessionId: number): SessionTimes | undefined {
  try {
    return calls.timesOf(sessionId)
  } catch (error) {
    if (error instanceof WindowsError) return undefined
    throw error
  }
}

function accountOfSid(calls: WindowsCalls, machine: string, sid: string): Answer<Account> {
  const answer = told(() => calls.nameOf(sid))
  if (answer === 'unreachable' || answer.found === undefined) return answer as Answer<Account>
  const { domain, name, use } = answer.found
  const verdict = judgeSid(sid, name, use)
  if (verdict === 'gone') return { found: undefined }
  return {
    found: {
      id: `sid:${sid}`,
      name: domain === '' ? name : `${domain}\\${name}`,
      ...(domain.toLowerCase() === machine.toLowerCase() ? { localName: name } : {}),
      ...verdict,
    },
  }
}

/** A domain that cannot be reached does not make its people unknown. */
function told<Value>(call: () => Value | undefined): Answer<Value> {
  try {
    return { found: call() }
  } catch (error) {
    if (error instanceof WindowsError) return 'unreachable'
    throw error
  }
}

// WTS_CONNECTSTATE_CLASS. A session that somebody looks on at, or is connecting to, is at work.
const DISCONNECTED = 4
const LISTEN = 6

/** A session of somebody; none for services, for listeners and for the screen that waits for a logon. */
function sessionOf(
  { sessionId, state, station, user, domain }: SessionRow,
  times: SessionTimes | undefined,
  sidOf: (name: string) => string | undefined,
): Session[] {
  if (user === '' || state === LISTEN) return []
  const account = domain === '' ? user : `${domain}\\${user}`
  const sid = sidOf(account)
  return [
    {
      id: String(sessionId),
      account,
      ...(sid === undefined ? {} : { accountId: `sid:${sid}` }),
      from: times === undefined ? 0 : millisecondsOf(times.logon),
      kind: station === 'Console' ? 'console' : /^RDP-/i.test(station) ? 'remote' : 'other',
      state: state >= DISCONNECTED ? 'disconnected' : times?.flags === 0 ? 'locked' : 'active',
    },
  ]
}
