import { PasswordField } from './password-field.tsx'

interface Props {
  readonly value: string
  readonly again: string
  onChange(value: string): void
  onChangeAgain(value: string): void
}

/** A password that is to be set: what it takes is said before it is typed. */
export function NewPassword({ value, again, onChange, onChangeAgain }: Props) {
  return (
    <>
      <PasswordField
        label="New password"
        hint="12 to 128 characters, or more than 12 where this site asks for it. A few words that do not belong together do well. Not a common one, and without your name, your user id or words of this site."
        autoComplete="new-password"
        value={value}
        onChange={onChange}
      />
      <PasswordField
        label="New password again"
        autoComplete="new-password"
        value={again}
        onChange={onChangeAgain}
        error={again !== '' && again !== value ? 'It is not the same.' : undefined}
      />
    </>
  )
}
