import type { BigIntStats } from 'node:fs'

/**
 * All by which a file can be told to be as it was: device, file id, time of birth, size, and the times of content and of inode
 * in nanoseconds. A program can set mtime back; ctime is the kernel's. Equal stamps mean "not touched", and
 * only that: what a file is, its digest says.
 */
export function stampOf({ dev, ino, birthtimeNs, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}:${size}:${mtimeNs}:${ctimeNs}`
}

/** Which file it is, whatever it is called. Reused by the system after a file is gone, so never proof by itself. */
export function fileIdOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`
}

export function fileIdOfStamp(stamp: string): string {
  return stamp.slice(0, stamp.indexOf(':', stamp.indexOf(':') + 1))
}

/**
 * Which file it is, told from one that got its number after it was gone by the time of its birth. Where a file
 * system does not keep that, the number alone.
 */
export function identityOfStamp(stamp: string): string {
  return stamp.split(':', 3).join(':')
}

/** When the inode was last changed, in milliseconds: by content, name, owner or link. The kernel's time. */
export function changedOfStamp(stamp: string): number {
  return Number(BigInt(stamp.slice(stamp.lastIndexOf(':') + 1)) / 1_000_000n)
}

const LACKS = ':lacks'

/** Stored with a file that lacks the one that belongs beside it: it is looked at again when that is there. */
export function lackingStamp(stamp: string): string {
  return stamp + LACKS
}

export function isLacking(stamp: string): boolean {
  return stamp.endsWith(LACKS)
}
