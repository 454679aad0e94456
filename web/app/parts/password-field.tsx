import { useState } from 'react'
import { Field } from './field.tsx'
import styles from './password-field.module.css'

interface Props {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

/** A password, hidden unless somebody wants to see what they type. */
export function PasswordField({ label, value, onChange }: Props) {
  const [isShown, setShown] = useState(false)
  return (
    <div className={styles['both']}>
      <Field
        label={label}
        type={isShown ? 'text' : 'password'}
        value={value}
        onChange={onChange}
        autoComplete="current-password"
        isRequired
      />
      <label className={styles['show']}>
        <input type="checkbox" checked={isShown} onChange={({ target }) => setShown(target.checked)} />
        Show the password
      </label>
    </div>
  )
}
