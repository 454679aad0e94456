import type { ReactNode } from 'react'
import { Dialog } from 'react-aria-components/Dialog'
import { Heading } from 'react-aria-components/Heading'
import { Modal as AriaModal, ModalOverlay } from 'react-aria-components/Modal'
import styles from './modal.module.css'

interface Props {
  readonly title: string
  /** Undefined of one that has to be answered. */
  readonly onClose: (() => void) | undefined
  readonly role?: 'dialog' | 'alertdialog'
  readonly children: ReactNode
}

/** The answers of one, in a row at its end. */
export function ModalButtons({ children }: { readonly children: ReactNode }) {
  return <div className={styles['buttons']}>{children}</div>
}

/** Something to answer before anything else. A press beside it does not close it: what was typed would be lost. */
export function Modal({ title, onClose, role = 'dialog', children }: Props) {
  return (
    <ModalOverlay
      isOpen
      isKeyboardDismissDisabled={onClose === undefined}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose?.()
      }}
      className={styles['overlay'] ?? ''}
    >
      <AriaModal className={styles['modal'] ?? ''}>
        <Dialog role={role} className={styles['dialog'] ?? ''}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </Dialog>
      </AriaModal>
    </ModalOverlay>
  )
}
