import type { Account } from './types.ts'

/** The first number that login.defs(5) gives to people, and the account nobody is. */
const FIRST_PERSON = 1_000
const NOBODY = 65_534
const NO_LOGIN = /(?:^|\/)(?:nologin|false|sync|shutdown|halt)$/

/** An account with its number, as systems other than Windows have it. */
export interface NumberedAccount extends Account {
  readonly uid: number
}

/** An account from a line of passwd(5), as the file and getent give it; undefined if it is none. */
export function parsePasswdLine(line: string): NumberedAccount | undefined {
  const [name = '', , uidText = '', , gecos = '', , shell = ''] = line.trimEnd().split(':')
  return numberedAccount({ name, uid: uidText, gecos, shell, firstPerson: FIRST_PERSON })
}

/** An account from its fields; undefined if it has no name or number. `firstPerson`: the lowest uid of a person. */
export function numberedAccount(fields: {
  readonly name: string
  readonly uid: string
  readonly gecos: string
  readonly shell: string
  readonly firstPerson: number
}): NumberedAccount | undefined {
  const { name, gecos, shell, firstPerson } = fields
  // A line that begins with + or - stands for accounts of NIS, and is none itself.
  if (name === '' || /^[+-]/.test(name) || !/^[0-9]{1,10}$/.test(fields.uid)) return undefined
  const uid = Number(fields.uid)
  // Room, telephones and so on come after the first comma.
  const fullName = gecos.split(',')[0]?.trim() ?? ''
  return {
    uid,
    id: `uid:${uid}`,
    name,
    ...(fullName === '' || fullName === name ? {} : { fullName }),
    ...serviceReason(name, uid, shell, firstPerson),
  }
}

function serviceReason(name: string, uid: number, shell: string, firstPerson: number): Partial<Account> {
  if (uid === NOBODY || uid === 0xffff_fffe) return { service: 'the account nobody' }
  if (name.endsWith('$')) return { service: 'the account of a machine' }
  if (NO_LOGIN.test(shell)) return { service: `nobody can log in to it (${shell})` }
  if (uid < firstPerson) return { service: `system account (uid ${uid})`, byNumber: true }
  return {}
}

/** Accounts by uid. The first line of a number is the one the system uses. */
export function parsePasswd(text: string): ReadonlyMap<number, NumberedAccount> {
  const accounts = new Map<number, NumberedAccount>()
  for (const line of text.split('\n')) {
    const account = parsePasswdLine(line)
    if (account !== undefined && !accounts.has(account.uid)) accounts.set(account.uid, account)
  }
  return accounts
}
