import type { ResultOf } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { ActDialog } from '../parts/act-dialog.tsx'
import { Button } from '../parts/button.tsx'
import { CheckList, RadioList } from '../parts/choices.tsx'
import { Field } from '../parts/field.tsx'
import { ask } from '../session/ask.ts'
import styles from './settings-screen.module.css'
import { EVERY_PROJECT, projectFault, STEPS_MAX, type Step, stepText } from './steps.ts'

type Rules = ResultOf<'readRules'>['rules']
type Role = 'any' | 'reviewer' | 'qa'

/** Which signatures a project’s records get, in which order, each by whom. */
export function StepsDialog({ rules, onClose }: { readonly rules: Rules; onClose(): void }) {
  const usual = rules.signing[EVERY_PROJECT]
  const [project, setProject] = useState(EVERY_PROJECT)
  const [steps, setSteps] = useState<readonly Step[]>(usual?.steps ?? [])
  const [independent, setIndependent] = useState<readonly 'on'[]>(usual?.independent === true ? ['on'] : [])
  const [meaning, setMeaning] = useState<Step['meaning']>('reviewed')
  const [role, setRole] = useState<Role>('any')
  const choose = (name: string) => {
    setProject(name)
    const rule = rules.signing[name]
    if (rule === undefined) return
    setSteps(rule.steps)
    setIndependent(rule.independent ? ['on'] : [])
  }
  const next = { meaning, role: role === 'any' ? null : role } as const
  const isNone = steps.length === 0 && independent.length === 0
  return (
    <ActDialog
      title="Change the order of signing"
      says="It holds for signatures from now on. Those that were made stay, and count for the steps they fill."
      verb="Change"
      isReady={projectFault(project) === undefined}
      act={async (given) => {
        const rule = isNone ? null : { steps: [...steps], independent: independent.includes('on') }
        await ask('changeRules', { body: { ...given, change: { signing: { [project]: rule } } } })
        return undefined
      }}
      onClose={onClose}
    >
      <Field
        label="Project"
        hint="* stands for every project that has no order of its own."
        value={project}
        onChange={choose}
        error={projectFault(project)}
        isRequired
      />
      <ol className={styles['steps']} aria-label="Steps">
        {steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same step can be there twice
          <li key={i}>
            {stepText(step)}
            <Button
              look="quiet"
              aria-label={`Take away step ${i + 1}: ${stepText(step)}`}
              onPress={() => setSteps(steps.filter((_, at) => at !== i))}
            >
              Take away
            </Button>
          </li>
        ))}
      </ol>
      {steps.length === 0 && (
        <p className={styles['soft']}>
          {isNone && project !== EVERY_PROJECT
            ? 'No order of its own: that of * counts.'
            : 'No steps: whoever may sign does, in any order.'}
        </p>
      )}
      <RadioList<Step['meaning']>
        label="Next step"
        choices={[
          { value: 'reviewed', text: 'Reviewed' },
          { value: 'approved', text: 'Approved' },
        ]}
        chosen={meaning}
        onChange={setMeaning}
      />
      <RadioList<Role>
        label="By"
        choices={[
          { value: 'any', text: 'Whoever may sign' },
          { value: 'reviewer', text: 'A reviewer' },
          { value: 'qa', text: 'QA' },
        ]}
        chosen={role}
        onChange={setRole}
      />
      <span>
        <Button isDisabled={steps.length === STEPS_MAX} onPress={() => setSteps([...steps, next])}>
          Add this step
        </Button>
      </span>
      <CheckList
        label="Persons"
        choices={[{ value: 'on', text: 'Each signature is another person’s' }]}
        chosen={independent}
        onChange={setIndependent}
      />
    </ActDialog>
  )
}
