import { describe, expect, test } from 'vitest'
import { intervalsOf } from './badge-intervals.ts'

const at = (minute: number) => `2026-03-02T09:${String(minute).padStart(2, '0')}:00.000Z`
const ms = (minute: number) => Date.parse(at(minute))

function signIn(minute: number, person: string, ref: string, ended: readonly string[] = []) {
  const body = { ref, ...(ended.length > 0 ? { ended: ended.map((one) => ({ ref: one })) } : {}) }
  return { kind: 'badge.in', time: at(minute), actor: { id: person, name: person, via: 'badge' }, body }
}

function signOut(minute: number, ended: readonly string[]) {
  const body = { ref: `out-${minute}`, ended: ended.map((ref) => ({ ref })) }
  return { kind: 'badge.out', time: at(minute), actor: { id: 'ws', name: 'ws', via: 'relay' }, body }
}

describe('who was signed in, by the records', { tags: ['req/P11-10e-7'] }, () => {
  test('is from in to out', () => {
    expect(intervalsOf([signIn(1, 'jdoe', 'r1'), signOut(5, ['r1'])])).toEqual([
      { ref: 'r1', person: 'jdoe', from: ms(1), to: ms(5) },
    ])
  })

  test('ends when another signs in', () => {
    expect(intervalsOf([signIn(1, 'jdoe', 'r1'), signIn(3, 'asmith', 'r2', ['r1'])])).toEqual([
      { ref: 'r1', person: 'jdoe', from: ms(1), to: ms(3) },
      { ref: 'r2', person: 'asmith', from: ms(3) },
    ])
  })

  test('is not changed by an end of what never began', () => {
    expect(intervalsOf([signOut(1, ['r0']), signIn(2, 'jdoe', 'r1'), signOut(3, ['r0'])])).toEqual([
      { ref: 'r1', person: 'jdoe', from: ms(2) },
    ])
  })
})
