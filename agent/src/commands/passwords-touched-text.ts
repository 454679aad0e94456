import type { PasswordsTouched } from '@compliance-relay/shared/api'

/** What a new rule for passwords means for those who have one, and what nobody can tell yet. */
export function passwordsTouchedText({ people, tooOld, seenAtSignIn }: PasswordsTouched): string {
  const old = `${tooOld} of ${peopleText(people)} ${tooOld === 1 ? 'has' : 'have'} to set another password at their next sign-in: theirs is too old.\n`
  const none = `Nobody of ${peopleText(people)} has to set another password because of its age.\n`
  const rest =
    tooOld === 0 ? `With all ${seenAtSignIn} of them` : `With ${seenAtSignIn} of them, whose is not too old,`
  const unseen = `${rest} it is only seen when they sign in whether theirs is long enough and has the kinds of characters.\n`
  return `${tooOld === 0 ? none : old}${seenAtSignIn === 0 ? '' : unseen}`
}

function peopleText(count: number): string {
  return count === 1 ? '1 person' : `${count} people`
}
