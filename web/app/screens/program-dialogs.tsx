import type { BodyOf, SubscriptionView } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { useLog } from '../log/use-log.ts'
import { ActDialog } from '../parts/act-dialog.tsx'
import { RadioList } from '../parts/choices.tsx'
import { Field } from '../parts/field.tsx'
import { countText } from '../parts/words.ts'
import { ask } from '../session/ask.ts'
import { destinationText, wordsIn } from './program-words.ts'

interface Props {
  onClose(): void
}

const KINDS_HINT = 'For example file.*, signature.applied; empty: captures and signatures.'
const PROJECTS_HINT = 'Separated by commas; empty: all of them.'

/** A token for a program that reads the feed. */
export function NewToken({ onClose }: Props) {
  const [name, setName] = useState('')
  const [days, setDays] = useState('90')
  const [kinds, setKinds] = useState('')
  const [projects, setProjects] = useState('')
  const isDays = /^[1-9]\d{0,2}$/.test(days) && Number(days) <= 365
  return (
    <ActDialog
      title="Issue a feed token"
      says="Whoever has it reads these records, until it ends or is revoked. It signs nothing and changes nothing."
      verb="Issue it"
      isReady={name.trim() !== '' && isDays}
      act={async (given) => {
        const { token } = await ask('issueFeedToken', {
          body: { ...given, name: name.trim(), lasts: `P${days}D`, ...scopeOf(kinds, projects) },
        })
        return {
          says: `It is issued for ${name.trim()}.`,
          secret: { label: 'Feed token', text: token },
        }
      }}
      onClose={onClose}
    >
      <Field
        label="Program"
        hint="Who it is for, for example LIMS of building 4."
        value={name}
        onChange={setName}
        isRequired
      />
      <Field
        label="Days"
        hint="1 to 365 from now."
        value={days}
        onChange={setDays}
        inputMode="numeric"
        error={isDays ? undefined : 'A whole number from 1 to 365.'}
      />
      <Field label="Kinds of records" hint={KINDS_HINT} value={kinds} onChange={setKinds} />
      <Field label="Projects" hint={PROJECTS_HINT} value={projects} onChange={setProjects} />
    </ActDialog>
  )
}

type Way = 'webhook' | 'udp' | 'tcp' | 'tls'

/** Somebody outside who is sent records, or alerts. */
export function NewSubscription({ onClose }: Props) {
  const [what, setWhat] = useState<'records' | 'alerts'>('records')
  const [way, setWay] = useState<Way>('webhook')
  const [address, setAddress] = useState('')
  const [kinds, setKinds] = useState('')
  const [projects, setProjects] = useState('')
  const to = destinationIn(way, address.trim())
  return (
    <ActDialog
      title="Send records somewhere"
      says="Records are sent from now on, as they are made, in order and each at least once."
      verb="Send them"
      isReady={to !== undefined}
      act={async (given) => {
        if (to === undefined) return undefined
        const { secret } = await ask('addSubscription', {
          body: { ...given, what, to, ...(what === 'records' ? scopeOf(kinds, projects) : {}) },
        })
        return {
          says: 'They are sent from now on. Test it before you rely on it.',
          ...(secret === null ? {} : { secret: { label: 'Secret that signs what is sent', text: secret } }),
        }
      }}
      onClose={onClose}
    >
      <RadioList<'records' | 'alerts'>
        label="What"
        choices={[
          { value: 'records', text: 'Records' },
          { value: 'alerts', text: 'Alerts, for whoever keeps watch' },
        ]}
        chosen={what}
        onChange={setWhat}
      />
      <RadioList<Way>
        label="How"
        choices={[
          { value: 'webhook', text: 'Signed webhook' },
          { value: 'tls', text: 'Syslog by TLS' },
          { value: 'tcp', text: 'Syslog by TCP' },
          { value: 'udp', text: 'Syslog by UDP' },
        ]}
        chosen={way}
        onChange={setWay}
      />
      <Field
        label="Where to"
        hint={
          way === 'webhook'
            ? 'For example https://lims.example.com/records.'
            : 'For example log.example.com:6514.'
        }
        value={address}
        onChange={setAddress}
        error={
          address.trim() !== '' && to === undefined
            ? way === 'webhook'
              ? 'An address that begins with https://, or with http:// to the machine of the relay itself.'
              : 'A host, a colon and a port from 1 to 65535.'
            : undefined
        }
        isRequired
      />
      {what === 'records' && (
        <>
          <Field label="Kinds of records" hint={KINDS_HINT} value={kinds} onChange={setKinds} />
          <Field label="Projects" hint={PROJECTS_HINT} value={projects} onChange={setProjects} />
        </>
      )}
    </ActDialog>
  )
}

function destinationIn(way: Way, address: string): BodyOf<'addSubscription'>['to'] | undefined {
  if (way === 'webhook') return /^https?:\/\/[^\s/]/.test(address) ? { webhook: address } : undefined
  const [, host, digits] = /^\[?([^\s[\]]+?)\]?:(\d{1,5})$/.exec(address) ?? []
  const port = Number(digits)
  if (host === undefined || !(port >= 1 && port <= 65_535)) return undefined
  return { syslog: { host, port, transport: way } }
}

function scopeOf(kinds: string, projects: string): { kinds?: string[]; projects?: string[] } {
  const [ofKinds, ofProjects] = [wordsIn(kinds), wordsIn(projects)]
  return {
    ...(ofKinds.length === 0 ? {} : { kinds: ofKinds }),
    ...(ofProjects.length === 0 ? {} : { projects: ofProjects }),
  }
}

/** Sends what was sent once more, from a record on. */
export function ReplayDialog({ subscription, onClose }: Props & { readonly subscription: SubscriptionView }) {
  const trail = useLog()?.trails.find(({ isWritten }) => isWritten)?.name
  const next = subscription.delivery?.next ?? 0
  const [from, setFrom] = useState('')
  const isPlace = /^\d{1,15}$/.test(from) && Number(from) < next
  return (
    <ActDialog
      title={`Send again to ${destinationText(subscription.to)}`}
      says="All it asks for is sent once more, from that record on. Whoever receives it tells by the number of each what they have."
      verb="Send again"
      isReady={isPlace && trail !== undefined}
      act={async (given) => {
        if (trail === undefined) return undefined
        await ask('replaySubscription', {
          body: { ...given, subscription: subscription.subscription, from: { trail, seq: Number(from) } },
        })
        return undefined
      }}
      onClose={onClose}
    >
      <Field
        label="From record"
        hint={`Its number in the trail that is written to; it is before ${countText(next)}, the next one to be sent.`}
        value={from}
        onChange={setFrom}
        inputMode="numeric"
        error={from === '' || isPlace ? undefined : `A whole number below ${countText(next)}.`}
        isRequired
      />
    </ActDialog>
  )
}
