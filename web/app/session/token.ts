let token: string | undefined

/** What the relay knows this tab’s session by. Apart from the session itself, for whatever is asked goes with it. */
export function currentToken(): string | undefined {
  return token
}

export function setToken(now: string | undefined): void {
  token = now
}
