import { type Role, roles } from '@compliance-relay/shared/api'

/** What each role may do, beside reading records, in a line: agent/PEOPLE.md has the whole table. */
const mayDo: { readonly [R in Role]: string } = {
  administrator: 'accounts, rights to sign, rules and watched folders; has no other role',
  operator: 'answers for captures that nobody answers for',
  reviewer: 'as operator; exports, and signs and approves once given the right to sign',
  qa: 'as reviewer; decides about held signatures, and reviews the accounts',
  auditor: 'exports, and changes nothing; has no other role',
}

/** The roles there are, a line each. */
export const roleLines: readonly string[] = roles.map((role) => `  ${role.padEnd(14)} ${mayDo[role]}`)
