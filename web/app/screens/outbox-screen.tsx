import { useEffect, useState } from 'react'
import { log, useLog } from '../log/use-log.ts'
import type { EnrolmentView, ShownStatement } from '../outbox/outbox-standing.ts'
import { Button } from '../parts/button.tsx'
import { dateTimeZone, weekTime } from '../parts/dates.ts'
import { plural } from '../parts/words.ts'
import { saidOf } from '../session/ask.ts'
import { useSession } from '../session/session.ts'
import { EnrolPanel } from './enrol-panel.tsx'
import { LagPart } from './lag-part.tsx'
import { OutboxItem } from './outbox-item.tsx'
import styles from './outbox-screen.module.css'

const SHOWN_AT_ONCE = 50

/** What was signed on this device and what became of it, who may sign here and until when. */
export function OutboxScreen() {
  const outbox = useLog()?.outbox
  const session = useSession()
  const [shown, setShown] = useState(SHOWN_AT_ONCE)
  const items = useItems(shown + 1)
  const [said, setSaid] = useState<string>()
  if (outbox === undefined || items === undefined) return <p>Opening what was signed on this device</p>
  if (outbox.fault !== null)
    return <p role="alert">The outbox of this device does not open: {outbox.fault}</p>
  const { unsent, held, refused, enrolments } = outbox
  const own = enrolments.find(({ user }) => user === session?.account.id)
  const needsEnrolling = session !== undefined && own?.state !== 'ready'
  const say = (work: Promise<string>) => void work.then(setSaid, (error: unknown) => setSaid(saidOf(error)))
  return (
    <div className={styles['screen']}>
      <div className={styles['head']}>
        <h1>Outbox</h1>
        <output className={styles['count']}>
          {unsent === 0 ? 'Nothing waits to be sent' : `${plural(unsent, 'signature')} not confirmed yet`}
          {held > 0 && ` · ${held} held for QA`}
          {refused > 0 && ` · ${refused} refused`}
        </output>
      </div>
      <div className={styles['acts']}>
        <Button
          isDisabled={session === undefined || (unsent === 0 && held === 0)}
          onPress={() => void log.sendNow()}
        >
          Send now
        </Button>
        <Button isDisabled={items.length === 0} onPress={() => say(saveCopy())}>
          Save a copy of unsent items
        </Button>
        <ImportCopy onSaid={(work) => say(work)} />
      </div>
      {session === undefined && unsent > 0 && (
        <p className={styles['note']}>
          Nobody is signed in: sign in, and what waits is sent. Until then it is kept here.
        </p>
      )}
      {said !== undefined && (
        <p role="status" className={styles['note']}>
          {said}
        </p>
      )}
      <section className={styles['part']} aria-labelledby="signers">
        <h2 id="signers">Who signs on this device</h2>
        {enrolments.length === 0 && <p className={styles['soft']}>Nobody yet.</p>}
        <ul className={styles['signers']}>
          {enrolments.map((one) => (
            <li key={one.user} className={styles['signer']}>
              <strong>{one.name}</strong> ({one.user}) on {one.device}: {standingText(one)}
              {one.user === session?.account.id && one.state === 'ready' && (
                <Button isDisabled={one.unsent > 0} onPress={() => void log.renewLease()}>
                  Renew now
                </Button>
              )}
            </li>
          ))}
        </ul>
        {needsEnrolling && <EnrolPanel />}
        {session === undefined && enrolments.length === 0 && <EnrolPanel />}
      </section>
      <section className={styles['part']} aria-labelledby="signed">
        <h2 id="signed">Signed on this device</h2>
        {items.length === 0 && <p className={styles['soft']}>Nothing was signed here yet.</p>}
        <ol className={styles['items']}>
          {items.slice(0, shown).map((item) => (
            <OutboxItem key={item.hash} item={item} session={session?.account.id} />
          ))}
        </ol>
        {items.length > shown && (
          <Button onPress={() => setShown((n) => n + SHOWN_AT_ONCE)}>Show earlier ones</Button>
        )}
      </section>
      <LagPart />
      <KeptNote />
    </div>
  )
}

function standingText({ state, leaseUntil, left, attempts, lockedUntil }: EnrolmentView): string {
  if (state === 'erased') return 'the key was erased after ten wrong passwords; enrol again'
  if (state === 'password-old') return 'the password was changed; enrol again'
  const wait =
    lockedUntil > Date.now() ? `, after wrong passwords not before ${dateTimeZone(lockedUntil)}` : ''
  const wrong = attempts > 0 ? `, ${plural(attempts, 'wrong password')} since the last signature` : ''
  if (leaseUntil < Date.now() || left === 0) return `offline signing is over: connect once${wrong}${wait}`
  return `may sign offline until ${weekTime(leaseUntil)}, ${left} left${wrong}${wait}`
}

async function saveCopy(): Promise<string> {
  const { text, count } = await log.saveCourier()
  if (count === 0) return 'Nothing waits: there is nothing to be carried.'
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `signatures-${new Date().toISOString().slice(0, 16).replace(':', '')}.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
  return `${plural(count, 'signature')} saved in a file. Import it on a device that reaches the relay; it stays here, too.`
}

const COPY_BYTES_MAX = 32 * 1024 * 1024

function ImportCopy({ onSaid }: { readonly onSaid: (work: Promise<string>) => void }) {
  return (
    <label className={styles['import']}>
      Import a copy
      <input
        type="file"
        accept=".json,application/json"
        className="visually-hidden"
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file !== undefined) onSaid(bring(file))
          target.value = ''
        }}
      />
    </label>
  )
}

async function bring(file: File): Promise<string> {
  if (file.size > COPY_BYTES_MAX) return 'This file is too large for a copy of unsent items.'
  const { taken, receipts, strange } = await log.bringCourier(await file.text())
  return [
    `${plural(taken, 'signature')} and ${plural(receipts, 'receipt')} taken in.`,
    taken > 0
      ? 'They are sent with the next sync; then save a copy here, and import it where they were signed.'
      : '',
    strange > 0
      ? `${strange} left out: of a trail that this device does not have, or no signature at all.`
      : '',
  ]
    .filter((one) => one !== '')
    .join(' ')
}

/** Whether the browser may clear what is kept here. */
function KeptNote() {
  const [kept, setKept] = useState<boolean>()
  useEffect(() => {
    const storage: Partial<StorageManager> | undefined = navigator.storage
    void storage?.persisted?.().then(setKept)
  }, [])
  const text =
    kept === true
      ? 'The browser keeps what is stored here until you remove it.'
      : kept === false
        ? 'The browser may clear what is stored here when space is short: install the app, and send what waits soon.'
        : 'The browser does not say whether it keeps what is stored here: send what waits soon.'
  return <p className={styles['soft']}>{text}</p>
}

function useItems(count: number): readonly ShownStatement[] | undefined {
  const version = useLog()?.version
  const [items, setItems] = useState<readonly ShownStatement[]>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever something of them has changed
  useEffect(() => {
    let isOver = false
    void log.outboxItems(0, count).then((given) => {
      if (!isOver) setItems(given)
    })
    return () => {
      isOver = true
    }
  }, [count, version])
  return items
}
