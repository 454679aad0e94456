import {
  type Checkpoint,
  cosign,
  fromUtf8,
  hex,
  leafHash,
  printCheckpoint,
  printStatement,
  printStatementNote,
  type Signer,
  type Statement,
  signCheckpoint,
  signerOf,
  signStatement,
  utf8,
  withSignature,
} from '@compliance-relay/shared/trail'
import { secret } from './secrets.ts'

const origin = 'lab.example/t/ws-nmr-01/20260302-7f3a'
const trailKey = signerOf(origin, 'note', secret('trail key'))
const witness = signerOf('lab.example/w/server', 'cosignature', secret('witness key'))
const second = signerOf('lab.example/w/second', 'cosignature', secret('second witness key'))
const user = signerOf('lab.example/u/jdoe/tablet-7', 'note', secret('user key'))

/** Keys, notes, checkpoints, policies and statements, good and refused. */
export function noteVectors() {
  const root = leafHash(utf8('the only entry'))
  const signed = signCheckpoint({ origin, size: 1, root }, trailKey)
  const cosigned = withSignature(signed, cosign(signed, witness, 1_772_438_400))
  const good = fromUtf8(printCheckpoint(cosigned))
  const note = fromUtf8(printStatementNote(signStatement(statement, user)))
  return {
    signers: [trailKey, witness, user].map((signer, i) => ({
      id: ['trail', 'witness', 'user'][i],
      name: signer.name,
      type: signer.type,
      seed: hex(secret(`${['trail', 'witness', 'user'][i]} key`)),
      vkey: signer.vkey,
    })),
    refusedVkeys: refusedVkeys(),
    checkpoint: {
      origin,
      size: 1,
      root: hex(root),
      seconds: 1_772_438_400,
      signed: fromUtf8(printCheckpoint(signed)),
      cosigned: good,
    },
    refusedNotes: refusedNotes(good),
    refusedCosignatures: [{ id: 'not-72-bytes', code: 'cosignature-form', line: trailLine(good) }],
    policies: policies(cosigned),
    refusedPolicies: refusedPolicies(),
    statement: {
      value: {
        ...statement,
        checkpoint: { ...statement.checkpoint, root: hex(root) },
        records: [{ seq: 0, leaf: hex(root) }],
      },
      text: printStatement(statement),
      note,
    },
    refusedStatements: refusedStatements(),
  }
}

/** The trail's own signature line: 64 bytes where a cosignature has 72. */
function trailLine(note: string): string {
  return note.split('\n').find((one) => one.startsWith(`— ${origin} `)) ?? ''
}

const statement: Statement = {
  at: '2026-03-02T10:00:00.000Z',
  checkpoint: { trail: origin, size: 1, root: leafHash(utf8('the only entry')) },
  count: 1,
  meaning: 'approved',
  name: 'Jane Doe',
  reason: 'Spectra match the acceptance criteria of SOP-12',
  records: [{ seq: 0, leaf: leafHash(utf8('the only entry')) }],
  user: 'jdoe',
}

function refusedVkeys() {
  // Base64 has pluses of its own.
  const [, name = '', id = '', key = ''] = /^([^+]*)\+([^+]*)\+(.*)$/.exec(trailKey.vkey) ?? []
  const smallOrder = `c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a`
  const encode = (bytes: string): string => Buffer.from(bytes, 'hex').toString('base64')
  return [
    { id: 'two-parts', code: 'vkey-form', vkey: `${name}+${id}` },
    { id: 'no-name', code: 'vkey-form', vkey: `+${id}+${key}` },
    { id: 'space-in-name', code: 'vkey-form', vkey: `a b+${id}+${key}` },
    {
      id: 'id-in-upper-case',
      code: 'vkey-form',
      vkey: `${name}+${id.toUpperCase().replace(/[0-9]/, 'A')}+${key}`,
    },
    { id: 'key-too-short', code: 'vkey-form', vkey: `${name}+${id}+${encode('0102')}` },
    {
      id: 'no-padding',
      code: 'base64-not-canonical',
      vkey: `${name}+${id}+${encode(`01${'02'.repeat(31)}`).replace(/=+$/, '')}`,
    },
    { id: 'unknown-type', code: 'key-type', vkey: `${name}+${id}+${encode(`06${'02'.repeat(32)}`)}` },
    { id: 'wrong-id', code: 'vkey-id', vkey: `${name}x+${id}+${key}` },
    { id: 'key-of-small-order', code: 'key-unsound', vkey: `${name}+${id}+${encode(`01${smallOrder}`)}` },
    {
      id: 'key-not-a-point',
      code: 'key-unsound',
      vkey: `${name}+${id}+${encode(`01${'02'.padEnd(64, '0')}`)}`,
    },
  ]
}

