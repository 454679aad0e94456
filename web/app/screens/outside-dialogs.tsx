import { certificatesIn, publicKeysIn, type ResultOf } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { ActDialog } from '../parts/act-dialog.tsx'
import { RadioList } from '../parts/choices.tsx'
import { Field } from '../parts/field.tsx'
import { ask } from '../session/ask.ts'

/* Whom outside the site is asked: who somebody is, and what time it is. */

type Rules = ResultOf<'readRules'>['rules']
type Identity = NonNullable<Rules['identity']>
type Whether = 'none' | 'one'

interface Props {
  readonly rules: Rules
  onClose(): void
}

const MINUTES = { least: 5, usual: 60, most: 1_440 } as const

/** By which provider people may sign in, and whose tokens say who is present. */
export function IdentityDialog({ rules: { identity: before }, onClose }: Props) {
  const [whether, setWhether] = useState<Whether>(before === null ? 'none' : 'one')
  const [issuer, setIssuer] = useState(before?.issuer ?? '')
  const [clientId, setClientId] = useState(before?.clientId ?? '')
  const [audience, setAudience] = useState(before?.audience ?? '')
  const [keys, setKeys] = useState('')
  const given = keys.trim() === '' ? undefined : publicKeysIn(keys)
  // Keys are those of one issuer.
  const kept = issuer === before?.issuer ? before.jwks : undefined
  const jwks = given === undefined ? kept : (given as Identity['jwks'])
  const isReady =
    whether === 'none' || (isAddress(issuer) && isName(clientId) && isName(audience) && isGood(keys, given))
  return (
    <ActDialog
      title="Change the identity provider"
      says="People whose account is linked to the provider may sign in by it. Signing always takes the password of this relay. A client secret, if the provider gave one, is set at the workstation: relay identity secret."
      verb="Change"
      isReady={isReady}
      act={async (asked) => {
        const rule = { issuer, clientId, audience, ...(jwks === undefined ? {} : { jwks }) }
        const identity = whether === 'none' ? null : rule
        await ask('changeRules', { body: { ...asked, change: { identity } } })
        return undefined
      }}
      onClose={onClose}
    >
      <RadioList<Whether>
        label="Provider"
        choices={[
          { value: 'none', text: 'None: people sign in by their password of this relay' },
          { value: 'one', text: 'The one of the site' },
        ]}
        chosen={whether}
        onChange={setWhether}
      />
      {whether === 'one' && (
        <>
          <Field
            label="Issuer"
            hint="As the provider itself writes it: https://…, with no ? or # in it."
            value={issuer}
            onChange={setIssuer}
            error={issuer === '' || isAddress(issuer) ? undefined : 'An address that begins with https://.'}
            isRequired
          />
          <Field
            label="What it calls this relay"
            hint="The client id it was registered with."
            value={clientId}
            onChange={setClientId}
            error={clientId === '' || isName(clientId) ? undefined : 'Up to 255 characters, without spaces.'}
            isRequired
          />
          <Field
            label="Audience of tokens"
            hint="Tokens of the site’s software have to name it."
            value={audience}
            onChange={setAudience}
            error={audience === '' || isName(audience) ? undefined : 'Up to 255 characters, without spaces.'}
            isRequired
          />
          <Field
            label="Its public keys, if the workstation cannot reach it"
            hint={
              kept === undefined
                ? 'The JSON Web Key Set it publishes; empty: the provider is asked.'
                : `Empty: the ${kept.keys.length} on record stay.`
            }
            value={keys}
            onChange={setKeys}
            lines={3}
            error={isGood(keys, given) ? undefined : 'This is no JSON Web Key Set.'}
          />
        </>
      )}
    </ActDialog>
  )
}

/** Whose time stamps the checkpoints of the trail get. */
export function TimeStampsDialog({ rules: { timeStamps: before }, onClose }: Props) {
  const [whether, setWhether] = useState<Whether>(before === null ? 'none' : 'one')
  const [url, setUrl] = useState(before?.url ?? '')
  const [certificates, setCertificates] = useState('')
  const [policy, setPolicy] = useState(before?.policy ?? '')
  const [every, setEvery] = useState(String(before?.everyMinutes ?? MINUTES.usual))
  const given = certificatesIn(certificates)
  // Another authority has other certificates.
  const kept = url === before?.url ? before.anchors : []
  const anchors = certificates.trim() === '' ? kept : given
  const everyMinutes = minutesIn(every)
  const isReady =
    whether === 'none' || (/^https?:\/\/\S+$/.test(url) && anchors.length > 0 && everyMinutes !== undefined)
  return (
    <ActDialog
      title="Change time stamps"
      says="An authority outside the site signs the time at which it saw a checkpoint (RFC 3161): a proven time, where the clock of the workstation is a claimed one. It is sent a hash, and nothing else."
      verb="Change"
      isReady={isReady}
      act={async (asked) => {
        const rule = {
          url,
          anchors: [...anchors],
          everyMinutes: everyMinutes ?? MINUTES.usual,
          ...(policy === '' ? {} : { policy }),
        }
        const timeStamps = whether === 'none' ? null : rule
        await ask('changeRules', { body: { ...asked, change: { timeStamps } } })
        return undefined
      }}
      onClose={onClose}
    >
      <RadioList<Whether>
        label="Authority"
        choices={[
          { value: 'none', text: 'None: no authority stamps checkpoints with its time' },
          { value: 'one', text: 'The one of the site' },
        ]}
        chosen={whether}
        onChange={setWhether}
      />
      {whether === 'one' && (
        <>
          <Field
            label="Address of the authority"
            hint="http or https: what comes back is signed, for the one question."
            value={url}
            onChange={setUrl}
            isRequired
          />
          <Field
            label="Certificates to trust for it"
            hint={
              kept.length === 0
                ? 'As text (PEM): of the authority itself, or of whom its own goes back to.'
                : `As text (PEM). Empty: the ${kept.length} on record stay.`
            }
            value={certificates}
            onChange={setCertificates}
            lines={4}
            error={
              certificates.trim() === '' || given.length > 0 ? undefined : 'There is no certificate in this.'
            }
          />
          <Field
            label="Its policy"
            hint="A number with dots, if it has several; empty: the one it takes by itself."
            value={policy}
            onChange={setPolicy}
          />
          <Field
            label="Minutes between two stamps"
            hint={`${MINUTES.least} to ${MINUTES.most}. The head of each export gets its own.`}
            value={every}
            onChange={setEvery}
            inputMode="numeric"
            error={everyMinutes === undefined ? 'A whole number from 5 to 1440.' : undefined}
          />
        </>
      )}
    </ActDialog>
  )
}

function isAddress(text: string): boolean {
  return /^https?:\/\/[^\s?#]+$/.test(text)
}

function isName(text: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(text)
}

function isGood(text: string, keys: object | undefined): boolean {
  return text.trim() === '' || keys !== undefined
}

function minutesIn(text: string): number | undefined {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  return number >= MINUTES.least && number <= MINUTES.most ? number : undefined
}
