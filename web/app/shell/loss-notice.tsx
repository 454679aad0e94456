import { useEffect, useState } from 'react'
import { useLog } from '../log/use-log.ts'
import { type Kept, keptOf, lossOf, readKept, writeKept } from '../outbox/kept-marker.ts'
import { Button } from '../parts/button.tsx'
import { dateTimeZone } from '../parts/dates.ts'
import { Notice } from '../parts/notice.tsx'
import { plural } from '../parts/words.ts'
import styles from './sign-in-notice.module.css'

/** Says that the browser has cleared what was signed here, until somebody has seen it. */
export function LossNotice() {
  const outbox = useLog()?.outbox
  const [loss, setLoss] = useState<Kept>()
  useEffect(() => {
    if (outbox === undefined || outbox.fault !== null) return
    const lost = lossOf(readKept(), outbox)
    if (lost === undefined) writeKept(keptOf(outbox, Date.now()))
    else setLoss(lost)
  }, [outbox])
  if (loss === undefined) return null
  const { at, signers, unsent } = loss
  return (
    <div className={styles['place']}>
      <Notice look="bad" isAlert>
        <p>
          The browser has cleared what this app kept on this device. On {dateTimeZone(at)} there{' '}
          {signers.length === 1 ? 'was the signing key' : 'were the signing keys'} of {signers.join(', ')}
          {unsent === 0
            ? ', and nothing that waited to be sent.'
            : `, and ${plural(unsent, 'signature')} that the relay had not confirmed.`}
        </p>
        <p>
          {unsent > 0 &&
            'If nobody saved a copy of them, they have to be made again: tell QA, whose list of keys shows how many did not arrive. '}
          Records come again by themselves. To sign here, enrol this device again.
        </p>
      </Notice>
      <Button
        onPress={() => {
          if (outbox !== undefined) writeKept(keptOf(outbox, Date.now()))
          setLoss(undefined)
        }}
      >
        I have seen it
      </Button>
    </div>
  )
}
