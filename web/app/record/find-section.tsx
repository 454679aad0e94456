import { printable } from '@compliance-relay/shared/trail'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Digested } from '../../check/digest-files.ts'
import type { DroppedFile, Progress as Told } from '../../check/messages.ts'
import { readFiles, stopReading } from '../files/read-files.ts'
import type { DigestAnswer, DigestMatch } from '../log/find-digests.ts'
import { log } from '../log/use-log.ts'
import { DropPlace } from '../parts/drop-place.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { Progress } from '../parts/progress.tsx'
import { kindText, plural } from '../parts/words.ts'
import { type FoundFile, foundFiles, sayingOf, summaryOf } from './found-files.ts'
import { Mark } from './mark.tsx'
import styles from './record.module.css'
import { Section } from './section.tsx'

const SHOWN_MAX = 50

interface Props {
  /** The record that is asked about; undefined: any. */
  readonly of?: { readonly trail: string; readonly seq: number }
  readonly title: string
}

/** Is this the file? The content decides, and never the name. Nothing of it leaves the device. */
export function FindSection({ of, title }: Props) {
  const [progress, setProgress] = useState<Told>()
  const [found, setFound] = useState<{ readonly items: readonly FoundFile[]; readonly isStopped: boolean }>()
  const [fault, setFault] = useState<string>()
  const look = async (files: readonly DroppedFile[]) => {
    setFault(undefined)
    setFound(undefined)
    setProgress({ doneBytes: 0, ofBytes: 0 })
    try {
      const { items, isStopped } = await readFiles(files, setProgress)
      const answers = await answersTo(items)
      setFound({ items: foundFiles(items, answers, of), isStopped })
    } catch (error) {
      setFault(`It could not be looked at: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      setProgress(undefined)
    }
  }
  return (
    <Section title={title}>
      <DropPlace
        label={title}
        hint="Drop a file or a folder here, or"
        choose="Choose files"
        chooseFolder="Choose a folder"
        isDisabled={progress !== undefined}
        onFiles={(files) => void look(files)}
        onFault={setFault}
      />
      {progress !== undefined && (
        <Progress
          progress={progress}
          what="files"
          label="How much of the files is read"
          onStop={stopReading}
        />
      )}
      {fault !== undefined && <p role="alert">{fault}</p>}
      <div role="status" className={styles['list']}>
        {found !== undefined && (
          <>
            <p>
              <strong>{summaryOf(found.items, of !== undefined)}</strong>
              {found.isStopped && ' It was stopped before all were read.'}
            </p>
            <ul className={styles['list']}>
              {found.items.slice(0, SHOWN_MAX).map((one) => (
                <FoundItem key={`${one.what} ${one.path}`} one={one} />
              ))}
            </ul>
            {found.items.length > SHOWN_MAX && (
              <p className={styles['soft']}>And {plural(found.items.length - SHOWN_MAX, 'more')}.</p>
            )}
          </>
        )}
      </div>
    </Section>
  )
}

/** Digests go to the log in one asking: it looks through all records once. */
async function answersTo(items: readonly Digested[]): Promise<readonly DigestAnswer[]> {
  const digests = [...new Set(items.flatMap(({ digest }) => digest ?? []))]
  return digests.length === 0 ? [] : log.findDigests(digests)
}

function FoundItem({ one }: { readonly one: FoundFile }) {
  const look = { yes: 'itemGood', other: 'itemOpen', none: 'itemBad', unread: 'itemOpen' }[one.is]
  return (
    <li className={`${styles['item']} ${styles[look]}`}>
      <PlainText text={one.path} />
      <Mark holds={one.is === 'yes' ? true : one.is === 'none' ? false : null} text={sayingOf(one)} />
      {one.digest !== undefined && <code className={styles['small']}>SHA-256 {one.digest}</code>}
      {one.others.map((match) => (
        <Other key={`${match.trail} ${match.seq}`} match={match} />
      ))}
      {one.more > 0 && (
        <p className={styles['soft']}>And {plural(one.more, 'more record')} with this content.</p>
      )}
    </li>
  )
}

function Other({ match }: { readonly match: DigestMatch }) {
  return (
    <p className={styles['small']}>
      {
        {
          file: 'The file of ',
          'data-set': 'The data set of ',
          'raw-data': 'The raw data of ',
          member: 'A file of ',
        }[match.as]
      }
      <Link href={`/record/${match.trail}/${match.seq}`}>record {match.seq}</Link>:{' '}
      {kindText(match.kind).toLowerCase()}, <PlainText text={match.path} />
      {match.members.length > 0 && <> (there {match.members.slice(0, 5).map(printable).join(', ')})</>}
    </p>
  )
}
