import { DataTable } from '../parts/data-table.tsx'
import styles from './settings-screen.module.css'

const threats = [
  [
    'Somebody saw the password being typed, or borrowed the tablet',
    'A key signs on one device, for 72 hours from the last word of the relay on, and every act is a record.',
    'The same as with any password: whoever has device and password signs.',
  ],
  [
    'The storage of a tablet was copied, and the password is guessed elsewhere',
    'The key opens only with the password, which takes half a second and 64 MiB a guess, and with a key of the device.',
    'A weak password falls. The browser does not encrypt what it keeps: let the system of the tablet do so.',
  ],
  [
    'A malicious script, or a malicious build of this app',
    'Only code of the relay’s own is run, nothing of third parties; it is stored before it is used, and each signature names the build.',
    'A relay whose machine somebody else controls can serve code that steals a password as it is typed. So it is with all web apps.',
  ],
  [
    'The clock was set back',
    'A signature says which records were seen, and the relay when it came: it was made between these two times.',
    'The time between them cannot be proven more exactly, whatever the clock of the device says.',
  ],
  [
    'Somebody whose account was disabled signs offline',
    'What was signed in the time in doubt is held, until somebody of QA has decided.',
    'Up to 72 hours, which a device signs without a word from the relay.',
  ],
  [
    'Signatures that are not sent yet were deleted, by somebody or by the browser',
    'Storage that lasts is asked for, every signature is counted, and a missing number is seen.',
    'A signature that never left the device cannot be had again: only the gap shows, and only later.',
  ],
  [
    'The relay was put back to an older state, or shows different people different trails',
    'Each device keeps the newest checkpoint it has seen, and says so if the relay gives another.',
    'It takes a device that has seen the newer state.',
  ],
  [
    'The count of wrong passwords was put back from a copy of the tablet',
    'Each statement names the one before: two stories of one device are found, and its key is revoked.',
    'Only at its next contact with the relay.',
  ],
] as const

/** What can be relied on, and what cannot: in the words of the product. */
export default function HelpScreen() {
  return (
    <div className={styles['part']}>
      <h1>What offline signing can and cannot prove</h1>
      <p>
        A signature is made on this device, with a key that only its owner’s password opens. The relay never
        has that key, so it cannot forge a signature. What can go wrong, what is done about it, and what
        remains:
      </p>
      <DataTable
        label="Threats and limits"
        columns={[
          { head: 'What may happen', cell: ([threat]) => threat },
          { head: 'What is done about it', cell: ([, answer]) => answer },
          { head: 'What remains', cell: ([, , rest]) => rest },
        ]}
        rows={threats}
        keyOf={([threat]) => threat}
      />
      <p>
        The product provides technical controls. Procedures of the site say who may sign what, how people are
        identified, and what happens to a device that is lost.
      </p>
    </div>
  )
}
