import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import type { ShownRow } from '../log/log.ts'
import { log, logOpened, useLog } from '../log/use-log.ts'
import { Button } from '../parts/button.tsx'
import { CopyText } from '../parts/copy-text.tsx'
import { HeardFromRelay } from '../parts/heard.tsx'
import { Notice } from '../parts/notice.tsx'
import { kindText, plural } from '../parts/words.ts'
import { may } from '../session/may.ts'
import { useSession } from '../session/session.ts'
import { useAsked } from '../session/use-asked.ts'
import { CodeForm } from './code-screen.tsx'
import styles from './setup-screen.module.css'
import { WatchDialog } from './watch-dialog.tsx'

/** The first minutes of a relay: from the code in the terminal to the first record. */
export default function SetupScreen() {
  const session = useSession()
  if (session === undefined)
    return (
      <CodeForm to="/setup">
        The terminal that runs the relay has printed a user id and a one-time code. They make you its first
        administrator. The code is good once, for 15 minutes; the next start of the relay prints another.
      </CodeForm>
    )
  return (
    <div className={styles['setup']}>
      <h1>Set up this relay</h1>
      <ol className={styles['steps']}>
        <li>
          <h2>You can sign in</h2>
          <p>
            You are {session.account.name} ({session.account.id}).
          </p>
        </li>
        <Folders />
        <FirstRecord />
        <Next />
      </ol>
    </div>
  )
}

function Folders() {
  const session = useSession()
  const heard = useAsked('readSettings', {})
  const [isAdding, setAdding] = useState(false)
  return (
    <li>
      <h2>Choose a project and a folder</h2>
      <HeardFromRelay heard={heard} what="The settings">
        {({ watches, projects }) => {
          const active = watches.filter(({ ended }) => ended === null)
          return (
            <>
              <p>
                {active.length === 0
                  ? 'No folder is watched yet. Choose the one that an instrument writes to.'
                  : 'What is written into these folders is recorded:'}
              </p>
              {active.map(({ id, path, project }) => (
                <div key={id} className={styles['folder']}>
                  <CopyText label={`the folder of ${project}`} text={path} />
                  <span>project {project}</span>
                </div>
              ))}
              {may(session, 'settings.change') && (
                <Button look={active.length === 0 ? 'primary' : 'plain'} onPress={() => setAdding(true)}>
                  {active.length === 0 ? 'Watch a folder' : 'Watch another folder'}
                </Button>
              )}
              {isAdding && (
                <WatchDialog
                  projects={projects}
                  onClose={() => {
                    setAdding(false)
                    heard.again()
                  }}
                />
              )}
            </>
          )
        }}
      </HeardFromRelay>
    </li>
  )
}

const DATA_KINDS = ['file.*', 'dataset.*', 'capture.refused', 'capture.failed']
const SHOWN_MAX = 5
const ASK_MILLISECONDS = 2_000

function FirstRecord() {
  const found = useNewest()
  const status = useAsked('readStatus', {})
  const { again } = status
  useEffect(() => {
    const timer = setInterval(again, ASK_MILLISECONDS)
    return () => clearInterval(timer)
  }, [again])
  const waiting = status.result?.capture.oldest ?? []
  return (
    <li>
      <h2>Drop a file in</h2>
      <p>
        Put a file, or the whole folder of a data set, into a watched folder. Once it has not changed for a
        few seconds it is recorded, and appears here by itself.
      </p>
      {waiting.map(({ path, watch, stage }) => (
        <p key={`${watch} ${path}`}>
          On its way: {path} ({stageTexts[stage]})
        </p>
      ))}
      {found !== undefined && found.count > 0 && (
        <Notice look="good">
          <p>{plural(found.count, 'record')} of data, the newest first:</p>
          <ul>
            {found.rows.map(({ trail, seq, kind, what }) => (
              <li key={`${trail} ${seq}`}>
                <Link href={`/record/${trail}/${seq}`}>{what}</Link>, {kindText(kind)}, record {seq}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </li>
  )
}

const stageTexts = {
  settling: 'it has to be at rest for a few seconds',
  reading: 'it is being read',
  recording: 'it is being recorded',
  gone: 'it is gone again',
} as const

function useNewest(): { readonly count: number; readonly rows: readonly ShownRow[] } | undefined {
  const version = useLog()?.version
  const [found, setFound] = useState<{ readonly count: number; readonly rows: readonly ShownRow[] }>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: more records, another first
  useEffect(() => {
    let isOver = false
    void logOpened
      .then(() => log.find([{ kinds: DATA_KINDS }], SHOWN_MAX))
      .then((now) => {
        if (!isOver) setFound(now)
      })
    return () => {
      isOver = true
    }
  }, [version])
  return found
}

function Next() {
  const trail = useLog()?.trails.find(({ isWritten }) => isWritten)
  return (
    <li>
      <h2>What next</h2>
      <ul className={styles['next']}>
        <li>
          <Link href="/accounts">Add people</Link>: a second administrator first, for some acts need two, then
          reviewers and somebody of QA.
        </li>
        <li>
          Write the key of the trail down, outside this machine: with it anybody can check the trail.
          {trail !== undefined && <CopyText label="the key of the trail" text={trail.vkey} />}
        </li>
        <li>Keep the recovery file and its passphrase elsewhere: the terminal has said where it is.</li>
        <li>
          Put the notary’s folder on another disk or share, and look at the{' '}
          <Link href="/settings">settings</Link>.
        </li>
      </ul>
    </li>
  )
}
