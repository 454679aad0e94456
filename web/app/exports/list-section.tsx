import type { ExportView } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { dateTimeZone } from '../parts/dates.ts'
import { Progress } from '../parts/progress.tsx'
import { countText, plural } from '../parts/words.ts'
import { sizeText } from '../record/record-texts.ts'
import { Facts, Section } from '../record/section.tsx'
import { fetchFile, saidOf } from '../session/ask.ts'
import styles from './exports.module.css'
import { filterTexts } from './filter-of.ts'
import { saveFile } from './save-file.ts'

/** Exports of the last day: how far each is, and its files. */
export function ListSection({
  exports,
  fault,
}: {
  readonly exports: readonly ExportView[] | undefined
  readonly fault: string | undefined
}) {
  return (
    <Section title="Exports of the last 24 hours">
      {fault !== undefined && <p role="alert">{fault}</p>}
      {exports?.length === 0 && <p className={styles['soft']}>There are none.</p>}
      <ul className={styles['list']}>
        {exports?.map((one) => (
          <ExportItem key={one.id} one={one} />
        ))}
      </ul>
    </Section>
  )
}

function ExportItem({ one }: { readonly one: ExportView }) {
  const { made, failed, state, progress, by, asked, reason, filter } = one
  const rows = filterTexts(filter)
  return (
    <li className={styles['item']}>
      <p>
        <strong>{reason}</strong>
      </p>
      <p className={styles['soft']}>
        {by.name}, {dateTimeZone(Date.parse(asked))}:{' '}
        {rows.length === 0 ? 'all records' : rows.map(([name, value]) => `${name} ${value}`).join('; ')}
      </p>
      {state === 'waiting' && <p>Waiting for other exports.</p>}
      {(state === 'checking' || state === 'making') && (
        <Progress
          progress={{
            doneBytes: progress?.done ?? 0,
            ofBytes: progress?.of ?? 0,
            ...(progress === null ? {} : { done: progress.done, of: progress.of }),
          }}
          what={state === 'checking' ? 'records checked' : 'records written'}
          label={
            state === 'checking' ? 'How much of the trail is checked' : 'How much of the export is written'
          }
        />
      )}
      {failed !== null && (
        <p className={styles['fault']}>
          {failed.says}
          {failed.unmatched !== null &&
            ` No record has “${failed.unmatched.value}” (${failed.unmatched.list}).`}
        </p>
      )}
      {made !== null && <Made id={one.id} made={made} />}
    </li>
  )
}

const files = [
  ['Save the bag (zip)', 'zip'],
  ['Save a copy to read (PDF)', 'pdf'],
  ['Save a copy to read (HTML)', 'html'],
] as const
type Extension = (typeof files)[number][1]

function Made({ id, made }: { readonly id: string; readonly made: NonNullable<ExportView['made']> }) {
  const [coming, setComing] = useState<{ readonly what: Extension; readonly bytes: number }>()
  const [fault, setFault] = useState<string>()
  const save = async (what: Extension) => {
    setFault(undefined)
    setComing({ what, bytes: 0 })
    try {
      const onBytes = (bytes: number) => setComing({ what, bytes })
      const file =
        what === 'zip'
          ? await fetchFile('readBag', { export: id }, onBytes)
          : await fetchFile('readReport', { export: id, query: { form: what } }, onBytes)
      saveFile(file, `export-${made.manifest.slice(0, 12)}.${what}`)
    } catch (error) {
      setFault(saidOf(error))
    } finally {
      setComing(undefined)
    }
  }
  return (
    <>
      <Facts
        rows={[
          [
            'Records',
            `${countText(made.records)}${made.withheld > 0 ? `, and the hashes of ${countText(made.withheld)} more` : ''}`,
          ],
          ['Size', sizeText(made.sizeBytes)],
          ['SHA-256', <code key="sha256">{made.sha256}</code>],
          ['Not in it', made.leftOut.length === 0 ? undefined : made.leftOut.join(', ')],
          ['Notary not asked', made.unasked.length === 0 ? undefined : made.unasked.join(', ')],
          ['Time stamp', made.timeStamp],
          ['Kept until', dateTimeZone(Date.parse(made.until))],
        ]}
      />
      <div className={styles['row']}>
        {files.map(([text, what]) => (
          <Button
            key={what}
            look={what === 'zip' ? 'primary' : 'plain'}
            isDisabled={coming !== undefined}
            onPress={() => void save(what)}
          >
            {text}
          </Button>
        ))}
      </div>
      <p role="status" className={styles['soft']}>
        {coming !== undefined &&
          (coming.bytes > 0
            ? `${sizeText(coming.bytes)} have come.`
            : coming.what === 'zip'
              ? 'The relay is asked for it.'
              : 'The relay makes it; that can take minutes.')}
      </p>
      {fault !== undefined && (
        <p role="alert" className={styles['fault']}>
          {fault}
        </p>
      )}
      <p className={`${styles['soft']} ${styles['small']}`}>
        The bag is the evidence; a copy to read is none. {plural(made.records, 'record')} can be checked
        below, or with the offline page.
      </p>
    </>
  )
}
