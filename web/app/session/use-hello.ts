import type { ResultOf } from '@compliance-relay/shared/api'
import { useEffect, useState } from 'react'
import { ask } from './ask.ts'

/** What the relay says of itself to anybody; undefined until it has, and where it does not answer. */
export function useHello(): ResultOf<'hello'> | undefined {
  const [hello, setHello] = useState<ResultOf<'hello'>>()
  useEffect(() => {
    let isOver = false
    ask('hello', {}).then(
      (said) => {
        if (!isOver) setHello(said)
      },
      () => undefined,
    )
    return () => {
      isOver = true
    }
  }, [])
  return hello
}
