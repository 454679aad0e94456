import { bagFaults, type TimeStampFinding } from '@compliance-relay/shared/bag'
import { printable, trailFaults } from '@compliance-relay/shared/trail'
import { type NotaryFinding, notaryFaults } from '../ask-notary.ts'
import { type DoubtCode, doubts } from '../left-trails.ts'

/** What can be wrong with a data folder beside its trails: the copies people read. */
export const dataFaults = {
  'columns-differ': 'a column people search by is not what its record says',
  'columns-missing': 'a record cannot be found by search: its columns are missing',
  'columns-extra': 'there are columns of a record that is not there',
  'content-differs': 'content kept beside the trail is not what its digest says',
  'content-missing': 'a record names content that is not kept beside the trail',
  'schema-differs':
    'a table, index, trigger or view of the database is not as the relay makes it, or it names a trail that has no record, or has a row under a number that no record has',
  'database-damaged':
    'SQLite finds the database damaged: what is found in it may depend on how it is looked for. The trail can be verified all the same, line by line',
  'settings-differ': 'the settings in use are not those the trail records',
  'people-in-doubt':
    'records are lost that may have disabled somebody, or said otherwise who is a person: the trail after it has taken over only who is known for certain, or the next start does',
  'trail-not-named':
    'a trail goes on from another one than stands before it here, or does not say from which',
  'key-unusable': 'a key of the trail is missing, not readable or another: what it sealed is not verified',
  'row-unreadable':
    'what the relay keeps of files or data sets has rows of no form: the next start removes them',
  'unit-differs': 'what the relay knows of a file or data set is not what its last record says',
  'unit-extra': 'the relay knows of a file or data set that no record says is there',
  'unit-missing': 'a record says that a file or data set is there, and the relay knows nothing of it',
  'file-differs': 'a file or data set is not on the disk as its last record has it',
  'file-missing': 'a file or data set that the trail has is not on the disk',
  'members-differ': 'the files the relay knows of a data set do not make the manifest it recorded',
} as const

export interface DataFinding {
  readonly code:
    | keyof typeof dataFaults
    | 'claim-refusal'
    | DoubtCode
    | NotaryFinding['code']
    | TimeStampFinding['code']
  readonly trail: string
  readonly seq?: number
  readonly expected: string
  readonly found: string
}

/** Findings of one code that are given one by one. */
export const GIVEN_MAX = 100

/** Counts by code: true for those that are given one by one. */
export function firstOnes(): (code: string) => boolean {
  const counts = new Map<string, number>()
  return (code) => {
    const count = (counts.get(code) ?? 0) + 1
    counts.set(code, count)
    return count <= GIVEN_MAX
  }
}

export function printFindings(findings: readonly DataFinding[]): string {
  return findings
    .map(({ code, trail, seq, expected, found }) => {
      const sentence = { ...trailFaults, ...bagFaults, ...notaryFaults, ...doubts, ...dataFaults }[code]
      return `  ${code}${seq === undefined ? '' : ` at record ${seq}`}: ${sentence}\n    trail ${trail}\n    expected ${printable(expected)}\n    found ${printable(found)}\n`
    })
    .join('')
}
