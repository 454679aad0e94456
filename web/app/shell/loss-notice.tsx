import { useEffect, useRef, useState } from 'react'
import { log, useLog } from '../log/use-log.ts'
import { type Kept, keptOf, lossOf, readKept, writeKept } from '../outbox/kept-marker.ts'
import type { OutboxStanding } from '../outbox/outbox-standing.ts'
import { readSecondCopy, writeSecondCopy } from '../outbox/second-copy.ts'
import { Button } from '../parts/button.tsx'
import { dateTimeZone } from '../parts/dates.ts'
import { Notice } from '../parts/notice.tsx'
import { plural } from '../parts/words.ts'
import styles from './sign-in-notice.module.css'

/** Says that the browser has cleared what was signed here, and what of it is here again, until somebody has seen it. */
export function LossNotice() {
  const standing = useLog()
  const outbox = standing?.outbox
  const [loss, setLoss] = useState<Kept>()
  useEffect(() => {
    if (outbox === undefined || outbox.fault !== null) return
    const lost = lossOf(readKept(), outbox)
    if (lost === undefined) writeKept(keptOf(outbox, Date.now()))
    else setLoss(lost)
  }, [outbox])
  const restored = useSecondCopy(outbox, standing?.trails.some(({ size }) => size > 0) === true)
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
          {unsent > 0 && `${fateOf(unsent, restored)} `}
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

/** What became of signatures that were cleared. `restored`: undefined until the second copy could be taken in. */
function fateOf(unsent: number, restored: number | undefined): string {
  if (restored === undefined && readSecondCopy() !== undefined)
    return 'They were kept a second time: they are in the outbox again once records are here, so sign in.'
  if (restored !== undefined && restored >= unsent)
    return 'They were kept a second time, and are in the outbox again: they are sent once somebody is signed in.'
  const again =
    restored === undefined || restored === 0 ? '' : `${restored} of them are in the outbox again. `
  return `${again}If nobody saved a copy of them, they have to be made again: tell QA, whose list of keys shows how many did not arrive.`
}

/**
 * Keeps a second copy of what waits. One that is there when the app starts is taken in first, once the trail it is about is
 * here: what the outbox has already it takes once. Gives how many came back by it; undefined while they are to come.
 */
function useSecondCopy(outbox: OutboxStanding | undefined, hasRecords: boolean): number | undefined {
  const [restored, setRestored] = useState<number>()
  const isAtWork = useRef(false)
  useEffect(() => {
    if (outbox === undefined || outbox.fault !== null || isAtWork.current) return
    // Cleared while the page was open, it is as at a start.
    const isCleared = outbox.unsent === 0 && lossOf(readKept(), outbox) !== undefined
    const second = restored === undefined || isCleared ? readSecondCopy() : undefined
    if (second !== undefined && !hasRecords) return
    isAtWork.current = true
    void keepTwice(outbox, second)
      // A copy that cannot be read is as good as none.
      .catch(() => 0)
      .then((taken) => {
        isAtWork.current = false
        setRestored((before = 0) => Math.max(before, taken))
      })
  }, [outbox, hasRecords, restored])
  return restored
}

async function keepTwice({ unsent }: OutboxStanding, second: string | undefined): Promise<number> {
  if (second !== undefined) return (await log.bringCourier(second)).taken
  writeSecondCopy(unsent === 0 ? undefined : (await log.saveCourier()).text)
  return 0
}
