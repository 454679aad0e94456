import type { Anchor, WholeRecord } from '../log/whole-record.ts'
import { dateTimeZone } from '../parts/dates.ts'
import { countText } from '../parts/words.ts'
import styles from './record.module.css'
import { isBody } from './record-texts.ts'
import { Facts, Section } from './section.tsx'

/** When it was: what the relay claims, and between which times that is proven, each with whose clock says so. */
export function WhenSection({ whole: { record, row, anchor, shown } }: { readonly whole: WholeRecord }) {
  const { seen } = record.body
  const first = isBody(seen) ? seen['first'] : undefined
  const rest = isBody(seen) ? seen['rest'] : undefined
  const signer = shown.find(({ headSize }) => headSize > record.seq)
  return (
    <Section title="When">
      <Facts
        rows={[
          [
            'Claimed',
            <>
              {dateTimeZone(row.time)}
              <div className={styles['soft']}>by the clock of the relay, when it wrote the record</div>
            </>,
          ],
          ['First seen', typeof first === 'string' ? dateTimeZone(Date.parse(first)) : undefined],
          [
            'At rest since',
            typeof rest === 'string'
              ? `${dateTimeZone(Date.parse(rest))}, both by the same clock`
              : undefined,
          ],
          ['Proven: not after', <NotAfter key="after" anchor={anchor} />],
          [
            'Also not after',
            signer && (
              <>
                {dateTimeZone(Date.parse(signer.at))}
                <div className={styles['soft']}>
                  by the clock of the device on which {signer.name} signed over {countText(signer.headSize)}{' '}
                  entries, this one among them
                </div>
              </>
            ),
          ],
          ['Not before', <NotBefore key="before" anchor={anchor} seq={record.seq} />],
        ]}
      />
      <p className={`${styles['soft']} ${styles['small']}`}>
        Its place is proven: behind record {record.seq - 1 < 0 ? 'none' : countText(record.seq - 1)} and
        before all that came later. Time stamps and witnesses of the site stand in exports; this device is not
        given them.
      </p>
    </Section>
  )
}

function NotAfter({ anchor }: { readonly anchor: Anchor | null }) {
  if (anchor === null)
    return <span className={styles['open']}>! Nothing yet: no checkpoint on this device covers it.</span>
  if (anchor.with === null)
    return (
      <span className={styles['soft']}>This device did not note when it was first given a checkpoint.</span>
    )
  return (
    <>
      {dateTimeZone(anchor.with.at)}
      <div className={styles['soft']}>
        by the clock of this device, which by then had been given a signed checkpoint of{' '}
        {countText(anchor.with.size)} entries with this one under it
      </div>
    </>
  )
}

function NotBefore({ anchor, seq }: { readonly anchor: Anchor | null; readonly seq: number }) {
  if (anchor?.without == null)
    return (
      <span className={styles['soft']}>
        Nothing on this device says so: it was first given this trail with the record in it.
      </span>
    )
  return (
    <>
      {dateTimeZone(anchor.without.at)}
      <div className={styles['soft']}>
        by the clock of this device: the newest checkpoint it was given then had{' '}
        {countText(anchor.without.size)} entries, and this would be number {countText(seq + 1)}. That the
        relay had not written it by then is the relay’s word.
      </div>
    </>
  )
}
