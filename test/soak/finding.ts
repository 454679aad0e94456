import { type PathKey, shownKey } from './path-key.ts'

/** Something that is not as it has to be. */
export interface Finding {
  readonly code: /** It is on the disk, and no record that stands has it. */
    | 'missing'
    /** A record that stands has another content than the disk. */
    | 'wrong-digest'
    /** A record stands of something that is not on the disk. */
    | 'not-ended'
    | 'twice'
    | 'duplicate'
    | 'follows-wrongly'
    /** A file of a data set has a record of its own that stands. */
    | 'inside-set'
    /** A record of a content, or of an end, that never was. */
    | 'never-was'
    | 'not-recorded'
    /** What the relay remembers is not what its trail says. */
    | 'state'
    | 'relay'
    | 'verify'
    /** The model is not what the disk is: a fault of the soak. */
    | 'model'
  readonly path: PathKey
  readonly text: string
}

export function finding(code: Finding['code'], path: PathKey, text: string): Finding {
  return { code, path, text }
}

export function printFinding({ code, path, text }: Finding): string {
  return `${code.padEnd(16)} ${path === '' ? '' : `${shownKey(path)}: `}${text}`
}
