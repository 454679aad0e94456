import { useState } from 'react'
import { FieldError } from 'react-aria-components/FieldError'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { Text } from 'react-aria-components/Text'
import { TextField, type TextFieldProps } from 'react-aria-components/TextField'
import { Button } from './button.tsx'
import fieldStyles from './field.module.css'
import styles from './password-field.module.css'

interface Props extends Omit<TextFieldProps, 'className' | 'style' | 'children' | 'type'> {
  readonly label: string
  readonly hint?: string
  readonly error?: string | undefined
}

/** A password: it may be pasted, and looked at by whoever types it (WCAG 2.2, 3.3.8). */
export function PasswordField({ label, hint, error, ...props }: Props) {
  const [isShown, setShown] = useState(false)
  return (
    <TextField
      autoComplete="current-password"
      isRequired
      {...props}
      type={isShown ? 'text' : 'password'}
      isInvalid={error !== undefined}
      className={fieldStyles['field'] ?? ''}
    >
      <Label className={fieldStyles['label'] ?? ''}>{label}</Label>
      <div className={styles['row']}>
        <Input
          className={fieldStyles['input'] ?? ''}
          spellCheck={false}
          autoCapitalize="none"
          autoCorrect="off"
        />
        <Button aria-pressed={isShown} aria-label={`Show: ${label}`} onPress={() => setShown(!isShown)}>
          {isShown ? 'Hide' : 'Show'}
        </Button>
      </div>
      {hint !== undefined && (
        <Text slot="description" className={fieldStyles['hint'] ?? ''}>
          {hint}
        </Text>
      )}
      <FieldError className={fieldStyles['error'] ?? ''}>{error}</FieldError>
    </TextField>
  )
}
