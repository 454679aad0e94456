import type { WholeRecord } from '../log/whole-record.ts'
import { CopyText } from '../parts/copy-text.tsx'
import { dateTimeZone } from '../parts/dates.ts'
import { PlainText } from '../parts/plain-text.tsx'
import { countText } from '../parts/words.ts'
import styles from './record.module.css'
import {
  claimsIn,
  completeText,
  evidenceTexts,
  filesIn,
  instrumentDigestTexts,
  lateText,
  sizeText,
  viaText,
} from './record-texts.ts'
import { Facts, Lines, Section } from './section.tsx'

/** What was recorded, who is said to have done it, and what the instrument's files claim of the run. */
export function WhatSection({ whole: { record, row } }: { readonly whole: WholeRecord }) {
  const { body, actor } = record
  const text = (field: string) => (typeof body[field] === 'string' ? (body[field] as string) : '')
  const number = (field: string) => (typeof body[field] === 'number' ? (body[field] as number) : undefined)
  const late = lateText(body['late'], (iso) => dateTimeZone(Date.parse(iso)))
  const size = number('size')
  const count = number('fileCount')
  const missing = body['complete'] === false || body['missing'] !== undefined
  return (
    <Section title="What and who">
      {late !== undefined && <p className={styles['warn']}>{late}</p>}
      <Facts
        rows={[
          [
            'Who',
            <>
              <strong>{actor.name}</strong> ({actor.id})
              <div className={styles['soft']}>The relay knows by {viaText(actor.via)}.</div>
              <div className={styles['soft']}>
                <Lines lines={evidenceTexts(body['evidence'])} />
              </div>
            </>,
          ],
          ['Project', row.project],
          ['Device', row.device],
          ['Instrument', row.instrument],
          ['Reason', text('reason')],
          ['In words', text('sentence')],
          [
            'Complete',
            completeText(body) && (
              <span className={missing ? styles['open'] : ''}>
                {missing ? '! ' : ''}
                {completeText(body)}
              </span>
            ),
          ],
          ['Size', size === undefined ? undefined : sizeText(size)],
          ['Files', count === undefined ? undefined : countText(count)],
          ['SHA-256', digest(text('sha256'), 'the SHA-256 of the file')],
          ['Manifest', digest(text('manifest'), 'the SHA-256 of the manifest')],
          ['Raw data', digest(text('raw'), 'the SHA-256 of the raw data’s manifest')],
          [
            'Digests of the instrument',
            instrumentDigestTexts(body['instrumentDigests']).length === 0 ? undefined : (
              <Lines key="digests" lines={instrumentDigestTexts(body['instrumentDigests'])} />
            ),
          ],
        ]}
      />
      <RunClaims run={body['run']} />
      <FilesOfSet files={body['files']} count={count} />
    </Section>
  )
}

function digest(text: string, label: string) {
  return text === '' ? undefined : <CopyText text={text} label={label} />
}

function RunClaims({ run }: { readonly run: unknown }) {
  const claims = claimsIn(run)
  if (claims.length === 0) return null
  return (
    <>
      <h3>The run, by the instrument’s files</h3>
      <p className={`${styles['soft']} ${styles['small']}`}>
        Claims of those files: the relay read them, and vouches for none.
      </p>
      <Facts rows={claims} />
    </>
  )
}

function FilesOfSet({ files, count }: { readonly files: unknown; readonly count: number | undefined }) {
  const listed = filesIn(files)
  if (count === undefined) return null
  if (listed.length === 0)
    return (
      <p className={styles['soft']}>
        Its {countText(count)} files have no room in the record: the manifest beside the trail lists them.
        Drop the folder below to see whether it is this one.
      </p>
    )
  return (
    <details>
      <summary>Files of the data set ({countText(listed.length)})</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls is to be reached by keyboard */}
      <section className={styles['scroll']} tabIndex={0} aria-label="Files of the data set">
        <table className={styles['table']}>
          <thead>
            <tr>
              <th scope="col">Path</th>
              <th scope="col">Bytes</th>
              <th scope="col">SHA-256</th>
            </tr>
          </thead>
          <tbody>
            {listed.map(({ path, size, sha256 }) => (
              <tr key={path}>
                <td>
                  <PlainText text={path} />
                </td>
                <td className={styles['number']}>{countText(size)}</td>
                <td>
                  <code>{sha256}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
