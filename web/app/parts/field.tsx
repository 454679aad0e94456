import type { ReactNode } from 'react'
import { FieldError } from 'react-aria-components/FieldError'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { Text } from 'react-aria-components/Text'
import { TextArea } from 'react-aria-components/TextArea'
import { TextField, type TextFieldProps } from 'react-aria-components/TextField'
import styles from './field.module.css'
import { countText } from './words.ts'

interface Props extends Omit<TextFieldProps, 'className' | 'style' | 'children'> {
  readonly label: string
  readonly hint?: ReactNode
  /** Why what is in it is not taken. */
  readonly error?: string | undefined
  readonly lines?: number
  /** More than so many characters are not taken. They are not cut off either, as a browser would do without a word. */
  readonly maxLength?: number
}

/** A text with its label above it and what is wrong with it below. */
export function Field({ label, hint, error, lines, maxLength, ...props }: Props) {
  const wrong = error ?? tooLong(props.value?.length ?? 0, maxLength)
  return (
    <TextField {...props} isInvalid={wrong !== undefined} className={styles['field'] ?? ''}>
      <Label className={styles['label'] ?? ''}>{label}</Label>
      {lines === undefined ? (
        <Input className={styles['input'] ?? ''} spellCheck={false} autoCapitalize="none" autoCorrect="off" />
      ) : (
        <TextArea className={styles['input'] ?? ''} rows={lines} />
      )}
      {hint !== undefined && (
        <Text slot="description" className={styles['hint'] ?? ''}>
          {hint}
        </Text>
      )}
      <FieldError className={styles['error'] ?? ''}>{wrong}</FieldError>
    </TextField>
  )
}

function tooLong(length: number, most = Number.POSITIVE_INFINITY): string | undefined {
  return length > most
    ? `At most ${countText(most)} characters; these are ${countText(length)}. Nothing is cut off by itself.`
    : undefined
}
