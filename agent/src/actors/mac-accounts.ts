import { currentAccount } from './linux-accounts.ts'
import { type NumberedAccount, numberedAccount } from './passwd.ts'
import { type Answer, Remembered } from './remembered.ts'
import { type Commands, systemCommands } from './run-command.ts'
import { parseConsoleSessions } from './scutil.ts'
import type { Account, Accounts, Session } from './types.ts'
import { parseWho } from './who.ts'

/** The first number that macOS gives to people. */
const FIRST_PERSON = 501

export interface MacOptions {
  readonly commands?: Commands
  /** Monotonic milliseconds, and the wall clock's. */
  readonly now?: () => number
  readonly wall?: () => number
  readonly uid?: () => number
}

/** Owners by uid, accounts by Open Directory, logins at the screen by the system configuration, others by `who`. */
export function macAccounts({
  commands = systemCommands(),
  now = () => performance.now(),
  wall = () => Date.now(),
  uid = () => process.getuid?.() ?? 0,
}: MacOptions = {}): Accounts {
  const directory = new Remembered<NumberedAccount>((key) => lookUp(commands, key), now)
  const accountOfUid = (number: number): Account | undefined => directory.get(`uid ${number}`)
  return {
    ownerOf: (_, stat) => ({ id: `uid:${typeof stat === 'number' ? stat : stat.uid}` }),
    accountOf: ({ id }) => (/^uid:[0-9]{1,10}$/.test(id) ? accountOfUid(Number(id.slice(4))) : undefined),
    // macOS keeps no login uid that a program could ask for without native code.
    currentAccount: () => currentAccount(uid(), undefined, accountOfUid),
    async sessions() {
      const [screen, who] = await Promise.all([
        commands.run('/usr/sbin/scutil', [], 'show State:/Users/ConsoleUser\n'),
        commands.run('/usr/bin/who', []),
      ])
      if (screen.code !== 0 || who.code !== 0) throw new Error('macOS does not tell who is logged in')
      return merged(parseConsoleSessions(screen.text), parseWho(who.text, wall()), (name) =>
        directory.get(`name ${name}`),
      )
    },
  }
}

/** Logins at the screen have their time from `who`; its other lines are terminals and logins from elsewhere. */
function merged(
  screen: readonly Session[],
  who: readonly Session[],
  named: (name: string) => Account | undefined,
): readonly Session[] {
  const atScreen = screen.map((session) => {
    const from = who.find(({ id, account }) => id === 'console' && account === session.account)?.from
    return from === undefined ? session : { ...session, from }
  })
  const others = who
    .filter(({ id, account }) => id !== 'console' || !screen.some((one) => one.account === account))
    .map((session) => {
      const account = named(session.account)
      return account === undefined ? session : { ...session, accountId: account.id }
    })
  return [...atScreen, ...others]
}

/** Asks Open Directory, local and network accounts alike. It ends with 0 and says nothing if there is no such account. */
function lookUp(commands: Commands, key: string): Answer<NumberedAccount> {
  const [kind = '', value = ''] = key.split(' ')
  const { code, text } = commands.now('/usr/bin/dscacheutil', ['-q', 'user', '-a', kind, value])
  return code === 0 ? { found: parseDscacheutil(text) } : 'unreachable'
}

/** The first account of `dscacheutil -q user`: `name: jdoe` and so on, a line each. */
export function parseDscacheutil(text: string): NumberedAccount | undefined {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, key, value] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (key === undefined || value === undefined) {
      if (fields.size > 0) break
    } else if (!fields.has(key)) fields.set(key, value)
  }
  const account = numberedAccount({
    name: fields.get('name') ?? '',
    uid: fields.get('uid') ?? '',
    gecos: fields.get('gecos') ?? '',
    shell: fields.get('shell') ?? '',
    firstPerson: FIRST_PERSON,
  })
  // By their names Apple's own services are told, whatever number they have.
  return account?.name.startsWith('_')
    ? { ...account, service: 'a service of macOS', byNumber: false }
    : account
}
