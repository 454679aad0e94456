import type { ResultOf } from '@compliance-relay/shared/api'
import { useEffect, useState } from 'react'
import { ask, saidOf } from '../session/ask.ts'
import { useSession } from '../session/session.ts'
import type { Heard } from '../session/use-asked.ts'

export type AccountView = ResultOf<'listAccounts'>['accounts'][number]
export type ReviewedAccount = ResultOf<'readAccess'>['accounts'][number]

/** All accounts, page by page: the relay gives two hundred at once. */
export function useAccounts(): Heard<readonly AccountView[]> {
  const token = useSession()?.token
  const [times, setTimes] = useState(0)
  const [result, setResult] = useState<readonly AccountView[]>()
  const [fault, setFault] = useState<string>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `times` asks again
  useEffect(() => {
    if (token === undefined) return
    let isOver = false
    allAccounts().then(
      (accounts) => {
        if (isOver) return
        setResult(accounts)
        setFault(undefined)
      },
      (error: unknown) => {
        if (!isOver) setFault(saidOf(error))
      },
    )
    return () => {
      isOver = true
    }
  }, [token, times])
  return { result, fault, again: () => setTimes((count) => count + 1) }
}

async function allAccounts(): Promise<readonly AccountView[]> {
  const all: AccountView[] = []
  let after: string | null = null
  do {
    const page: ResultOf<'listAccounts'> = await ask(
      'listAccounts',
      after === null ? {} : { query: { after } },
    )
    all.push(...page.accounts)
    after = page.next
  } while (after !== null)
  return all
}
