/** C2SP signed-note, vkeys, cosignatures and witness: values from their specifications and implementations. */
import {
  checkCosignature,
  checkNote,
  cosignatureTime,
  fromBase64,
  judgeAddCheckpoint,
  judgeCheckpoint,
  parseAddCheckpoint,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  parseSignatureLine,
  parseVkey,
  printAddCheckpoint,
  printNote,
  signerOf,
  signNote,
  utf8,
  type WitnessAnswer,
  type WitnessState,
} from '@compliance-relay/shared/trail'
import { beforeEach, expect, test } from 'vitest'
import { refusalOf } from './refusal.ts'
import { requireVectors, vectorBytes, vectorJson, vectorText } from './vectors.ts'

beforeEach(requireVectors)

interface Values {
  readonly notes: readonly {
    readonly file: string
    readonly vkeys: readonly string[]
    readonly skey?: string
  }[]
  readonly badVkeys: readonly string[]
  readonly moreVkeys: Readonly<Record<'0x01' | '0x04', string>>
  readonly cosignatureTimestamp: { readonly sig: string; readonly seconds: number }
  readonly witnessRace: { readonly logVkey: string; readonly requests: readonly string[] }
}

const REAL = 'cosigned-checkpoint.real.txt'

function values(): Values {
  return vectorJson<Values>('c2sp/vectors.json')
}

/** What a key's own lines on a note are worth, whichever of the two kinds of key it is. */
function stateOf(bytes: Uint8Array, vkey: string) {
  const key = parseVkey(vkey)
  return key.type === 'note'
    ? checkNote(parseNote(bytes), key)
    : checkCosignature(parseCheckpoint(bytes), key).state
}

test('every key verifies its note, and none verifies the note with another text', () => {
  const { notes } = values()
  expect(notes.map(({ vkeys }) => vkeys.length)).toEqual([5, 2, 1])
  for (const { file, vkeys } of notes) {
    const bytes = vectorBytes('c2sp', file)
    const altered = vectorText('c2sp', file).replace(/[0-9A-Za-z]/, (first) => (first === 'a' ? 'b' : 'a'))
    for (const vkey of vkeys) {
      expect(stateOf(bytes, vkey), vkey).toBe('good')
      expect(stateOf(utf8(altered), vkey), vkey).toBe('bad')
    }
    expect(utf8(printNote(parseNote(bytes)))).toEqual(bytes)
  }
})

test('a line of an unknown key counts for nothing, and a quorum of the known ones is found', () => {
  const checkpoint = parseCheckpoint(vectorBytes('c2sp', REAL))
  const [log, ...witnesses] = values().notes.find(({ file }) => file === REAL)?.vkeys ?? []
  const policy = parsePolicy(
    utf8(
      [
        `log ${log}`,
        ...witnesses.map((vkey, i) => `witness w${i} ${vkey}`),
        `group g all ${witnesses.map((_, i) => `w${i}`).join(' ')}`,
        'quorum g\n',
      ].join('\n'),
    ),
  )
  const known = [log, ...witnesses].map((vkey) => parseVkey(vkey ?? '').id)
  expect(checkpoint.note.signatures.filter(({ id }) => !known.includes(id))).toHaveLength(1)
  const verdict = judgeCheckpoint(checkpoint, policy)
  expect(verdict).toMatchObject({ log: 'good', bad: [], quorum: true })
  expect(verdict.witnessed).toHaveLength(4)
})

test('a bad vkey is refused, and a good one of each type is printed as it was read', () => {
  const { badVkeys, moreVkeys } = values()
  expect(badVkeys).toHaveLength(2)
  expect(badVkeys.filter((vkey) => refusalOf(() => parseVkey(vkey)) === undefined)).toEqual([])
  for (const [vkey, type] of [
    [moreVkeys['0x01'], 'note'],
    [moreVkeys['0x04'], 'cosignature'],
  ] as const) {
    expect(parseVkey(vkey)).toMatchObject({ vkey, type })
  }
})

test('a cosignature says when it was made', () => {
  const { sig, seconds } = values().cosignatureTimestamp
  expect(cosignatureTime(parseSignatureLine(`— any ${sig}`))).toBe(BigInt(seconds))
})

test('the published secret key signs the same bytes of the same note', () => {
  const { file, vkeys, skey } = values().notes.find((one) => one.skey !== undefined) ?? {}
  // PRIVATE+KEY+<name>+<id>+<base64 of type and seed>, and a remark.
  const [, name = '', encoded = ''] = /^PRIVATE\+KEY\+([^+]+)\+[^+]+\+(\S+)/.exec(skey ?? '') ?? []
  const [type, ...seed] = fromBase64(encoded)
  const signer = signerOf(name, 'note', Uint8Array.from(seed))
  expect(type).toBe(1)
  expect(signer.vkey).toBe(vkeys?.[0])
  const [text = '', lines = ''] = vectorText('c2sp', file ?? '').split(/(?<=\n)\n/)
  expect(printNote(signNote(text, signer))).toBe(`${text}\n${lines.split(/(?<=\n)/)[0]}`)
})

test('a request that lost the race is told the size to start from, and the witness does not go back', () => {
  const { logVkey, requests } = values().witnessRace
  let stored: WitnessState | undefined
  const submit = (i: number): WitnessAnswer => {
    const answer = judgeAddCheckpoint(
      parseAddCheckpoint(utf8(requests[i] ?? '')),
      [parseVkey(logVkey)],
      stored,
    )
    if (answer.status === 200) stored = answer.next
    return answer
  }
  expect(requests.map((text) => printAddCheckpoint(parseAddCheckpoint(utf8(text))))).toEqual(
    requests.map(utf8),
  )
  expect(submit(0).status).toBe(200)
  expect(stored?.size).toBe(1)
  expect(submit(2).status).toBe(200)
  expect(stored?.size).toBe(5)
  expect(submit(1)).toMatchObject({ status: 409, size: 5 })
  expect(stored?.size).toBe(5)
})
