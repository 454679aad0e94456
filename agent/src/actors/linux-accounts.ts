import { readFileSync, statSync } from 'node:fs'
import { logindSessions } from './logind.ts'
import { type NumberedAccount, parsePasswd, parsePasswdLine } from './passwd.ts'
import { type Answer, REMEMBERED_MILLISECONDS, Remembered } from './remembered.ts'
import { type Commands, systemCommands } from './run-command.ts'
import type { Account, Accounts, CurrentAccount, Session } from './types.ts'
import { parseWho } from './who.ts'

/** Where Linux keeps what is asked of it. */
export interface LinuxPlaces {
  readonly passwd: string
  readonly sessions: string
  readonly loginUid: string
  /** What `who` reads: where it has not changed, `who` would say the same again. */
  readonly utmp?: string
}

const PLACES: LinuxPlaces = {
  passwd: '/etc/passwd',
  sessions: '/run/systemd/sessions',
  loginUid: '/proc/self/loginuid',
  utmp: '/run/utmp',
}
/** What the audit system says of a process nobody logged in for: (uid_t) -1. */
const NO_LOGIN = 0xffff_ffff

export interface LinuxOptions {
  readonly places?: LinuxPlaces
  readonly commands?: Commands
  /** Monotonic milliseconds, and the wall clock's. */
  readonly now?: () => number
  readonly wall?: () => number
  readonly uid?: () => number
}

/** Owners by uid, accounts by passwd and whatever else NSS knows, sessions by logind or, without it, `who`. */
export function linuxAccounts({
  places = PLACES,
  commands = systemCommands(),
  now = () => performance.now(),
  wall = () => Date.now(),
  uid = () => process.getuid?.() ?? 0,
}: LinuxOptions = {}): Accounts {
  const passwd = new PasswdFile(places.passwd, now)
  // Accounts of a directory service are not in the file.
  const directory = new Remembered<NumberedAccount>((key) => getent(commands, key), now)
  const accountOfUid = (number: number): Account | undefined => {
    if (passwd.refresh()) directory.forget()
    return passwd.byUid.get(number) ?? directory.get(String(number))
  }
  const accountNamed = (name: string): Account | undefined => {
    if (passwd.refresh()) directory.forget()
    for (const account of passwd.byUid.values()) if (account.name === name) return account
    return directory.get(name)
  }
  const who = new Unchanged<readonly Session[]>(places.utmp, now)
  return {
    ownerOf: (_, stat) => ({ id: `uid:${typeof stat === 'number' ? stat : stat.uid}` }),
    accountOf: ({ id }) => (/^uid:[0-9]{1,10}$/.test(id) ? accountOfUid(Number(id.slice(4))) : undefined),
    currentAccount: () => currentAccount(uid(), loginUid(places.loginUid), accountOfUid),
    sessions: async () =>
      logindSessions(places.sessions, (number) => accountOfUid(number)?.name) ??
      (await who.get(() => whoSessions(commands, wall(), accountNamed))),
  }
}

/** Who a program runs as, and who had logged in before sudo or su made it another. */
export function currentAccount(
  uid: number,
  login: number | undefined,
  accountOfUid: (uid: number) => Account | undefined,
): CurrentAccount {
  const named = (number: number): Account =>
    accountOfUid(number) ?? {
      id: `uid:${number}`,
      name: `uid ${number}`,
      service: 'an account without a name',
    }
  return { ...named(uid), ...(login === undefined || login === uid ? {} : { login: named(login) }) }
}

function loginUid(path: string): number | undefined {
  const text = tryRead(path)?.trim() ?? ''
  return /^[0-9]{1,10}$/.test(text) && Number(text) !== NO_LOGIN ? Number(text) : undefined
}

/** getent(1) ends with 2 if there is no such account; otherwise the directory did not answer. */
function getent(commands: Commands, key: string): Answer<NumberedAccount> {
  // A name from `who` must not be an option.
  if (key.startsWith('-')) return { found: undefined }
  const { code, text } = commands.now('getent', ['passwd', key])
  if (code === 0) return { found: parsePasswdLine(text.split('\n')[0] ?? '') }
  return code === 2 ? { found: undefined } : 'unreachable'
}

async function whoSessions(
  commands: Commands,
  wall: number,
  accountNamed: (name: string) => Account | undefined,
): Promise<readonly Session[]> {
  const { code, text } = await commands.run('who', [])
  if (code !== 0) throw new Error('there is no logind here, and `who` does not tell who is logged in')
  return parseWho(text, wall).map((session) => {
    const account = accountNamed(session.account)
    return account === undefined ? session : { ...session, accountId: account.id }
  })
}

/** An answer that stands as long as the file it comes from is as it was, at most a minute: a process costs more. */
class Unchanged<Value> {
  readonly #path: string | undefined
  readonly #now: () => number
  #stamp: string | undefined
  #until = Number.NEGATIVE_INFINITY
  #value: Value | undefined

  constructor(path: string | undefined, now: () => number) {
    this.#path = path
    this.#now = now
  }

  async get(ask: () => Promise<Value>): Promise<Value> {
    if (this.#path === undefined) return ask()
    const stat = statSync(this.#path, { bigint: true, throwIfNoEntry: false })
    const stamp = stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`
    if (this.#value === undefined || stamp !== this.#stamp || this.#now() >= this.#until) {
      this.#value = await ask()
      this.#stamp = stamp
      this.#until = this.#now() + REMEMBERED_MILLISECONDS
    }
    return this.#value
  }
}

/** How often the file is looked at, at most: in a burst, thousands of owners are asked for within a second. */
const LOOK_MILLISECONDS = 50

/** The accounts of a passwd file, read again once it has changed, and at the latest after a minute. */
class PasswdFile {
  readonly #path: string
  readonly #now: () => number
  #stamp = ''
  #looked = Number.NEGATIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY
  byUid: ReadonlyMap<number, NumberedAccount> = new Map()

  constructor(path: string, now: () => number) {
    this.#path = path
    this.#now = now
  }

  /** True if it was read again because it had changed. */
  refresh(): boolean {
    const now = this.#now()
    if (now < this.#looked + LOOK_MILLISECONDS) return false
    this.#looked = now
    const stat = statSync(this.#path, { bigint: true, throwIfNoEntry: false })
    const stamp = stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`
    const changed = stamp !== this.#stamp
    if (!changed && now < this.#until) return false
    this.#until = now + REMEMBERED_MILLISECONDS
    const text = tryRead(this.#path)
    // Between two versions of the file, or unreadable: what it said last stands.
    if (text === undefined) return false
    this.byUid = parsePasswd(text)
    this.#stamp = stamp
    return changed
  }
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
