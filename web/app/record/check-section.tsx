import { useState } from 'react'
import type { RecordCheck } from '../log/check-record.ts'
import { log } from '../log/use-log.ts'
import type { WholeRecord } from '../log/whole-record.ts'
import { Button } from '../parts/button.tsx'
import { CopyText } from '../parts/copy-text.tsx'
import { countText, plural } from '../parts/words.ts'
import { Mark } from './mark.tsx'
import styles from './record.module.css'
import { Facts, Section } from './section.tsx'

/** Where it is anchored, and the check of all of it, made now and on this device. */
export function CheckSection({ whole: { trail, seq, anchor, leaf } }: { readonly whole: WholeRecord }) {
  const [check, setCheck] = useState<RecordCheck | 'runs' | string>()
  const run = async () => {
    setCheck('runs')
    try {
      setCheck(
        (await log.check(trail, seq)) ?? 'The record or its checkpoint is not on this device any more.',
      )
    } catch (error) {
      setCheck(`It could not be checked: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return (
    <Section title="Where it is anchored">
      <Facts
        rows={[
          [
            'Checkpoint',
            anchor === null
              ? 'None on this device covers it yet.'
              : `of ${countText(anchor.size)} entries, signed by the relay`,
          ],
          ['Root', anchor && <CopyText text={anchor.root} label="the root of the checkpoint" />],
          ['Key', anchor && <code>{anchor.vkey}</code>],
          ['Leaf', <CopyText key="leaf" text={leaf} label="the leaf hash" />],
        ]}
      />
      <div className={styles['row']}>
        <Button look="primary" isDisabled={check === 'runs' || anchor === null} onPress={() => void run()}>
          Verify now
        </Button>
        <span className={styles['soft']}>On this device, from its stored bytes on. It needs no network.</span>
      </div>
      <div role="status">{check !== undefined && check !== 'runs' && <Result check={check} />}</div>
    </Section>
  )
}

function Result({ check }: { readonly check: RecordCheck | string }) {
  if (typeof check === 'string') return <Mark holds={null} text={check} />
  const bad = check.steps.filter(({ holds }) => holds === false).length
  const isOpen = check.steps.some(({ holds }) => holds === null)
  const text =
    bad > 0
      ? `${plural(bad, 'step does', 'steps do')} not hold`
      : isOpen
        ? 'Not all of it could be checked'
        : `All ${check.steps.length} steps hold`
  return (
    <>
      <p>
        <Mark holds={bad > 0 ? false : isOpen ? null : true} text={text} />{' '}
        <span className={styles['soft']}>({Math.max(1, Math.round(check.took))} ms)</span>
      </p>
      <ol className={styles['list']}>
        {check.steps.map(({ title, holds, says, values }) => (
          <li key={title} className={styles['item']}>
            <Mark holds={holds} text={title} />
            <p>{says}</p>
            {values.length > 0 && <Values values={values} />}
          </li>
        ))}
      </ol>
      <h3>Not checked here</h3>
      <ul className={styles['bullets']}>
        {check.notChecked.map((one) => (
          <li key={one} className={`${styles['soft']} ${styles['small']}`}>
            {one}
          </li>
        ))}
      </ul>
    </>
  )
}

/** Of a long way the hashes are folded: who wants to follow it has them. */
function Values({ values }: { readonly values: readonly (readonly [string, string])[] }) {
  const rows = values.map(([name, value]) => [name, <code key={name}>{value}</code>] as const)
  if (values.length <= 3) return <Facts rows={rows} />
  return (
    <>
      <Facts rows={rows.slice(0, 2)} />
      <details>
        <summary>{plural(values.length - 2, 'hash', 'hashes')} on the way</summary>
        <Facts rows={rows.slice(2)} />
      </details>
    </>
  )
}
