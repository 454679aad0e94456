import type { Session } from './types.ts'

/** What scutil prints of a dictionary or array. */
type Printed = string | { readonly [key: string]: Printed }

/**
 * The logins at the screen, from scutil's `show State:/Users/ConsoleUser`. With fast user switching there are several,
 * one of them on the console; the others go on running. The top `Name` is left alone: it can be of a login that is
 * not on the screen. The login window itself is root's. When they logged in does not stand there.
 */
export function parseConsoleSessions(text: string): Session[] {
  const root = parsePrinted(text)
  const list = typeof root === 'string' ? undefined : root['SessionInfo']
  if (list === undefined || typeof list === 'string') return []
  return Object.values(list).flatMap((one): Session[] => {
    if (typeof one === 'string') return []
    const uid = textOf(one, 'kCGSSessionUserIDKey')
    const account = textOf(one, 'kCGSSessionUserNameKey')
    if (uid === undefined || account === undefined || !/^\d{1,10}$/.test(uid)) return []
    if (account === 'loginwindow' || textOf(one, 'kCGSessionLoginDoneKey') === 'FALSE') return []
    return [
      {
        id: `gui-${textOf(one, 'kCGSSessionIDKey') ?? textOf(one, 'kCGSSessionAuditIDKey') ?? uid}`,
        account,
        accountId: `uid:${uid}`,
        from: 0,
        kind: 'console',
        state: textOf(one, 'kCGSSessionOnConsoleKey') === 'TRUE' ? 'active' : 'disconnected',
      },
    ]
  })
}

function textOf(dictionary: { readonly [key: string]: Printed }, key: string): string | undefined {
  const value = dictionary[key]
  return typeof value === 'string' ? value : undefined
}

const DEPTH_MAX = 10

/** `<dictionary> {`, `key : value`, `}`, as SystemConfiguration prints it. Lines that are none of these are passed over. */
function parsePrinted(text: string): Printed {
  const root: { [key: string]: Printed } = {}
  const open = [root]
  for (const line of text.split('\n').slice(1)) {
    const [, key, value] = /^\s*(.+?) : (.*)$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) {
      const inner = /^<(?:dictionary|array)> \{$/.test(value) ? {} : undefined
      const top = open.at(-1)
      if (top !== undefined) top[key] = inner ?? value
      if (inner !== undefined) {
        if (open.length === DEPTH_MAX) return {}
        open.push(inner)
      }
    } else if (line.trim() === '}') open.pop()
  }
  return root
}
