import type { IdentityRule } from '../../api/index.ts'
import type { ExternalSubject } from '../accounts/account.ts'

/** A sign-in that was begun: where the page goes, and what its end is held against. */
export interface Begun {
  readonly url: string
  /** Comes back in the page's address. 256 random bits. */
  readonly state: string
  readonly rule: IdentityRule
  readonly redirectUri: string
  readonly verifier: string
  readonly nonce: string
  /** Wall clock, milliseconds. */
  readonly at: number
}

/** What the provider put into the address it sent the page back to. */
export interface ProviderAnswer {
  readonly state: string
  readonly code: string
  readonly iss?: string | undefined
}

/**
 * What a relay needs of an identity provider. Neither method throws for what a provider does or leaves undone; a
 * provider that does not answer is not waited for longer than a person would.
 */
export interface ExternalIdentity {
  /** Undefined if the provider cannot be asked. */
  begin(rule: IdentityRule, redirectUri: string): Promise<Begun | undefined>
  /** Who has just proved to the provider who they are; undefined if anything at all is not as it has to be. */
  finish(begun: Begun, answer: ProviderAnswer): Promise<ExternalSubject | undefined>
  /** Since when it cannot be asked, if that is how it was found last. It is not asked only to find out. */
  readonly fault: ProviderFault | undefined
}

export interface ProviderFault {
  /** Wall clock, milliseconds. */
  readonly since: number
}
