import type { ReactNode } from 'react'
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog'
import { Popover } from 'react-aria-components/Popover'
import { Button } from '../parts/button.tsx'
import styles from './narrow-menu.module.css'

/** What the bar has no room for, under a button. Escape closes it, and the button has the focus again. */
export function NarrowMenu({ children }: { readonly children: (close: () => void) => ReactNode }) {
  return (
    <DialogTrigger>
      <Button look="quiet" aria-label="Menu">
        <svg viewBox="0 0 16 16" aria-hidden="true" className={styles['icon']}>
          <path d="M2 4h12M2 8h12M2 12h12" fill="none" />
        </svg>
        <span className={styles['word']}>Menu</span>
      </Button>
      <Popover className={styles['popover'] ?? ''} placement="bottom start" offset={4}>
        <Dialog aria-label="Menu" className={styles['dialog'] ?? ''}>
          {({ close }) => children(close)}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
