import type { Search } from '../log/select.ts'

/** One sort of what needs a person's eye. */
export interface ExceptionKind {
  readonly title: string
  readonly searches: readonly Search[]
  /** What it means. */
  readonly means: string
  /** What to do next. */
  readonly next: string
}

/** In the order in which they are looked at: what waits for somebody first. */
export const exceptionKinds = {
  unattributed: {
    title: 'Unattributed',
    searches: [{ kinds: ['capture.refused'] }],
    means: 'Captures of which nobody could tell who made them. The refusal stays in the trail.',
    next: 'Whoever made the file, or knows who did, answers for it: choose it, and claim it with a reason.',
  },
  signatures: {
    title: 'Held and refused signatures',
    searches: [{ kinds: ['signature.held', 'signature.refused', 'signature.throttled'] }],
    means: 'Signatures that do not count, or not yet.',
    next: 'A held one waits for somebody of QA who is not its signer. Of a refused one its signer reads why, and signs again if that answers it.',
  },
  failed: {
    title: 'Not captured',
    searches: [{ kinds: ['capture.failed', 'record.failed'] }],
    means: 'Files that could not be read, or were gone before they were.',
    next: 'It is tried again by itself. If it stays, look whether the relay may read the file and whether its disk or share is there.',
  },
  late: {
    title: 'Found late',
    searches: [{ marks: ['late'] }],
    means:
      'Files that were made while nobody looked: the relay was stopped, or the folder was away or not watched yet.',
    next: 'Open the record: it says since when nobody looked. Compare it with the log of the instrument before it is signed.',
  },
  changed: {
    title: 'Changed or overwritten',
    searches: [{ kinds: ['file.changed', 'dataset.changed'] }],
    means: 'What was recorded before, and has other content now. Each is a version of its own.',
    next: 'Open the record: it names the version before. Reprocessing is signed anew; ask whoever overwrote raw data why.',
  },
  deleted: {
    title: 'Deleted',
    searches: [{ kinds: ['file.deleted', 'dataset.deleted'] }],
    means: 'Recorded files that are not there any more. Their digests stay in the trail.',
    next: 'Ask whoever looks after the data whether it was moved or archived, and put a copy back if it was not meant.',
  },
  gaps: {
    title: 'Nobody looked',
    searches: [{ marks: ['gap'] }, { kinds: ['relay.paused', 'watch.unavailable'] }],
    means: 'Times in which the relay was stopped or stood still, or a folder was not there.',
    next: 'Find out why. What was made in the meantime is found late, and stands under “Found late”.',
  },
  clock: {
    title: 'Clock steps',
    searches: [{ kinds: ['clock.stepped'] }],
    means: 'The clock of the workstation moved otherwise than time did.',
    next: 'Times near it are in doubt by as much: trust the order of the records. Look at the time service of the machine.',
  },
  people: {
    title: 'Sign-ins and acts refused',
    searches: [
      {
        kinds: [
          'session.refused',
          'session.throttled',
          'account.locked',
          'access.refused',
          'badge.refused',
          'account.recovery-refused',
        ],
      },
    ],
    means: 'Wrong passwords, locked accounts, and what somebody asked for that they may not do.',
    next: 'A few are a slip of the finger. Many of one name, or at night: ask that person, and tell whoever looks after security.',
  },
  mended: {
    title: 'Not as the trail says',
    searches: [
      {
        kinds: [
          'state.mended',
          'settings.mended',
          'schema.mended',
          'schema.foreign',
          'subscription.mended',
          'notary.found',
          'credential.forged',
        ],
      },
    ],
    means:
      'Something beside the trail was not what its records say: it was set right by the records, or named.',
    next: 'Somebody or something has changed what belongs to the relay. Tell whoever looks after the workstation.',
  },
} as const satisfies { readonly [name: string]: ExceptionKind }

export type ExceptionName = keyof typeof exceptionKinds
export const exceptionNames = Object.keys(exceptionKinds) as readonly ExceptionName[]

/** Times from which on they are counted, in days; undefined: from the first record on. */
export const spans = { day: 1, week: 7, month: 30, year: 365, all: undefined } as const
export type Span = keyof typeof spans

/** The searches of a sort, from a time on. Pure. */
export function searchesOf(name: ExceptionName, span: Span, now: number): readonly Search[] {
  const days = spans[span]
  const from = days === undefined ? {} : { from: new Date(now - days * 86_400_000).toISOString() }
  return exceptionKinds[name].searches.map((search: Search) => ({ ...search, ...from }))
}
