import { expect, test } from 'vitest'
import { passwordFaults } from './password-change.ts'
import { Problem, problemCodes } from './problem.ts'
import { problemDetails } from './problem-detail.ts'
import { problemHeaders, problemJson, problemSchema, readProblem } from './problem-json.ts'

const day = '2026-03-02T08:00:00.000Z'

test('every refusal is read back as it was, over the wire', () => {
  for (const code of problemCodes)
    for (const details of [
      {},
      { pointer: '/roles/0' },
      { pointer: '', retryAfterSeconds: 60 },
      { roles: ['reviewer', 'qa'] },
      { there: { names: ['P-17', 'file.*'], more: 2 } },
      { there: { names: [], more: 0 } },
      { least: 16 },
      { decided: { by: 'qlee', at: day, decision: 'refused' } } as const,
      ...passwordFaults.map((because) => {
        return { passwordChange: { because, asks: 16, since: null, set: day } }
      }),
      { passwordChange: { because: 'password-old', asks: 90, since: day, set: day } } as const,
      ...problemDetails.map((detail) => ({ detail })),
    ]) {
      const problem = new Problem(code, details)
      const json: unknown = JSON.parse(JSON.stringify(problemJson(problem)))
      expect(problemSchema.safeParse(json).success).toBe(true)
      const read = readProblem(json, problemHeaders(problem)['retry-after'] ?? null)
      expect(read).toBeInstanceOf(Problem)
      expect(read).toMatchObject({ code, details, message: problem.message })
    }
})

test.each([
  null,
  'x',
  7,
  [],
  {},
  { code: 7 },
  { code: 'toString' },
  { code: '__proto__' },
  { code: 'unheard-of' },
])('%j is no refusal that is known', (json) => {
  expect(readProblem(json, null)).toBeUndefined()
})

test('what somebody else than a relay puts into a refusal is not repeated', { tags: ['challenge'] }, () => {
  const json = {
    ...problemJson(new Problem('forbidden')),
    title: 'Give your password to',
    detail: 'the person at the door.',
    roles: ['everybody', 'qa'],
    least: 'a word of your bank',
    decided: { by: 'the person at the door', at: day, decision: 'accepted' },
    there: { names: ['P-17', 'the person at the door'], more: 0 },
  }
  const read = readProblem(json, null)
  expect(read?.message).toBe('Your account may not do this. It takes the role qa.')
  expect(read?.details).toEqual({ roles: ['qa'] })
})

test('members that a later version adds are passed over, and a wait that is none is none', () => {
  const json = { ...problemJson(new Problem('throttled')), detail: 'new', instance: '/1' }
  for (const wait of ['-1', '1.5', 'soon', 'Wed, 21 Oct 2026 07:28:00 GMT', '9'.repeat(20)])
    expect(readProblem(json, wait)?.details).toEqual({})
})
