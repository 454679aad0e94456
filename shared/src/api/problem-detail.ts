/**
 * What a refusal is about this time (RFC 9457, `detail`): one closed list, too, so that nobody who answers in the
 * relay's place can put words into what a command says. Given only to whoever may see it.
 */
const details = {
  'is-invited': 'Nobody has set its password yet: that takes a one-time code.',
  'is-active': 'It is active.',
  'is-disabled': 'It is disabled: enable it first.',
  'is-disabled-already': 'It is disabled already.',
  'is-retired': 'It is retired, and that is for good.',
  'is-own': 'It is your own: another administrator does this.',
  'is-no-administrator': 'It is not an administrator’s.',
  'not-locked': 'It is not locked.',
  'after-wrong-passwords':
    'Too many wrong passwords came before. If waiting does not help, an administrator can unlock the account: relay account unlock.',
  'linked-already': 'It is linked already: unlink it first.',
  'not-linked': 'It is not linked.',
  'signs-already': 'It may sign already.',
  'signing-not-proposed': 'Nobody has proposed that it may sign, or it may sign already.',
  'signs-not': 'It may not sign, and nobody has proposed that.',
  'role-alone': 'An administrator or an auditor has no other role; every account has at least one.',
  'role-signs': 'Only a reviewer or somebody of QA can be given the right to sign.',
  'signing-right-missing':
    'The right to sign is missing: one administrator proposes it, relay account propose-signer, and another grants it.',
  'signing-right-proposed':
    'The right to sign is proposed, and another administrator has to grant it: relay account grant-signer.',
  'recovery-file-counts': 'This recovery file is the one that counts now; a new one has another digest.',
  'recovery-file-former':
    'This is an old recovery file: another counts since, and it opens nothing any more.',
  'feed-token-revoked': 'This feed token was revoked: an administrator issues another.',
  'feed-token-over': 'This feed token is over: an administrator issues another.',
  'origin-own':
    'A program that changes something sends x-relay: 1, and as origin the address it asks, as it asks it: http://127.0.0.1:7411.',
  'accounts-there': 'There are accounts already: an administrator adds others.',
  'folder-relative':
    'A folder is named by its whole path on the machine of the relay, from its root or drive on.',
  'folder-not-there': 'There is no such folder on the machine of the relay.',
  'folder-unreadable': 'The account under which the relay runs may not read this folder.',
  'folder-is-none': 'What has this name on the machine of the relay is no folder.',
  'folder-failed': 'The folder could not be looked at: its disk or share does not answer as it should.',
  'folder-watched': 'This folder is watched already.',
  'folder-overlaps': 'This folder and one that is watched lie in each other.',
  'folder-own': 'This folder and one of the relay’s own, its data or its notary, lie in each other.',
  'project-there': 'There is a project of this name already.',
  'project-not-there': 'There is no such project: add it first.',
  'project-form':
    'The name of a project has 1 to 64 letters, digits, dots, underscores and hyphens, the first a letter or a digit.',
  'profile-not-there':
    'There is no such instrument profile; one that was added counts from the next start on.',
  'watch-not-there': 'No such folder is watched.',
  'person-there': 'A person is enrolled for this account already.',
  'person-shared': 'This account is listed as shared: it cannot stand for a person too.',
  'person-service': 'This account is a service’s or a machine’s: it cannot stand for a person.',
  'person-form':
    'A person is an account of the machine, 100 characters at most, and a full name that is not a role, 200 at most.',
  'settings-form':
    'There are as many of these as there may be, or a field is of another form than it may be.',
} as const

export type ProblemDetail = keyof typeof details

export const problemDetails = Object.keys(details) as readonly ProblemDetail[]

export function detailSentence(detail: ProblemDetail): string {
  return details[detail]
}

/** The detail whose sentence this is; undefined for what this version does not know. */
export function detailOf(sentence: unknown): ProblemDetail | undefined {
  return problemDetails.find((one) => details[one] === sentence)
}
