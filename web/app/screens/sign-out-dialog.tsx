import { Button } from '../parts/button.tsx'
import { Modal, ModalButtons } from '../parts/modal.tsx'
import { plural } from '../parts/words.ts'
import { signOut } from '../session/session.ts'

interface Props {
  readonly unsent: number
  onClose(): void
}

/** Asked where something that was signed here has not reached the relay: without anybody signed in it is not sent. */
export default function SignOutDialog({ unsent, onClose }: Props) {
  return (
    <Modal role="alertdialog" title={`${plural(unsent, 'signature')} not sent yet`} onClose={onClose}>
      <p>
        What was signed on this device is kept on it, and the relay does not have it. It is sent once somebody
        who may sign is signed in here and the relay answers; until then it does not count.
      </p>
      <ModalButtons>
        <Button
          onPress={() => {
            onClose()
            void signOut()
          }}
        >
          Sign out, and send later
        </Button>
        <Button look="primary" size="large" autoFocus onPress={onClose}>
          Stay signed in
        </Button>
      </ModalButtons>
    </Modal>
  )
}
