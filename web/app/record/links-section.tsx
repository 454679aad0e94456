import type { TrailRecord } from '@compliance-relay/shared/trail'
import { Link } from 'wouter'
import type { WholeRecord } from '../log/whole-record.ts'
import { dateTime } from '../parts/dates.ts'
import { PlainText } from '../parts/plain-text.tsx'
import { kindText } from '../parts/words.ts'
import styles from './record.module.css'
import { differenceTexts } from './record-texts.ts'
import { type FactRow, Facts, Section } from './section.tsx'

/** Other records that belong to this one: versions with what changed, what is claimed and by whom, what is signed. */
export function LinksSection({ whole }: { readonly whole: WholeRecord }) {
  const { trail, record, row, next, beforeRecord, nextRecord, claims, refusal } = whole
  const rows: FactRow[] = [
    [
      'Version before',
      beforeRecord && (
        <Version
          trail={trail}
          of={beforeRecord}
          says={differenceTexts(beforeRecord.body, record.body)}
          what="Since then"
        />
      ),
    ],
    [
      'Next version',
      nextRecord && next !== null && (
        <Version
          trail={trail}
          of={nextRecord}
          says={differenceTexts(record.body, nextRecord.body)}
          what="By then"
        />
      ),
    ],
    [
      'Claimed by',
      claims.length > 0 &&
        claims.map((one) => (
          <div key={`${one.trail} ${one.seq}`}>
            {one.name}, <Link href={`/record/${one.trail}/${one.seq}`}>record {one.seq}</Link>
          </div>
        )),
    ],
    [
      'Answers for',
      refusal && (
        <>
          <Link href={`/record/${refusal.trail}/${refusal.seq}`}>record {refusal.seq}</Link>, a capture nobody
          answered for
        </>
      ),
    ],
    [
      'About',
      record.kind.startsWith('signature.') && row.what !== '' && <About trail={trail} what={row.what} />,
    ],
  ]
  if (record.kind === 'capture.refused' && claims.length === 0)
    rows.push(['Claimed by', 'nobody yet: it can be claimed on the screen of exceptions'])
  const there = rows.filter(([, value]) => value !== null && value !== false && value !== undefined)
  if (there.length === 0) return null
  return (
    <Section title="Versions and links">
      <Facts rows={there} />
    </Section>
  )
}

interface VersionProps {
  readonly trail: string
  readonly of: TrailRecord
  readonly says: readonly string[]
  readonly what: string
}

function Version({ trail, of, says, what }: VersionProps) {
  return (
    <>
      <Link href={`/record/${trail}/${of.seq}`}>record {of.seq}</Link>: {kindText(of.kind).toLowerCase()},{' '}
      {dateTime(Date.parse(of.time))}, {of.actor.name}
      <div className={styles['soft']}>
        {what}: {says.join('; ')}.
      </div>
    </>
  )
}

/** `records 23 24`: each a link, the first hundred. */
function About({ trail, what }: { readonly trail: string; readonly what: string }) {
  const seqs = /^records? ([\d ]+)$/.exec(what)?.[1]?.split(' ') ?? []
  if (seqs.length === 0) return <PlainText text={what} />
  return (
    <>
      {seqs.slice(0, 100).map((seq) => (
        <span key={seq}>
          <Link href={`/record/${trail}/${seq}`}>record {seq}</Link>{' '}
        </span>
      ))}
      {seqs.length > 100 && `and ${seqs.length - 100} more`}
    </>
  )
}
