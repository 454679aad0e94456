import { isIP } from 'node:net'
import { Problem } from '../../api/index.ts'
import { usualKinds } from '../feed/feed-scope.ts'
import { isPlainLine } from '../plain-line.ts'
import type { Destination, Wanted } from './subscription.ts'

const URL_LENGTH_MAX = 1_000
const HOST_LENGTH_MAX = 253
const LIST_MAX = 50
const PROJECT_LENGTH_MAX = 200
/** A kind as it stands in records, or its beginning and `.*`. */
const KIND = /^[a-z]{1,32}(?:\.[a-z-]{1,32}){0,3}(?:\.\*)?$/

/** A place that records may be sent to. Throws `Problem` `destination-refused`. */
export function destinationOf(to: Destination): Destination {
  return 'webhook' in to ? { webhook: webhookOf(to.webhook) } : { syslog: syslogOf(to.syslog) }
}

/**
 * HTTPS, or HTTP to this machine itself. Nothing in it that signs anybody in: it stands in the trail, for all who may
 * read that.
 */
function webhookOf(text: string): string {
  const url = text.length <= URL_LENGTH_MAX && isPlainLine(text) ? URL.parse(text) : null
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (url === null || !isSafe || url.username !== '' || url.password !== '' || url.hash !== '')
    throw new Problem('destination-refused')
  return url.href
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.[0-9]{1,3}){3}$/.test(hostname)
}

function syslogOf({ host, port, transport }: Extract<Destination, { syslog: unknown }>['syslog']) {
  const name = /^(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/i
  const isHost = host.length <= HOST_LENGTH_MAX && (isIP(host) !== 0 || name.test(host))
  if (!isHost || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Problem('destination-refused')
  return { host, port, transport }
}

/**
 * Which records are asked for: of captures and signatures, unless kinds are named, as with a feed. Alerts are of any kind.
 * An empty list would ask for none. Throws `Problem` `bad-request`.
 */
export function wantedOf({ what, kinds: named, projects }: Wanted): Wanted {
  const kinds = named ?? (what === 'records' ? usualKinds : undefined)
  if (kinds !== undefined && !isList(kinds, (one) => KIND.test(one)))
    throw new Problem('bad-request', { pointer: '/kinds' })
  if (projects !== undefined && !isList(projects, isProject))
    throw new Problem('bad-request', { pointer: '/projects' })
  return {
    what,
    ...(kinds === undefined ? {} : { kinds }),
    ...(projects === undefined ? {} : { projects }),
  }
}

function isList(list: readonly string[], isOne: (text: string) => boolean): boolean {
  return (
    list.length >= 1 && list.length <= LIST_MAX && new Set(list).size === list.length && list.every(isOne)
  )
}

function isProject(text: string): boolean {
  return text.length >= 1 && text.length <= PROJECT_LENGTH_MAX && isPlainLine(text)
}
