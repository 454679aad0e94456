import type { PasswordsTouched } from '@compliance-relay/shared/api'

/** What a new rule for passwords means for those who have one, and what nobody can tell yet. */
export function passwordsTouchedText({ people, tooOld, seenAtSignIn }: PasswordsTouched): string {
  const old = `${tooOld} of ${peopleText(people)} ${tooOld === 1 ? 'has' : 'have'} to set another password at their next sign-in: theirs is too old.\n`
  const none = `Nobody of ${peopleText(people)} has to set another password because of its age.\n`
  const rest = tooOld === 0 ? `all ${seenAtSignIn}` : `${seenAtSignIn} other${seenAtSignIn === 1 ? '' : 's'}`
  const unseen = `Of ${rest} it is seen when they sign in whether theirs has the length and kinds asked for.\n`
  return `${tooOld === 0 ? none : old}${seenAtSignIn === 0 ? '' : unseen}`
}

function peopleText(count: number): string {
  return count === 1 ? '1 person' : `${count} people`
}
