import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useSession } from '../session/session.ts'
import type { Heard } from '../session/use-asked.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'

interface Props<Result> {
  readonly heard: Heard<Result>
  /** What is asked for, as a sentence begins: `The accounts`. */
  readonly what: string
  children(result: Result): ReactNode
}

/** What only the relay knows: shown once it has said it, and what stands in the way where it has not. */
export function HeardFromRelay<Result>({ heard: { result, fault, again }, what, children }: Props<Result>) {
  const session = useSession()
  return (
    <>
      {session === undefined && (
        <Notice look="plain">
          {what} are the relay’s: <Link href="/sign-in">sign in</Link> to see them.
        </Notice>
      )}
      {fault !== undefined && (
        <Notice look="bad">
          {fault} {result !== undefined && `${what} below are as they were before.`}{' '}
          <Button onPress={again}>Ask again</Button>
        </Notice>
      )}
      {session !== undefined && result === undefined && fault === undefined && (
        <p>{what} are asked for at the relay.</p>
      )}
      {session !== undefined && result !== undefined && children(result)}
    </>
  )
}
