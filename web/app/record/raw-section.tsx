import type { WholeRecord } from '../log/whole-record.ts'
import { CopyText } from '../parts/copy-text.tsx'
import { plainLines } from '../parts/plain-text.tsx'
import styles from './record.module.css'
import { Facts, Section } from './section.tsx'

/** The entry byte for byte, and what it says as a tree of names and values. */
export function RawSection({ whole: { line, record } }: { readonly whole: WholeRecord }) {
  return (
    <Section title="The entry itself">
      <Facts
        rows={[
          ['Trail', record.trail],
          ['Kind', record.kind],
          [
            'Entry before',
            <CopyText key="prev" text={record.prev} label="the checksum of the entry before" />,
          ],
          ['MAC key', <code key="kid">{record.kid}</code>],
        ]}
      />
      <details>
        <summary>As it stands in the trail, byte for byte</summary>
        <pre className={styles['raw']}>{plainLines(line)}</pre>
      </details>
      <details>
        <summary>What it says, set out</summary>
        <pre className={styles['raw']}>{plainLines(JSON.stringify(record.body, null, 2))}</pre>
      </details>
    </Section>
  )
}
