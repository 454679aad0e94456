import type { Random } from '../support/random.ts'
import { keyOfBytes, keyOfText, type PathKey } from './path-key.ts'

/** Few plain names, so that they are used again and again; and some that have been trouble elsewhere. */
const plain = Array.from({ length: 14 }, (_, i) => keyOfText(`run${i}.dat`))

const unusual: readonly PathKey[] = [
  ...[
    'Run1.dat',
    'RUN1.DAT',
    'm\u00fcller.dat',
    'mu\u0308ller.dat',
    '\u{1f9ea}.dat',
    ' lead and trail ',
    'two\nlines.dat',
    'back\\slash.dat',
    '-rf',
    'run1.dat~',
    '.run1.dat.swp',
    '__proto__',
    '\ufffd.dat',
    `${'n'.repeat(251)}.dat`,
    `${'\u00fc'.repeat(127)}n`,
  ].map(keyOfText),
  keyOfBytes(Buffer.from([0x72, 0xe9, 0x73, 0x2e, 0x64])),
  keyOfBytes(Buffer.from([0x72, 0xe8, 0x73, 0x2e, 0x64])),
  keyOfBytes(Buffer.from([0x72, 0xc3, 0x28, 0xa0, 0x2e, 0x64])),
]

const folders: readonly PathKey[] = [
  ...['d0', 'd1', 'd2', 'D2', 'two words', 'm\u00fcller', 'mu\u0308ller', 'deep', 'a%20b'].map(keyOfText),
  keyOfBytes(Buffer.from([0x64, 0xff])),
]

export function fileName(random: Random): PathKey {
  return random.chance(0.7) ? random.pick(plain) : random.pick(unusual)
}

export function folderName(random: Random): PathKey {
  return random.pick(folders)
}
