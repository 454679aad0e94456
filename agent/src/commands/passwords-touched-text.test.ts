import { expect, test } from 'vitest'
import { passwordsTouchedText } from './passwords-touched-text.ts'

test('whoever tightens a rule for passwords reads how many it is known to touch, and of how many nobody knows', {
  tags: ['req/P11-300b-1'],
}, () => {
  for (const [people, tooOld, seenAtSignIn, said] of [
    [7, 3, 0, ['3 of 7 people have to set another password at their next sign-in: theirs is too old.']],
    [1, 1, 0, ['1 of 1 person has to set another password at their next sign-in: theirs is too old.']],
    [7, 0, 0, ['Nobody of 7 people has to set another password because of its age.']],
    [
      7,
      0,
      7,
      [
        'Nobody of 7 people has to set another password because of its age.',
        'With all 7 of them it is only seen when they sign in whether theirs is long enough and has the kinds of characters.',
      ],
    ],
    [
      7,
      3,
      4,
      [
        '3 of 7 people have to set another password at their next sign-in: theirs is too old.',
        'With 4 of them, whose is not too old, it is only seen when they sign in whether theirs is long enough and has the kinds of characters.',
      ],
    ],
  ] as const)
    expect(passwordsTouchedText({ people, tooOld, seenAtSignIn })).toBe(`${said.join('\n')}\n`)
})
