import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FindingCode, parseCheckpoint, printCheckpoint } from '@compliance-relay/shared/trail'
import { relink, type Trail } from './make-trail.ts'
import type { Chance, Secrets } from './secrets.ts'
import { jsonLines, sealHead, writeFolder } from './write-folder.ts'

/** One thing done to a copy of the folder, and which checks must fail on it, by a piece of their names. */
export interface Damage {
  readonly name: string
  readonly shell: readonly string[]
  /** Empty where the program does not look at such a thing. */
  readonly go: readonly string[]
  readonly ours: readonly FindingCode[]
  readonly make: (copy: string) => void
}

export function damages(folder: string, trail: Trail, secrets: Secrets, chance: Chance): readonly Damage[] {
  const { lines, sizes } = trail
  const somewhere = chance.integer(1, lines.length - 2)

  const inFile = (path: string, change: (bytes: Buffer) => Uint8Array) => (copy: string) => {
    cpSync(folder, copy, { recursive: true })
    const file = join(copy, path)
    writeFileSync(file, change(readFileSync(file)))
  }
  const rewritten = (other: Trail) => (copy: string) => writeFolder(copy, other, secrets)
  const flipped = (bytes: Buffer, from: number, to: number): Buffer => {
    const at = chance.integer(from, to)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.integer(0, 7))
    return bytes
  }
  const inLines = (change: (lines: Uint8Array[]) => void) =>
    inFile('trail.jsonl', () => {
      const changed = lines.map((line) => line.slice())
      change(changed)
      return jsonLines(changed)
    })
  const someCheckpoint = `checkpoints/${chance.pick(sizes)}.checkpoint`

  return [
    {
      name: 'one bit flipped in a record',
      shell: ['leaf hash', 'HMAC', 'has the root'],
      go: ['leaf hash', 'has the root', 'bundle'],
      ours: ['root-mismatch'],
      make: inLines((all) => {
        const line = Buffer.from(all[somewhere] ?? [])
        all[somewhere] = flipped(line, 88, line.length - 2)
      }),
    },
    {
      name: 'one bit flipped in a checksum',
      shell: ['leaf hash', 'HMAC', 'follows the one before', 'has the root'],
      go: ['leaf hash', 'has the root', 'bundle'],
      ours: ['root-mismatch'],
      make: inLines((all) => {
        all[somewhere] = flipped(Buffer.from(all[somewhere] ?? []), 13, 76)
      }),
    },
    {
      name: 'a line dropped',
      shell: ['leaf hash', 'follows the one before', 'has the root'],
      go: ['leaf hash', 'has the root', 'tlog-proof', 'bundle'],
      // Whether another root shows or only a shorter trail depends on where the line stood.
      ours: ['seq-mismatch', 'prev-mismatch'],
      make: inLines((all) => all.splice(somewhere, 1)),
    },
    {
      name: 'two lines in each other’s place',
      shell: ['leaf hash', 'follows the one before', 'has the root'],
      go: ['leaf hash', 'has the root', 'bundle'],
      ours: ['seq-mismatch', 'prev-mismatch', 'root-mismatch'],
      make: inLines((all) => all.splice(somewhere - 1, 0, ...all.splice(somewhere, 1))),
    },
    {
      name: 'the newest record dropped, and its leaf hash with it',
      shell: ['has the root'],
      go: ['has the root'],
      ours: ['checkpoint-beyond-end'],
      make: (copy) => {
        inLines((all) => all.pop())(copy)
        const leaves = readFileSync(join(copy, 'leaves.txt'))
        writeFileSync(join(copy, 'leaves.txt'), leaves.subarray(0, -65))
      },
    },
    {
      name: 'a NUL byte added, which a shell’s read does not see',
      shell: ['NUL'],
      go: ['leaf hash', 'has the root'],
      ours: ['root-mismatch'],
      make: inLines((all) => {
        const line = Buffer.from(all[somewhere] ?? [])
        all[somewhere] = Buffer.concat([line.subarray(0, 100), Buffer.alloc(1), line.subarray(100)])
      }),
    },
    {
      name: 'a wrong root in a checkpoint',
      shell: ['has the root', 'signed by the trail', 'cosigned'],
      go: ['has the root', "under the trail's key", "under the witness's key"],
      ours: ['checkpoint-signature', 'checkpoint-cosignature', 'root-mismatch'],
      make: inFile(someCheckpoint, (bytes) => {
        const { note, origin, size, root } = parseCheckpoint(bytes)
        const wrong = flipped(Buffer.from(root), 0, 31).toString('base64')
        const text = `${origin}\n${size}\n${wrong}\n`
        return printCheckpoint({ origin, size, root, note: { ...note, text } })
      }),
    },
    {
      name: 'a wrong root in a checkpoint, signed and cosigned anew',
      shell: ['has the root'],
      go: ['has the root'],
      ours: ['root-mismatch'],
      make: inFile(someCheckpoint, (bytes) => {
        const { size, root } = parseCheckpoint(bytes)
        return printCheckpoint(sealHead(size, flipped(Buffer.from(root), 0, 31), secrets))
      }),
    },
    {
      name: 'another time in a cosignature',
      shell: ['cosigned'],
      go: ["under the witness's key"],
      ours: ['checkpoint-cosignature'],
      make: inFile(someCheckpoint, (bytes) => {
        const checkpoint = parseCheckpoint(bytes)
        const [own, line] = checkpoint.note.signatures
        if (!own || !line) throw new Error('a checkpoint has two signatures')
        const later = line.signature.with(7, (line.signature[7] ?? 0) ^ 1)
        const signatures = [own, { ...line, signature: later }]
        return printCheckpoint({ ...checkpoint, note: { ...checkpoint.note, signatures } })
      }),
    },
    {
      name: 'a record rewritten by one who has every key but the MAC key',
      shell: ['HMAC'],
      go: [],
      ours: ['checksum-mismatch'],
      make: rewritten({
        sizes,
        lines: lines.map((line, seq) => (seq === lines.length - 1 ? otherActor(line) : line)),
      }),
    },
    {
      name: 'a record under the key before the rotation, by one who has every key',
      shell: ['key in force'],
      go: [],
      ours: ['kid-not-in-force'],
      make: rewritten(
        relink(
          trail,
          secrets,
          () => {},
          (seq, epoch) => (seq === lines.length - 1 ? 0 : epoch),
        ),
      ),
    },
    {
      name: 'two e-signatures in each other’s record, by one who has every key but the signers’',
      shell: ["actor's"],
      go: ["actor's"],
      ours: ['statement-user'],
      make: rewritten(
        relink(trail, secrets, (drafts) => {
          const [first, second] = placesOf('signature.applied', lines).slice(-2) as [number, number]
          const [one, other] = [drafts[first], drafts[second]]
          if (!one || !other) throw new Error('there are two e-signatures')
          drafts[first] = { ...one, body: other.body }
          drafts[second] = { ...other, body: one.body }
        }),
      ),
    },
    {
      name: 'a record replaced after it was signed, by one who has every key but the signers’',
      shell: ["actor's"],
      go: ["actor's"],
      ours: ['statement-root'],
      make: rewritten(
        relink(trail, secrets, (drafts) => {
          const [opened] = drafts
          if (opened) drafts[0] = { ...opened, body: { ...opened.body, node: 'nmr-02' } }
        }),
      ),
    },
    {
      name: 'another meaning in an e-signature, by one who has every key but the signers’',
      shell: ['e-signature verifies'],
      go: ['e-signature opens'],
      ours: ['statement-signature'],
      make: rewritten(
        relink(trail, secrets, (drafts) => {
          const place = placesOf('signature.applied', lines).at(-1) ?? 0
          const draft = drafts[place]
          const note = String(draft?.body['note'])
          const [, meaning] = /"meaning":"([a-z]+)"/.exec(note) ?? []
          const changed = note.replace(`"${meaning}"`, meaning === 'approved' ? '"rejected"' : '"approved"')
          if (draft) drafts[place] = { ...draft, body: { note: changed } }
        }),
      ),
    },
    {
      name: 'another MAC key given for the second epoch',
      shell: ['MAC key has its kid'],
      go: [],
      ours: [],
      make: inFile('mac-keys.txt', (bytes) => Buffer.from(bytes.toString().replace(/.{4}\n$/, 'beef\n'))),
    },
    {
      name: 'another id in the vkey of the trail',
      shell: ['has its id'],
      go: ["under the trail's key"],
      ours: [],
      make: inFile('vkeys.txt', (bytes) =>
        Buffer.from(bytes.toString().replace(/(?<=^log [^+]*\+)[0-9a-f]{8}/, reversed)),
      ),
    },
    {
      name: 'another witness in the policy',
      shell: ['has its id'],
      go: [],
      ours: [],
      make: inFile('policy.txt', (bytes) => Buffer.from(bytes.toString().replaceAll('w/server', 'w/other'))),
    },
    {
      name: 'one bit flipped in a tile',
      shell: [],
      go: ['hash tile'],
      ours: [],
      make: inFile('tree/tile/0/000', (bytes) => flipped(bytes, 0, bytes.length - 1)),
    },
    {
      name: 'one bit flipped in a bundle',
      shell: [],
      go: ['bundle'],
      ours: [],
      make: inFile('tree/tile/entries/000', (bytes) => flipped(bytes, 0, bytes.length - 1)),
    },
    {
      name: 'a tile missing',
      shell: [],
      go: ['no others'],
      ours: [],
      make: (copy) => {
        cpSync(folder, copy, { recursive: true })
        rmSync(join(copy, `tree/tile/0/000.p/${sizes[0]}`))
      },
    },
    {
      name: 'a proof of one record given for another',
      shell: [],
      go: ['tlog-proof'],
      ours: [],
      make: inFile(`proofs/0-of-${sizes[0]}.tlog-proof`, (bytes) =>
        Buffer.from(bytes.toString().replace('\nindex 0\n', '\nindex 1\n')),
      ),
    },
    {
      name: 'a consistency proof from another size',
      shell: [],
      go: ['add-checkpoint'],
      ours: [],
      make: inFile(`add-checkpoint/256-${sizes[2]}.txt`, (bytes) =>
        Buffer.from(bytes.toString().replace(/^old 256\n/, 'old 255\n')),
      ),
    },
  ]
}

function reversed(text: string): string {
  return [...text].reverse().join('')
}

/** The last record is of a file. */
function otherActor(line: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(line).toString().replace('"via":"os-session"', '"via":"file-owner"'))
}

function placesOf(kind: string, lines: readonly Uint8Array[]): readonly number[] {
  return lines.flatMap((line, seq) =>
    Buffer.from(line).includes(`","kind":"${kind}","prev":"`) ? [seq] : [],
  )
}
