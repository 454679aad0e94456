import type { TrailKeyView } from '@compliance-relay/shared/api'
import { useRef } from 'react'
import { Button } from '../parts/button.tsx'
import { dateTimeZone } from '../parts/dates.ts'
import { Section } from '../record/section.tsx'
import styles from './exports.module.css'
import { grouped } from './known-keys.ts'
import { printPart } from './print-part.ts'

/** The keys of this relay with their fingerprints, to be printed and filed where the relay cannot reach them. */
export function KeysSection({ keys }: { readonly keys: readonly TrailKeyView[] | undefined }) {
  const part = useRef<HTMLDivElement>(null)
  if (keys === undefined) return null
  return (
    <Section title="Keys and fingerprints">
      <p className={styles['soft']}>
        Print them and file them where this relay cannot reach them. Exports are checked against that paper:
        what a relay says of its own keys proves nothing.
      </p>
      <div ref={part} className={styles['list']}>
        <p className={styles['onPaper']}>
          Fingerprints of the keys of {location.host}, printed {dateTimeZone(Date.now())} by the clock of this
          device
        </p>
        {keys.map(({ trail, key, fingerprint }) => (
          <div key={key} className={styles['item']}>
            <strong>{trail}</strong>
            <code>{grouped(fingerprint)}</code>
            <code className={styles['small']}>{key}</code>
          </div>
        ))}
      </div>
      <div>
        <Button onPress={() => printPart(part.current)}>Print the fingerprints</Button>
      </div>
    </Section>
  )
}
