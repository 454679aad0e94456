import { expect, test } from 'vitest'
import { orderText, projectFault } from './steps.ts'

test('an order of signing is one sentence', () => {
  const steps = [
    { meaning: 'reviewed', role: 'reviewer' },
    { meaning: 'approved', role: 'qa' },
  ] as const
  expect(orderText({ steps: [...steps], independent: true })).toBe(
    'Reviewed by a reviewer, then Approved by QA, each by another person',
  )
  expect(orderText({ steps: [{ meaning: 'approved', role: null }], independent: false })).toBe(
    'Approved by whoever may sign',
  )
  expect(orderText({ steps: [], independent: true })).toBe('in any order, each by another person')
})

test('a project is named as settings name it', () => {
  expect(projectFault('*')).toBeUndefined()
  expect(projectFault('P-17')).toBeUndefined()
  for (const name of ['', ' ', '-17', 'P 17', 'P/17', 'x'.repeat(65)])
    expect(projectFault(name)).toBeDefined()
})
