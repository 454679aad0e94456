import { SIGNED_HERE, stateBits } from '../log/select.ts'
import styles from './sign-state.module.css'

/** What the signatures on a record come to: shape and word, never colour alone. */
export function SignState({ bits }: { readonly bits: number }) {
  if (bits === 0) return null
  const state = (['approved', 'rejected', 'reviewed', 'unsigned'] as const).find(
    (one) => (bits & stateBits[one]) !== 0,
  )
  const isHeld = (bits & stateBits.held) !== 0
  const isHere = (bits & SIGNED_HERE) !== 0
  return (
    <span className={styles['states']}>
      {/* First, since what is not confirmed is no other state, and where there is little room the rest goes. */}
      {isHere && <Mark state="here" />}
      {state !== undefined && !(isHere && state === 'unsigned') && <Mark state={state} />}
      {isHeld && <Mark state="held" />}
    </span>
  )
}

const words = {
  unsigned: 'Unsigned',
  reviewed: 'Reviewed',
  approved: 'Approved',
  rejected: 'Rejected',
  held: 'Held',
  here: 'Signed here, not confirmed',
} as const

const shapes = {
  unsigned: <circle cx="8" cy="8" r="6" fill="none" strokeDasharray="2.5 2.2" />,
  reviewed: <path d="M2 8c3-5 9-5 12 0-3 5-9 5-12 0Zm6-1.6v3.2M6.4 8h3.2" fill="none" />,
  approved: <path d="M2.5 8.5l3.5 3.5 7.5-8" fill="none" strokeWidth="2.4" />,
  rejected: <path d="M3.5 3.5l9 9m0-9l-9 9" fill="none" strokeWidth="2.4" />,
  held: <path d="M4.5 2.5h7L8 8l3.5 5.5h-7L8 8Z" fill="none" />,
  here: <path d="M3 13l.8-3.2L11 2.6l2.4 2.4-7.2 7.2Z" fill="none" strokeDasharray="2.2 2" />,
} as const

function Mark({ state }: { readonly state: keyof typeof words }) {
  return (
    <span className={`${styles['mark']} ${styles[state]}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true" className={styles['icon']}>
        {shapes[state]}
      </svg>
      {words[state]}
    </span>
  )
}
