import type { FeedTokenView, SubscriptionView } from '@compliance-relay/shared/api'
import { dateTime } from '../parts/dates.ts'
import { kindText, plural } from '../parts/words.ts'
import type { Said } from './account-words.ts'

/** What is opened or sent: kinds of records, and of which projects. */
export function scopeText({
  kinds,
  projects,
}: {
  readonly kinds: readonly string[] | null
  readonly projects: readonly string[] | null
}): string {
  const what = kinds === null ? 'Every kind' : kinds.map(kindText).join(', ')
  return `${what}, ${projects === null ? 'all projects' : projects.join(', ')}`
}

export function tokenState({ expires, revoked }: FeedTokenView, now: number): Said {
  if (revoked !== null) return { look: 'plain', text: 'Revoked' }
  const end = Date.parse(expires)
  if (end <= now) return { look: 'plain', text: 'Ended' }
  return { look: 'good', text: `Until ${dateTime(end).slice(0, 10)}` }
}

export function destinationText(to: SubscriptionView['to']): string {
  if ('webhook' in to) return to.webhook
  const { host, port, transport } = to.syslog
  return `syslog ${host.includes(':') ? `[${host}]` : host}:${port} (${transport})`
}

/** How it stands with what is sent. */
export function wayText({ ended, delivery }: SubscriptionView): Said {
  if (ended !== null || delivery === null) return { look: 'plain', text: 'Ended' }
  const { behind, lastDelivery, fault } = delivery
  if (fault !== null) {
    const since = dateTime(Date.parse(fault.since))
    return { look: 'bad', text: `${fault.says} Since ${since}, ${plural(fault.tries, 'try', 'tries')}.` }
  }
  if (behind > 0) return { look: 'warn', text: `${plural(behind, 'record')} to go` }
  return {
    look: 'good',
    text:
      lastDelivery === null
        ? 'Nothing was to be sent yet'
        : `Sent last ${dateTime(Date.parse(lastDelivery))}`,
  }
}

/** What somebody typed with commas or spaces between. */
export function wordsIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}
