import { Problem, type ProblemCode } from '@compliance-relay/shared/api'
import { problemAnswer, relayApi, SiteSettings } from '@compliance-relay/shared/relay'
import { type Answering, originsAt } from '../http.ts'
import type { Note } from '../log.ts'
import type { Relay } from '../relay.ts'
import { version } from '../version.ts'
import { SettingsDesk } from './settings-desk.ts'
import { statusViewOf, trailStates } from './status-view.ts'

/** How the trail calls where people are asked from: whoever reaches this port sits at this machine. */
export const DEVICE = 'workstation'

/** What the relay at work answers people; it may be another one later, with another trail, and for a moment none. */
export function peopleApi(port: number, relayNow: () => Relay | undefined, note: Note): Answering {
  let of: Relay | undefined
  let answer: Answering = () => refusal('held')
  return (request) => {
    const relay = relayNow()
    // By what is beside the records nobody decides anything before it was held against them.
    if (relay?.isChecked !== true) return refusal('held')
    if (relay !== of) {
      of = relay
      answer = answeringFor(relay, port, note)
    }
    return answer(request)
  }
}

function answeringFor(relay: Relay, port: number, note: Note): Answering {
  const { services, trails, feed, opened } = relay
  if (services === undefined) return () => refusal('internal')
  const app = relayApi({
    ...services,
    trails,
    feed,
    settings: new SiteSettings(services.people, new SettingsDesk(relay)),
    device: DEVICE,
    version,
    trail: opened.trail.origin,
    signer: opened.keys.signer,
    wall: () => Date.now(),
    status: () =>
      statusViewOf(relay.status(), relay.settings, trailStates(opened.store, opened.trail.id), Date.now()),
    origins: originsAt(port),
    // It listens on the loopback address only.
    isNear: true,
    onError: (error) => note('people-failed', { error }),
    onRefusal: ({ code, route }) => note('refused', { code, route: route ?? null }),
  })
  return (request) => app.fetch(request)
}

function refusal(code: ProblemCode): Response {
  return problemAnswer(new Problem(code))
}
