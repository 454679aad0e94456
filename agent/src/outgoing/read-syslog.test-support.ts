/** A message taken apart. */
export interface SyslogRead {
  readonly facility: number
  readonly severity: number
  readonly time: string
  readonly host: string
  readonly application: string
  readonly kind: string
  readonly dataId: string
  readonly data: ReadonlyMap<string, string>
  readonly says: string
}

/**
 * Reads a message by the grammar of RFC 5424, section 6, and throws at whatever is not in it: a control character
 * anywhere, a value that is not escaped as 6.3.3 asks, a name given twice, anything after the structured data but a
 * space and the message.
 */
export function readSyslog(text: string): SyslogRead {
  if (!text.isWellFormed()) throw new Error('it is not UTF-8')
  if (/\p{Cc}/u.test(text)) throw new Error('there is a control character in it')
  const head =
    /^<(0|[1-9][0-9]{0,2})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([!-~]{1,255}) ([!-~]{1,48}) (-|[!-~]{1,128}) ([!-~]{1,32}) \[/.exec(
      text,
    )
  if (head === null) throw new Error(`its head is none: ${text.slice(0, 200)}`)
  const [all, priority, time = '', host = '', application = '', , kind = ''] = head
  if (Number(priority) > 191) throw new Error('there is no such priority')
  const data = new Map<string, string>()
  let at = all.length
  const id = /^[!#-<>-\\^-~]{1,32}/.exec(text.slice(at))?.[0]
  if (id === undefined) throw new Error('its data has no name')
  at += id.length
  for (; text[at] === ' '; ) {
    const param = /^ ([!#-<>-\\^-~]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/.exec(text.slice(at))
    if (param === null) throw new Error(`a value is not escaped: ${text.slice(at, at + 100)}`)
    const [whole, name = '', value = ''] = param
    if (data.has(name)) throw new Error(`${name} is there twice`)
    data.set(name, value.replace(/\\(.)/g, '$1'))
    at += whole.length
  }
  if (!text.startsWith('] ', at)) throw new Error(`its data does not end: ${text.slice(at, at + 100)}`)
  const rest = text.slice(at + 2)
  // Beyond ASCII it has to be said to be UTF-8.
  if (/[^ -~]/.test(rest) && !rest.startsWith('\ufeff')) throw new Error('it is not said to be UTF-8')
  return {
    facility: Math.floor(Number(priority) / 8),
    severity: Number(priority) % 8,
    time,
    host,
    application,
    kind,
    dataId: id,
    data,
    says: rest.replace(/^\ufeff/, ''),
  }
}
