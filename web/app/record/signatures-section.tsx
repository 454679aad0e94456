import { Link } from 'wouter'
import type { ShownSignature } from '../log/signatures-on.ts'
import type { WholeRecord } from '../log/whole-record.ts'
import { dateTimeAt, dateTimeZone } from '../parts/dates.ts'
import { PlainText } from '../parts/plain-text.tsx'
import { plural } from '../parts/words.ts'
import { Mark } from './mark.tsx'
import styles from './record.module.css'
import { Section } from './section.tsx'

/** Signatures with printed name, date and time, and meaning (21 CFR 11.50), and all that became of them. */
export function SignaturesSection({ whole: { shown, trail } }: { readonly whole: WholeRecord }) {
  return (
    <Section title="Signatures">
      {shown.length === 0 ? (
        <p className={styles['soft']}>Nobody has signed it.</p>
      ) : (
        <ul className={styles['list']}>
          {shown.map((one) => (
            <Signature key={one.record} one={one} trail={trail} />
          ))}
        </ul>
      )}
    </Section>
  )
}

const words = { reviewed: 'Reviewed', approved: 'Approved', rejected: 'Rejected', withdrawn: 'Withdrawn' }

function Signature({ one, trail }: { readonly one: ShownSignature; readonly trail: string }) {
  const { meaning, name, user, withdrawn, counts, isHeld, decided } = one
  const look =
    withdrawn !== null
      ? styles['itemGone']
      : !counts
        ? styles['itemOpen']
        : meaning === 'rejected'
          ? styles['itemBad']
          : styles['itemGood']
  return (
    <li className={`${styles['item']} ${look}`}>
      <p>
        <strong className={withdrawn === null ? '' : styles['gone']}>
          {words[meaning]} by {name}
        </strong>{' '}
        ({user}){' '}
        {!counts && (
          <Mark
            holds={null}
            text={decided === null ? 'Held: it does not count' : 'Refused: it does not count'}
          />
        )}
        {withdrawn !== null && <Mark holds={null} text="Withdrawn" />}
      </p>
      <p>{dateTimeAt(Date.parse(one.at), one.offsetMinutes)}</p>
      <p>
        <span className={styles['soft']}>Reason:</span> <PlainText text={one.reason} />
      </p>
      <p className={`${styles['soft']} ${styles['small']}`}>
        The time is claimed by {one.device === undefined ? 'the signer’s device' : `device ${one.device}`}. By
        the clock of the relay it was signed{' '}
        {one.notBefore === undefined ? 'before ' : `between ${dateTimeZone(Date.parse(one.notBefore))} and `}
        {dateTimeZone(Date.parse(one.notAfter))}
        {one.roles.length > 0 && `; as ${one.roles.join(', ')}`}. {plural(one.records.length, 'record')} with
        one signature; it stands in <Link href={`/record/${trail}/${one.record}`}>record {one.record}</Link>.
      </p>
      {isHeld && one.heldFor.length > 0 && (
        <p className={styles['small']}>Held by the relay because of: {one.heldFor.join(', ')}.</p>
      )}
      {decided !== null && (
        <p className={styles['small']}>
          {decided.isAccepted ? 'Accepted' : 'Refused'} by {decided.name},{' '}
          {dateTimeZone(Date.parse(decided.time))}: {decided.reason} (
          <Link href={`/record/${trail}/${decided.record}`}>record {decided.record}</Link>).
        </p>
      )}
      {withdrawn !== null && (
        <p className={styles['small']}>
          Taken back by its signer, {dateTimeZone(Date.parse(withdrawn.time))}: {withdrawn.reason} (
          <Link href={`/record/${trail}/${withdrawn.record}`}>record {withdrawn.record}</Link>).
        </p>
      )}
    </li>
  )
}
