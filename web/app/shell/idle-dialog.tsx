import { Button } from '../parts/button.tsx'
import { Modal, ModalButtons } from '../parts/modal.tsx'
import { type Idle, minutesText } from '../session/idle.ts'
import { signOut } from '../session/session.ts'
import styles from './idle-dialog.module.css'
import { stay } from './keep-alive.ts'

/** Said two minutes before a session is over, so that nobody loses what they are at (WCAG 2.2.1). */
export default function IdleDialog({ idle: { by, leftMilliseconds } }: { readonly idle: Idle }) {
  const isIdle = by === 'idle'
  return (
    <Modal
      role="alertdialog"
      title={isIdle ? 'Are you still there?' : 'You have been signed in for twelve hours'}
      onClose={isIdle ? () => void stay() : undefined}
    >
      <p>
        You are signed out in <span className={styles['left']}>{minutesText(leftMilliseconds)}</span>
        {isIdle ? ', because nothing was done here for a while.' : '. Sign in again to go on.'}
      </p>
      <p>
        What is on this device stays: records, and signatures that are not sent yet. They are sent once you
        sign in again.
      </p>
      <ModalButtons>
        <Button onPress={() => void signOut()}>Sign out now</Button>
        {isIdle && (
          <Button look="primary" size="large" autoFocus onPress={() => void stay()}>
            Stay signed in
          </Button>
        )}
      </ModalButtons>
    </Modal>
  )
}
