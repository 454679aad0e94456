import { Button as AriaButton, type ButtonProps } from 'react-aria-components/Button'
import styles from './button.module.css'

interface Props extends Omit<ButtonProps, 'className' | 'style'> {
  readonly look?: 'plain' | 'primary' | 'danger' | 'quiet'
  readonly size?: 'usual' | 'large'
}

/** A button of the house: large enough for the finger or glove that the density is for. */
export function Button({ look = 'plain', size = 'usual', ...props }: Props) {
  const classes = [styles['button'], styles[look], styles[size]].filter((one) => one !== undefined)
  return <AriaButton {...props} className={classes.join(' ')} />
}
