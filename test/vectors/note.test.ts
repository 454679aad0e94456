import {
  checkCosignature,
  checkNote,
  cosign,
  cosignatureTime,
  fromHex,
  fromUtf8,
  hex,
  judgeCheckpoint,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  parseSignatureLine,
  parseStatement,
  parseVkey,
  printCheckpoint,
  printNote,
  printStatement,
  printStatementNote,
  signCheckpoint,
  signerOf,
  signNote,
  signStatement,
  utf8,
  verifierOf,
  withSignature,
} from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { codeOf, vectors, written } from './files.ts'

const v = vectors('note')
type Named = { id: string; name: string; type: 'note' | 'cosignature'; seed: string; vkey: string }
type Refused = { id: string; code: string; text: string; repeat?: { of: string; as: string; times: number } }
const signer = (id: string) => {
  const { name, type, seed } = (v.signers as Named[]).find((one) => one.id === id) as Named
  return signerOf(name, type, fromHex(seed, 32))
}

describe('keys', () => {
  test.each(v.signers as Named[])(
    'the $id key has this vkey, made and read',
    ({ name, type, seed, vkey }) => {
      expect(signerOf(name, type, fromHex(seed, 32)).vkey).toBe(vkey)
      const read = parseVkey(vkey)
      expect(read).toMatchObject({ name, type, vkey })
      expect(verifierOf(name, type, read.key).vkey).toBe(vkey)
    },
  )

  test.each(v.refusedVkeys as { id: string; code: string; vkey: string }[])(
    '$id is refused as $code',
    ({ code, vkey }) => {
      expect(codeOf(() => parseVkey(vkey))).toBe(code)
    },
  )
})

describe('checkpoints', () => {
  const { origin, size, root, seconds, signed, cosigned } = v.checkpoint

  test('a head is signed, cosigned and printed byte for byte', () => {
    const made = signCheckpoint({ origin, size, root: fromHex(root, 32) }, signer('trail'))
    expect(fromUtf8(printCheckpoint(made))).toBe(signed)
    const both = withSignature(made, cosign(made, signer('witness'), seconds))
    expect(fromUtf8(printCheckpoint(both))).toBe(cosigned)
  })

  test('the cosigned checkpoint reads back, and both signatures hold', () => {
    const read = parseCheckpoint(utf8(cosigned))
    expect({ ...read, root: hex(read.root) }).toMatchObject({ origin, size, root })
    expect(checkNote(read.note, signer('trail'))).toBe('good')
    expect(checkCosignature(read, signer('witness'))).toEqual({ state: 'good', seconds })
    expect(printNote(parseNote(utf8(cosigned)))).toBe(cosigned)
  })

  test.each(v.refusedNotes as Refused[])('$id is refused as $code', ({ code, text, ...vector }) => {
    expect(codeOf(() => parseCheckpoint(utf8(written(text, vector))))).toBe(code)
  })

  test.each(v.refusedCosignatures as { id: string; code: string; line: string }[])(
    'a cosignature $id is refused as $code',
    ({ code, line }) => {
      expect(codeOf(() => cosignatureTime(parseSignatureLine(line)))).toBe(code)
    },
  )
})

describe('policies', () => {
  test.each(v.policies as { id: string; text: string; checkpoint: string; quorum: boolean }[])(
    '$id asks for what the checkpoint has, or not',
    ({ text, checkpoint, quorum }) => {
      const verdict = judgeCheckpoint(parseCheckpoint(utf8(checkpoint)), parsePolicy(utf8(text)))
      expect(verdict).toMatchObject({ log: 'good', bad: [], quorum })
    },
  )

  test.each(v.refusedPolicies as Refused[])('$id is refused as $code', ({ code, text }) => {
    expect(codeOf(() => parsePolicy(utf8(text)))).toBe(code)
  })
})

describe('e-signature statements', () => {
  const { text, note } = v.statement

  test('a statement is signed byte for byte and reads back to what was signed', () => {
    const { statement, note: read } = parseStatement(utf8(note))
    expect(printStatement(statement)).toBe(text)
    expect(fromUtf8(printStatementNote(signStatement(statement, signer('user'))))).toBe(note)
    expect(checkNote(read, signer('user'))).toBe('good')
    const { checkpoint, records } = statement
    const plain = {
      ...statement,
      checkpoint: { ...checkpoint, root: hex(checkpoint.root) },
      records: records.map(({ seq, leaf }) => ({ seq, leaf: hex(leaf) })),
    }
    expect(plain).toEqual(v.statement.value)
  })

  test.each(v.refusedStatements as Refused[])('$id is refused as $code', ({ code, text: refused }) => {
    const signed = printStatementNote(signNote(refused, signer('user')))
    expect(codeOf(() => parseStatement(signed))).toBe(code)
  })
})
