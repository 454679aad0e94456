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
        'Of all 7 it is seen when they sign in whether theirs has the length and kinds asked for.',
      ],
    ],
    [
      7,
      3,
      4,
      [
        '3 of 7 people have to set another password at their next sign-in: theirs is too old.',
        'Of 4 others it is seen when they sign in whether theirs has the length and kinds asked for.',
      ],
    ],
    [
      2,
      1,
      1,
      [
        '1 of 2 people has to set another password at their next sign-in: theirs is too old.',
        'Of 1 other it is seen when they sign in whether theirs has the length and kinds asked for.',
      ],
    ],
  ] as const)
    expect(passwordsTouchedText({ people, tooOld, seenAtSignIn })).toBe(`${said.join('\n')}\n`)
})
