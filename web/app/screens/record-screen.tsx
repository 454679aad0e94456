import { useEffect, useState } from 'react'
import { useLocation, useParams } from 'wouter'
import { log, logOpened, useLog } from '../log/use-log.ts'
import type { WholeRecord } from '../log/whole-record.ts'
import { Button } from '../parts/button.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { SignState } from '../parts/sign-state.tsx'
import { kindText } from '../parts/words.ts'
import { CheckSection } from '../record/check-section.tsx'
import { FindSection } from '../record/find-section.tsx'
import { LinksSection } from '../record/links-section.tsx'
import { RawSection } from '../record/raw-section.tsx'
import { SignaturesSection } from '../record/signatures-section.tsx'
import { WhatSection } from '../record/what-section.tsx'
import { WhenSection } from '../record/when-section.tsx'
import styles from './record-screen.module.css'
import { signRecordAddress } from './sign-query.ts'

/** All that this device knows of one record, and what of it is proven. */
export function RecordScreen() {
  const { trail = '', seq = '' } = useParams()
  const whole = useRecord(trail, Number(seq))
  if (whole === undefined) return <p>Reading the record</p>
  if (whole === null)
    return (
      <p>
        This record is not on this device. It may not have come here yet, or the address is not that of a
        record.
      </p>
    )
  return <RecordPage key={`${trail} ${seq}`} whole={whole} />
}

function RecordPage({ whole }: { readonly whole: WholeRecord }) {
  const { record, row, trail, seq } = whole
  const [, navigate] = useLocation()
  const isCapture = /^(?:file|dataset|capture)\./.test(record.kind)
  return (
    <article className={styles['record']}>
      <header className={styles['head']}>
        <h1>
          {kindText(record.kind)} <span className={styles['seq']}>record {record.seq}</span>
        </h1>
        <SignState bits={row.state} />
        {row.state !== 0 && (
          <Button onPress={() => navigate(signRecordAddress(trail, record.seq))}>Review and sign</Button>
        )}
        <p className={styles['what']}>
          <PlainText text={row.what} />
        </p>
        <p className={styles['trail']}>{record.trail}</p>
      </header>
      <div className={styles['columns']}>
        <div className={styles['column']}>
          <WhatSection whole={whole} />
          <WhenSection whole={whole} />
          <RawSection whole={whole} />
        </div>
        <div className={styles['column']}>
          {row.state !== 0 && <SignaturesSection whole={whole} />}
          <LinksSection whole={whole} />
          {isCapture && <FindSection title="Is this the file?" of={{ trail, seq }} />}
          <CheckSection whole={whole} />
        </div>
      </div>
    </article>
  )
}

/** Null where there is none. */
function useRecord(trail: string, seq: number): WholeRecord | null | undefined {
  const version = useLog()?.version
  const [whole, setWhole] = useState<WholeRecord | null>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: more records, more signatures on it
  useEffect(() => {
    let isOver = false
    void logOpened
      .then(() => log.whole(trail, seq))
      .then((given) => {
        if (!isOver) setWhole(given ?? null)
      })
    return () => {
      isOver = true
    }
  }, [trail, seq, version])
  return whole
}
