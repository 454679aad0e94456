import type { ResultOf } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { ActDialog } from '../parts/act-dialog.tsx'
import { Button } from '../parts/button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { Field } from '../parts/field.tsx'
import { HeardFromRelay } from '../parts/heard.tsx'
import { Mark } from '../parts/notice.tsx'
import { ask } from '../session/ask.ts'
import { may } from '../session/may.ts'
import { useSession } from '../session/session.ts'
import { useAsked } from '../session/use-asked.ts'
import styles from './settings-screen.module.css'
import { WatchDialog } from './watch-dialog.tsx'

type Settings = ResultOf<'readSettings'>
type Watch = Settings['watches'][number]
type Acting = { readonly is: 'watch' | 'person' } | { readonly is: 'end'; readonly watch: Watch }

/** What the relay watches, and whom it takes for the author of what is written. */
export function FoldersPart() {
  const session = useSession()
  const heard = useAsked('readSettings', {})
  const [acting, setActing] = useState<Acting>()
  const mayChange = may(session, 'settings.change')
  const close = () => {
    setActing(undefined)
    heard.again()
  }
  return (
    <HeardFromRelay heard={heard} what="The settings">
      {({ watches, persons, projects, notary, shared }) => (
        <div className={styles['part']}>
          <h2>Watched folders</h2>
          <DataTable<Watch>
            label="Watched folders"
            columns={[
              { head: 'Folder', cell: ({ path }) => path },
              { head: 'Project', cell: ({ project }) => project },
              {
                head: 'Instrument',
                cell: ({ device, profile }) => `${device}${profile === null ? '' : `, ${profile}`}`,
              },
              { head: 'At rest after', cell: ({ quietSeconds }) => `${quietSeconds} s` },
              {
                head: 'State',
                cell: ({ ended }) =>
                  ended === null ? <Mark look="good">Watched</Mark> : <Mark look="plain">Ended</Mark>,
              },
              {
                head: 'Act',
                cell: (watch) =>
                  mayChange && watch.ended === null ? (
                    <Button
                      look="danger"
                      aria-label={`Watch no more: ${watch.path}`}
                      onPress={() => setActing({ is: 'end', watch })}
                    >
                      Watch no more
                    </Button>
                  ) : null,
              },
            ]}
            rows={watches}
            keyOf={({ id }) => id}
          />
          {mayChange && (
            <span>
              <Button onPress={() => setActing({ is: 'watch' })}>Watch a folder</Button>
            </span>
          )}
          <h2>Persons of this machine</h2>
          <p className={styles['soft']}>
            Only these are named as the authors of files. Shared accounts stand for nobody:{' '}
            {shared.length === 0 ? 'there are none' : shared.join(', ')}.
          </p>
          <DataTable<Settings['persons'][number]>
            label="Persons of this machine"
            columns={[
              { head: 'Account of the machine', cell: ({ id }) => id },
              { head: 'Full name', cell: ({ name }) => name },
              { head: 'Badge', cell: ({ badge }) => (badge ? 'Yes' : 'No') },
              { head: 'State', cell: ({ disabled }) => (disabled ? 'Disabled' : 'Enrolled') },
            ]}
            rows={persons}
            keyOf={({ id }) => id}
          />
          {mayChange && (
            <span>
              <Button onPress={() => setActing({ is: 'person' })}>Enrol a person</Button>
            </span>
          )}
          <p>
            The notary keeps checkpoints in {notary}. Projects: {projects.join(', ')}.
          </p>
          {acting?.is === 'watch' && <WatchDialog projects={projects} onClose={close} />}
          {acting?.is === 'person' && <PersonDialog onClose={close} />}
          {acting?.is === 'end' && (
            <ActDialog
              title={`Watch ${acting.watch.path} no more`}
              says="What is written there from now on is not recorded. Its records stay, and it can be taken up again."
              verb="Watch no more"
              look="danger"
              act={async (given) => {
                await ask('endWatch', { body: { ...given, watch: acting.watch.id } })
                return undefined
              }}
              onClose={close}
            />
          )}
        </div>
      )}
    </HeardFromRelay>
  )
}

function PersonDialog({ onClose }: { onClose(): void }) {
  const [osAccount, setOsAccount] = useState('')
  const [name, setName] = useState('')
  return (
    <ActDialog
      title="Enrol a person"
      says="What this account of the machine writes from now on is recorded under this name."
      verb="Enrol"
      isReady={osAccount !== '' && name.trim() !== ''}
      act={async (given) => {
        const { warnings } = await ask('addPerson', { body: { ...given, osAccount, name: name.trim() } })
        return warnings.length === 0 ? undefined : { says: `They are enrolled. ${warnings.join(' ')}` }
      }}
      onClose={onClose}
    >
      <Field label="Account of the machine" value={osAccount} onChange={setOsAccount} isRequired />
      <Field label="Full name" value={name} onChange={setName} isRequired />
    </ActDialog>
  )
}
