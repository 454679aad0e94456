import type { ReactNode } from 'react'
import styles from './choices.module.css'

interface Choice<Value extends string> {
  readonly value: Value
  readonly text: ReactNode
  readonly hint?: string
}

interface Props<Value extends string> {
  readonly label: string
  readonly hint?: string
  readonly choices: readonly Choice<Value>[]
}

/** Any of several. */
export function CheckList<Value extends string>({
  label,
  hint,
  choices,
  chosen,
  onChange,
}: Props<Value> & { readonly chosen: readonly Value[]; onChange(chosen: readonly Value[]): void }) {
  return (
    <fieldset className={styles['group']}>
      <legend className={styles['label']}>{label}</legend>
      {hint !== undefined && <p className={styles['hint']}>{hint}</p>}
      {choices.map(({ value, text, hint: more }) => (
        <label key={value} className={styles['choice']}>
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={({ target }) =>
              onChange(target.checked ? [...chosen, value] : chosen.filter((one) => one !== value))
            }
          />
          <span>
            {text}
            {more !== undefined && <span className={styles['more']}>{more}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

/** One of several, all in sight. */
export function RadioList<Value extends string>({
  label,
  hint,
  choices,
  chosen,
  onChange,
}: Props<Value> & { readonly chosen: Value; onChange(chosen: Value): void }) {
  return (
    <fieldset className={styles['group']}>
      <legend className={styles['label']}>{label}</legend>
      {hint !== undefined && <p className={styles['hint']}>{hint}</p>}
      <div className={styles['row']}>
        {choices.map(({ value, text, hint: more }) => (
          <label key={value} className={styles['choice']}>
            <input type="radio" name={label} checked={chosen === value} onChange={() => onChange(value)} />
            <span>
              {text}
              {more !== undefined && <span className={styles['more']}>{more}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
