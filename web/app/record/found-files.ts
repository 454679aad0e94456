import type { Digested } from '../../check/digest-files.ts'
import type { DigestAnswer, DigestMatch } from '../log/find-digests.ts'

/** A file or folder that was looked at, against one record or all. */
export interface FoundFile extends Digested {
  /** - `yes`: the record asked about, or some record where none is; `other`: another record's; `none`: of no record here. */
  readonly is: 'yes' | 'other' | 'none' | 'unread'
  /** What it is of the record asked about. */
  readonly own: DigestMatch | undefined
  readonly others: readonly DigestMatch[]
  readonly more: number
}

/** Pure. Folders that are no data set say nothing that their files do not say. Those that are what was looked for stand first. */
export function foundFiles(
  items: readonly Digested[],
  answers: readonly DigestAnswer[],
  of: { readonly trail: string; readonly seq: number } | undefined,
): readonly FoundFile[] {
  const byDigest = new Map(answers.map((answer) => [answer.digest, answer]))
  const found = items.map((item): FoundFile => {
    const { matches = [], more = 0 } = (item.digest !== undefined && byDigest.get(item.digest)) || {}
    const own = of && matches.find(({ trail, seq }) => trail === of.trail && seq === of.seq)
    const others = matches.filter((match) => match !== own)
    const is =
      item.digest === undefined
        ? 'unread'
        : own !== undefined || (of === undefined && matches.length > 0)
          ? 'yes'
          : matches.length > 0
            ? 'other'
            : 'none'
    return { ...item, is, own, others, more }
  })
  const rank = { yes: 0, other: 1, none: 2, unread: 3 }
  return found
    .filter(({ what, is }) => what === 'file' || is === 'yes' || is === 'other')
    .sort((a, b) => rank[a.is] - rank[b.is] || Number(a.what === 'file') - Number(b.what === 'file'))
}

export function sayingOf({ is, own, what, unreadable, sizeBytes }: FoundFile): string {
  switch (is) {
    case 'unread':
      return `It could not be read: ${unreadable ?? 'the browser does not say why'}`
    case 'none':
      return sizeBytes === 0
        ? 'An empty file, and no record on this device has one'
        : 'No: no record on this device has this content'
    case 'other':
      return 'No: this content is of another record'
    case 'yes':
      return own === undefined ? 'Recorded' : yesOf(own, what)
  }
}

function yesOf({ as, members }: DigestMatch, what: FoundFile['what']): string {
  switch (as) {
    case 'file':
      return 'Yes: this is the file'
    case 'data-set':
      return what === 'folder' ? 'Yes: this is the whole data set' : 'Yes: this is its manifest'
    case 'raw-data':
      return 'Yes: this is the raw data of the data set'
    case 'member':
      return `Yes: this is the file ${members.slice(0, 5).join(' and ')} of the data set`
  }
}

export function summaryOf(items: readonly FoundFile[], isOfOne: boolean): string {
  const files = items.filter(({ what }) => what === 'file')
  const count = (is: FoundFile['is']) => files.filter((one) => one.is === is).length
  const set = items.find(({ what, is }) => what === 'folder' && is === 'yes')
  const whole = set === undefined ? '' : `${isOfOne ? 'Yes: ' : ''}${set.path} is the whole data set. `
  const parts = [
    [count('yes'), isOfOne ? 'of this record' : 'recorded'],
    [count('other'), 'of another record'],
    [count('none'), 'of no record on this device'],
    [count('unread'), 'not readable'],
  ] as const
  const said = parts.filter(([n]) => n > 0).map(([n, what]) => `${n.toLocaleString('en-US')} ${what}`)
  return `${whole}${files.length.toLocaleString('en-US')} ${files.length === 1 ? 'file' : 'files'}: ${said.join(', ')}.`
}
