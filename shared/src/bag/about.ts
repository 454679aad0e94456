import { type Actor, type Subject, subjectsOf, type TrailRecord } from '../trail/index.ts'

/** Of whom or what a record about people, keys, doors or settings is: the first of these that its body names. */
const named = ['account', 'user', 'person', 'token', 'subscription', 'file'] as const

/** In words: `record 12`, `records 3 4`, `account jdoe`. Empty where a record is about nothing but what it says. */
export function aboutText(record: TrailRecord): string {
  const subjects = subjectsOf(record)
  const [first] = subjects
  if (first !== undefined) {
    if (subjects.length === 1) return recordText(first, record.trail)
    return `records ${subjects.map(({ seq }) => seq).join(' ')}${whereText(first, record.trail)}`
  }
  for (const field of named) {
    const value = record.body[field]
    if (typeof value === 'string') return `${field} ${value}`
  }
  return ''
}

/** Of a record, as it is named beside one of `trail`: a number alone is a place in the same one. */
export function recordText(one: Subject, trail: string): string {
  return `record ${one.seq}${whereText(one, trail)}`
}

function whereText(one: Subject, trail: string): string {
  return one.trail === trail ? '' : ` of ${one.trail}`
}

/** Who: a person by name and user id, and of what the relay did itself that it was the relay. */
export function actorText({ id, name, via }: Actor): string {
  return via === 'relay' ? `the relay ${name}` : `${name} (${id})`
}
