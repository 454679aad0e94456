/** Whoever changes an enrolment, or signs with it, holds this lock: one tab of a device at a time. */
export function lockName(user: string): string {
  return `relay-sign ${user}`
}
