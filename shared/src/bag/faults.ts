import { timeStampFaults } from '../time-stamp/faults.ts'
import type { Finding, FindingCode } from '../trail/index.ts'

/** What can be wrong with a bag, beside what can be wrong with the trails in it: a closed list. */
export const bagFaults = {
  'file-missing': 'the bag lacks a file that every bag has, or that its manifest names',
  'file-added':
    'a file is in the bag that no bag has, or that the manifest does not name: nothing vouches for it',
  'file-twice': 'a file is in the bag more than once',
  'file-unreadable': 'a file cannot be read: the zip is cut off or damaged there',
  'zip-form':
    'the zip is not of the one form that bags are written in: another program may show something else of it',
  'file-form': 'a file is not of its form',
  'file-changed': 'a file is not the one that was put into the bag',
  'manifest-changed': 'the manifest is not the one that was sealed',
  'info-changed': 'what the bag says of itself is not what was sealed',
  'info-untrue': 'what the bag says of itself is not what its seal and its files say',
  'recipe-changed': 'the recipe in the bag is not the one of its format: what it says to run is not ours',
  'seal-form': 'the seal is not the record of an export',
  'seal-not-in-trail': 'the seal is not shown to be in its trail',
  'seal-of-another-history': 'the seal stands in another history than the records of this bag',
  'policy-unknown': 'the bag goes by a key that is not among those you gave',
  'trail-missing': 'the bag has a trail that its seal does not name, or lacks one that it names',
  'trail-not-signed': 'no head over the whole of a trail in the bag is signed by whom you trust',
  'trail-end':
    'a trail ends otherwise than the trail after it says, or is neither in the bag nor named as left out of it',
  'leaves-changed': 'the leaves of a trail are not those that were sealed',
  'record-not-in-trail': 'a record is not the one that stands at its place in the trail',
  'record-order': 'the records are not in order, or one is there twice',
  'record-count': 'the bag has more or fewer records than were sealed',
  'record-not-asked-for': 'a record is there that the filter of the export does not take',
  'statement-unsigned':
    'a statement that is held or was refused is not signed by a key enrolled here, or is held and not of the records it names',
  'csv-changed': 'the table does not say what the records say',
  ...timeStampFaults,
  'bag-older':
    'the checkpoint given is newer than this bag: the relay went on after it was made, or it is an older bag than it is said to be. That the newer history begins with these records, a checkpoint alone does not show',
} as const

/** What is found in place of a key that is known from outside of a bag, where nothing was given. */
export const NOTHING_GIVEN = 'none was given'

export type BagFaultCode = keyof typeof bagFaults

/** One thing wrong with a bag: which file, and where in it. */
export interface BagFinding extends Omit<Finding<BagFaultCode | FindingCode>, 'checkpoint'> {
  readonly file: string
  /** Of which trail, where it is about one. */
  readonly trail?: string
}

/** What of a bag cannot be read at all. */
export class BagUnreadable extends Error {
  override readonly name: string = 'BagUnreadable'
  readonly file: string

  constructor(file: string, why: string, options?: ErrorOptions) {
    super(`${file}: ${why}`, options)
    this.file = file
  }
}

/** A zip that is whole, and that another program has packed. */
export class BagRepacked extends BagUnreadable {
  override readonly name = 'BagRepacked'

  constructor() {
    super('the zip', 'another program has packed it')
  }
}

/** Text of a file that no bag of ours has. */
export class BagFormError extends Error {
  override readonly name = 'BagFormError'
  readonly expected: string
  readonly found: string

  constructor(expected: string, found: string) {
    super(`expected ${expected}, found ${found}`)
    this.expected = expected
    this.found = found
  }
}