function refusedNotes(good: string) {
  const edits: Record<string, [string, string]> = {
    'no-blank-line': ['note-form', good.replace('\n\n', '\n')],
    'no-final-newline': ['note-form', good.slice(0, -1)],
    'no-signature': ['note-form', good.slice(0, good.indexOf('—'))],
    'hyphen-for-dash': ['note-form', good.replace('—', '-')],
    'two-spaces': ['note-form', good.replace('— ', '—  ')],
    'tab-in-text': ['note-form', good.replace('lab', '\tlab')],
    'crlf-in-text': ['note-form', good.replace('\n', '\r\n')],
    'name-with-plus': ['note-form', good.replace(/— lab/g, '— lab+')],
    'wrong-base64-tail': [
      'base64-not-canonical',
      good.replace(/.=\n/, (tail) => `${nextDigit(tail.charAt(0))}=\n`),
    ],
    'missing-padding': ['base64-not-canonical', good.replace(/=\n$/, '\n').replace(/=\n$/, '\n')],
    'url-base64': ['base64-not-canonical', good.replace(/(— \S+ )(.)/, '$1-')],
    'only-a-key-id': ['note-form', good.replace(/(— \S+ )\S+/, '$1AAAAAA==')],
    'size-with-leading-zero': ['checkpoint-form', good.replace('\n1\n', '\n01\n')],
    'size-of-2-to-the-53': ['checkpoint-form', good.replace('\n1\n', '\n9007199254740992\n')],
    'extension-line': ['checkpoint-form', good.replace('\n\n', '\nextension\n\n')],
    'root-too-short': ['checkpoint-form', good.replace(/\n1\n.*\n/, '\n1\nAAAA\n')],
  }
  const long = {
    id: 'too-long',
    code: 'note-too-long',
    text: good,
    repeat: { of: 'lab.example/t', as: 'x', times: 65_536 },
  }
  return [...Object.entries(edits).map(([id, [code, text]]) => ({ id, code, text })), long]
}

/** The base64 digit after this one: it changes only bits that padding leaves unused. */
function nextDigit(digit: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return digits.charAt((digits.indexOf(digit) + 1) % 64)
}

const line = {
  log: `log ${trailKey.vkey}`,
  one: `witness one ${witness.vkey}`,
  two: `witness two ${second.vkey}`,
}

function policies(cosigned: Checkpoint) {
  const texts: Record<string, [string, boolean]> = {
    'one-witness': [`${line.log}\n${line.one}\nquorum one\n`, true],
    'comments-and-spaces': [
      `# a comment\n\n \t${line.log} https://log.example/\n${line.one}\n\tquorum\tone \n`,
      true,
    ],
    'quorum-none': [`${line.log}\nquorum none\n`, true],
    'any-of-two': [`${line.log}\n${line.one}\n${line.two}\ngroup g any one two\nquorum g\n`, true],
    'all-of-two': [`${line.log}\n${line.one}\n${line.two}\ngroup g all one two\nquorum g\n`, false],
    'two-of-two': [`${line.log}\n${line.one}\n${line.two}\ngroup g 2 one two\nquorum g\n`, false],
    'group-of-groups': [
      `${line.log}\n${line.one}\n${line.two}\ngroup g 1 one\ngroup h any g two\nquorum h\n`,
      true,
    ],
  }
  const checkpoint = fromUtf8(printCheckpoint(cosigned))
  return Object.entries(texts).map(([id, [text, quorum]]) => ({ id, text, checkpoint, quorum }))
}

function refusedPolicies() {
  const note = (signer: Signer): string => signer.vkey
  const texts: Record<string, [string, string]> = {
    'no-quorum': ['policy-form', `${line.log}\n`],
    'two-quorums': ['policy-form', `${line.log}\nquorum none\nquorum none\n`],
    'quorum-not-defined': ['policy-form', `${line.log}\nquorum one\n${line.one}\n`],
    'name-twice': ['policy-form', `${line.one}\n${line.two.replace('two', 'one')}\nquorum one\n`],
    'name-none': ['policy-form', `${line.one.replace('one', 'none')}\nquorum none\n`],
    'key-twice': ['policy-form', `${line.one}\n${line.one.replace('one', 'two')}\nquorum one\n`],
    'member-in-two-groups': ['policy-form', `${line.one}\ngroup g any one\ngroup h any one\nquorum h\n`],
    'threshold-too-high': ['policy-form', `${line.one}\ngroup g 2 one\nquorum g\n`],
    'unknown-word': ['policy-form', 'notary x\nquorum none\n'],
    'carriage-return-in-policy': ['policy-form', `${line.log}\r\nquorum none\r\n`],
    'no-final-newline-in-policy': ['policy-form', 'quorum none'],
    'witness-key-as-log': ['key-type', `log ${note(witness)}\nquorum none\n`],
  }
  return Object.entries(texts).map(([id, [code, text]]) => ({ id, code, text }))
}

function refusedStatements() {
  const text = printStatement(statement)
  const edits: Record<string, string> = {
    'wrong-type-line': text.replace('esign/v1', 'esign/v2'),
    'two-lines': text.replace('}\n', '}\n{}\n'),
    'unknown-field': text.replace('"user":"jdoe"', '"user":"jdoe","x":1'),
    'no-reason': text.replace(/"reason":"[^"]*"/, '"reason":""'),
    'blank-reason': text.replace(/"reason":"[^"]*"/, '"reason":" "'),
    'unknown-meaning': text.replace('approved', 'seen'),
    'no-records': text.replace(/"records":\[.*\]/, '"records":[]'),
    'record-beyond-the-head': text.replace('"seq":0', '"seq":1'),
    'record-twice': text.replace(/"records":\[(.*)\]/, '"records":[$1,$1]'),
    'count-zero': text.replace('"count":1', '"count":0'),
  }
  return Object.entries(edits).map(([id, edited]) => ({ id, code: 'statement-form', text: edited }))
}
