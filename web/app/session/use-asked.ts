import type { Asked, ContentRoute, ResultOf, RouteName } from '@compliance-relay/shared/api'
import { useCallback, useEffect, useState } from 'react'
import { ask, saidOf } from './ask.ts'
import { useSession } from './session.ts'

/** What the relay said last, and what came of the last try. */
export interface Heard<Result> {
  readonly result: Result | undefined
  /** Why the last try came to nothing; then `result` may still be of a try before. */
  readonly fault: string | undefined
  /** Asks again. */
  again(): void
}

/**
 * Asks the relay for a list of its own, as long as somebody is signed in. What was heard stays until something newer is.
 * `key` says what is asked for: another key is another question.
 */
export function useAsked<Name extends Exclude<RouteName, ContentRoute>>(
  name: Name,
  asked: Asked<Name>,
  key = '',
): Heard<ResultOf<Name>> {
  const token = useSession()?.token
  const [times, setTimes] = useState(0)
  const [heard, setHeard] = useState<{
    readonly key: string
    readonly result?: ResultOf<Name> | undefined
    readonly fault?: string
  }>()
  const again = useCallback(() => setTimes((count) => count + 1), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the question is named by its key, `times` asks it again
  useEffect(() => {
    if (token === undefined) return
    let isOver = false
    ask(name, asked).then(
      (result) => {
        if (!isOver) setHeard({ key, result })
      },
      (error: unknown) => {
        if (isOver) return
        setHeard((before) => ({
          key,
          result: before?.key === key ? before.result : undefined,
          fault: saidOf(error),
        }))
      },
    )
    return () => {
      isOver = true
    }
  }, [token, name, key, times])
  const mine = heard?.key === key ? heard : undefined
  return { result: mine?.result, fault: mine?.fault, again }
}
