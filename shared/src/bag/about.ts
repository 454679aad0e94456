import { subjectsOf, type TrailRecord } from '../trail/index.ts'

/** Of whom or what a record about people, keys, doors or settings is: the first of these that its body names. */
const named = ['account', 'user', 'person', 'token', 'subscription', 'file'] as const

/** In words: `record 12`, `records 3 4`, `account jdoe`. Empty where a record is about nothing but what it says. */
export function aboutText(record: TrailRecord): string {
  const subjects = subjectsOf(record)
  const [first] = subjects
  if (first !== undefined) {
    const where = first.trail === record.trail ? '' : ` of ${first.trail}`
    return `record${subjects.length === 1 ? '' : 's'} ${subjects.map(({ seq }) => seq).join(' ')}${where}`
  }
  for (const field of named) {
    const value = record.body[field]
    if (typeof value === 'string') return `${field} ${value}`
  }
  return ''
}
