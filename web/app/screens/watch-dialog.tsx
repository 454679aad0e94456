import type { ResultOf } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { ActDialog } from '../parts/act-dialog.tsx'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { ask, saidOf } from '../session/ask.ts'

interface Props {
  readonly projects: readonly string[]
  onClose(): void
}

/** Puts a folder under watch, of a project that is there or is added with it. */
export function WatchDialog({ projects, onClose }: Props) {
  const [folder, setFolder] = useState('')
  const [project, setProject] = useState(projects[0] ?? '')
  const [device, setDevice] = useState('')
  const [looked, setLooked] = useState<ResultOf<'lookAtFolder'> | string>()
  const look = () => {
    ask('lookAtFolder', { body: { folder } }).then(setLooked, (error: unknown) => setLooked(saidOf(error)))
  }
  return (
    <ActDialog
      title="Watch a folder"
      says="What instruments write into it is recorded from now on, and what lies there already is recorded as found late."
      verb="Watch it"
      isReady={folder !== '' && project !== ''}
      act={async (given) => {
        if (!projects.includes(project)) await ask('addProject', { body: { ...given, project } })
        const more = device === '' ? {} : { device }
        const { warnings } = await ask('addWatch', { body: { ...given, folder, project, ...more } })
        return warnings.length === 0 ? undefined : { says: `It is watched. ${warnings.join(' ')}` }
      }}
      onClose={onClose}
    >
      <Field
        label="Folder"
        hint="Its whole path on the machine of the relay, for example /data/nmr or D:\\data."
        value={folder}
        onChange={setFolder}
        isRequired
      />
      <Button isDisabled={folder === ''} onPress={look}>
        Look whether it is there
      </Button>
      {typeof looked === 'string' && <Notice look="bad">{looked}</Notice>}
      {typeof looked === 'object' && (
        <Notice look={looked.canBeWatched ? 'good' : 'bad'} isAlert>
          {looked.canBeWatched ? `${looked.path} can be watched.` : (looked.says ?? 'It cannot be watched.')}
        </Notice>
      )}
      <Field
        label="Project"
        hint={
          projects.length === 0
            ? 'For example P-17.'
            : `There ${projects.length === 1 ? 'is' : 'are'} ${projects.join(', ')}; another name is added as a project.`
        }
        value={project}
        onChange={setProject}
        isRequired
      />
      <Field
        label="Instrument"
        hint="What people call it; may be left out."
        value={device}
        onChange={setDevice}
      />
    </ActDialog>
  )
}
