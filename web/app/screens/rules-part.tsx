import type { ResultOf } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { ActDialog } from '../parts/act-dialog.tsx'
import { Button } from '../parts/button.tsx'
import { CheckList, RadioList } from '../parts/choices.tsx'
import { Field } from '../parts/field.tsx'
import { HeardFromRelay } from '../parts/heard.tsx'
import { Notice } from '../parts/notice.tsx'
import { plural } from '../parts/words.ts'
import { ask } from '../session/ask.ts'
import { may } from '../session/may.ts'
import { useSession } from '../session/session.ts'
import { useAsked } from '../session/use-asked.ts'
import { IdentityDialog, TimeStampsDialog } from './outside-dialogs.tsx'
import { RecoveryFiles } from './recovery-files.tsx'
import styles from './settings-screen.module.css'
import { EVERY_PROJECT, orderText } from './steps.ts'
import { StepsDialog } from './steps-dialog.tsx'

type Rules = ResultOf<'readRules'>['rules']

/** What the site has decided, and where that departs from what is usual. */
export function RulesPart() {
  const session = useSession()
  const heard = useAsked('readRules', {})
  const [changing, setChanging] = useState<'rules' | 'steps' | 'identity' | 'stamps'>()
  const close = () => {
    setChanging(undefined)
    heard.again()
  }
  return (
    <HeardFromRelay heard={heard} what="The rules">
      {({ rules, deviations }) => (
        <div className={styles['part']}>
          {deviations.map((sentence) => (
            <Notice key={sentence} look="warn">
              {sentence}
            </Notice>
          ))}
          <dl className={styles['facts']}>
            <dt>Four eyes</dt>
            <dd>
              {rules.fourEyes
                ? 'Nobody approves what they made themselves.'
                : 'Off: people may approve what they made themselves.'}
            </dd>
            <dt>Passwords</dt>
            <dd>
              {rules.passwords.lengthMin} characters or more
              {rules.passwords.composition === 'none' ? '' : ', of all kinds of characters'}
              {rules.passwords.maxAgeDays === null
                ? ', changed when there is a reason to'
                : `, changed every ${plural(rules.passwords.maxAgeDays, 'day')}`}
            </dd>
            <dt>Signing</dt>
            <dd>
              {Object.keys(rules.signing).length === 0 && 'Whoever may sign does, in any order.'}
              {Object.entries(rules.signing).map(([project, rule]) => (
                <p key={project}>
                  {project === EVERY_PROJECT ? 'All other projects' : project}: {orderText(rule)}
                </p>
              ))}
            </dd>
            <dt>Identity provider</dt>
            <dd>
              {rules.identity === null
                ? 'None: people sign in by their password of this relay'
                : `${rules.identity.issuer}; this relay is ${rules.identity.clientId} there`}
            </dd>
            <dt>Time stamps</dt>
            <dd>
              {rules.timeStamps === null
                ? 'Of nobody'
                : `Of ${rules.timeStamps.url}, every ${plural(rules.timeStamps.everyMinutes, 'minute')}`}
            </dd>
          </dl>
          {may(session, 'settings.change') && (
            <div className={styles['acts']}>
              <Button onPress={() => setChanging('rules')}>Change passwords and four eyes</Button>
              <Button onPress={() => setChanging('steps')}>Change the order of signing</Button>
              <Button onPress={() => setChanging('identity')}>Change the identity provider</Button>
              <Button onPress={() => setChanging('stamps')}>Change time stamps</Button>
            </div>
          )}
          {may(session, 'recovery.confirm') && <RecoveryFiles />}
          {changing === 'rules' && <RulesDialog rules={rules} onClose={close} />}
          {changing === 'steps' && <StepsDialog rules={rules} onClose={close} />}
          {changing === 'identity' && <IdentityDialog rules={rules} onClose={close} />}
          {changing === 'stamps' && <TimeStampsDialog rules={rules} onClose={close} />}
        </div>
      )}
    </HeardFromRelay>
  )
}

function RulesDialog({ rules, onClose }: { readonly rules: Rules; onClose(): void }) {
  const { passwords } = rules
  const [eyes, setEyes] = useState<readonly 'on'[]>(rules.fourEyes ? ['on'] : [])
  const [length, setLength] = useState(String(passwords.lengthMin))
  const [composition, setComposition] = useState(passwords.composition)
  const [age, setAge] = useState(passwords.maxAgeDays === null ? '' : String(passwords.maxAgeDays))
  const lengthMin = wholeIn(length, 12, 64)
  const maxAgeDays = age === '' ? null : wholeIn(age, 30, 3_650)
  return (
    <ActDialog
      title="Change rules of the site"
      says="They hold from now on, for everybody. Whoever is signed in goes on; whose password does not do any more sets another at the next sign-in."
      verb="Change"
      isReady={lengthMin !== undefined && maxAgeDays !== undefined}
      act={async (given) => {
        if (lengthMin === undefined || maxAgeDays === undefined) return undefined
        const change = {
          ...(rules.fourEyes === eyes.includes('on') ? {} : { fourEyes: eyes.includes('on') }),
          passwords: { lengthMin, composition, maxAgeDays },
        }
        const { passwordsTouched } = await ask('changeRules', { body: { ...given, change } })
        if (passwordsTouched === null) return undefined
        const { people, tooOld, seenAtSignIn } = passwordsTouched
        return {
          says: `Of ${plural(people, 'person', 'people')} with a password, ${tooOld} have one that is too old now; of ${seenAtSignIn} it is seen when they sign in.`,
        }
      }}
      onClose={onClose}
    >
      <CheckList
        label="Four eyes"
        choices={[{ value: 'on', text: 'Nobody approves what they made themselves' }]}
        chosen={eyes}
        onChange={setEyes}
      />
      <Field
        label="Characters of a password, at least"
        hint="12 to 64. NIST SP 800-63B-4 asks for 15."
        value={length}
        onChange={setLength}
        inputMode="numeric"
        error={lengthMin === undefined ? 'A whole number from 12 to 64.' : undefined}
      />
      <RadioList<Rules['passwords']['composition']>
        label="Kinds of characters"
        choices={[
          { value: 'none', text: 'Any' },
          { value: 'annex11', text: 'Capital and small letters, digits and others' },
        ]}
        chosen={composition}
        onChange={setComposition}
      />
      <Field
        label="Days after which it is changed"
        hint="30 to 3650; empty: when there is a reason to."
        value={age}
        onChange={setAge}
        inputMode="numeric"
        error={maxAgeDays === undefined ? 'A whole number from 30 to 3650, or nothing.' : undefined}
      />
    </ActDialog>
  )
}

function wholeIn(text: string, least: number, most: number): number | undefined {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  return number >= least && number <= most ? number : undefined
}
