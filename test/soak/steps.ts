import { hash } from 'node:crypto'
import { bytesOfKey, isBelow, type PathKey } from './path-key.ts'

export interface Content {
  readonly sha256: string
  readonly size: number
}

/** What one system call did to files: each path with its content now, undefined if it is gone. */
export type Step = readonly (readonly [path: PathKey, content: Content | undefined])[]

export interface Past {
  /** Digests it had, of a file its content's, of a folder its manifest's. */
  readonly digests: ReadonlySet<string>
  /** It was not there, or had no file in it, at some time after it had been there. */
  readonly wasGone: boolean
}

/** What a file was, from the steps. */
export function pastOfFile(steps: readonly Step[], path: PathKey): Past {
  const digests = new Set<string>()
  let wasGone = false
  for (const step of steps)
    for (const [one, content] of step) {
      if (one !== path) continue
      if (content === undefined) wasGone = true
      else digests.add(content.sha256)
    }
  return { digests, wasGone }
}

/** What a folder taken as one was, from the steps: a manifest after each that touched a file in it. */
export function pastOfFolder(steps: readonly Step[], folder: PathKey): Past {
  const members = new Map<PathKey, Content>()
  const digests = new Set<string>()
  let wasGone = false
  for (const step of steps) {
    const touched = step.filter(([path]) => isBelow(path, folder))
    if (touched.length === 0) continue
    for (const [path, content] of touched) {
      const member = path.slice(folder.length + 1)
      if (content === undefined) members.delete(member)
      else members.set(member, content)
    }
    if (members.size === 0) wasGone = true
    digests.add(manifestDigest(members))
  }
  return { digests, wasGone }
}

/** The digest of a data set, by FORMAT's words: `<sha256>  <size>  <path>` in order of the paths' bytes. */
export function manifestDigest(members: ReadonlyMap<PathKey, Content>): string {
  const lines = [...members]
    // One character is one byte: their order is that of the bytes.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { sha256, size }]) => {
      const escaped = path.replace(/[\n\r\\]/g, (one) =>
        one === '\n' ? '\\n' : one === '\r' ? '\\r' : '\\\\',
      )
      const mark = escaped === path ? '' : '\\'
      return Buffer.concat([
        Buffer.from(`${mark}${sha256}  ${size}  `),
        bytesOfKey(escaped),
        Buffer.from('\n'),
      ])
    })
  return hash('sha256', Buffer.concat(lines))
}
