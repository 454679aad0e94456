import {
  type Draft,
  emptyHead,
  fromUtf8,
  type Head,
  hex,
  Linker,
  leafHash,
  macKey,
  utf8,
} from '@compliance-relay/shared/trail'
import { secret } from './secrets.ts'

const trail = 'lab.example/t/ws-nmr-01/20260302-7f3a'

/** Keys, entries made under them, and lines that are refused with the code they are refused with. */
export function entryVectors() {
  const first = macKey(secret('mac key of epoch 0'))
  const second = macKey(first.next())
  const entries = made(first)
  const [, captured = ''] = entries.map((entry) => entry.line)
  return {
    trail,
    keys: [
      { id: 'epoch-0', secret: hex(secret('mac key of epoch 0')), kid: first.kid, next: hex(first.next()) },
      { id: 'epoch-1', secret: hex(first.next()), kid: second.kid, next: hex(second.next()) },
    ],
    entries,
    refuse: refusedLines(captured),
  }
}

const drafts: Record<string, Draft> = {
  opened: {
    actor: { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' },
    body: { node: 'ws-nmr-01', previous: null },
    kind: 'trail.opened',
    time: '2026-03-02T08:00:00.000Z',
  },
  captured: {
    actor: { id: 'LAB\\jdoe', name: 'Jane Doe', via: 'os-session' },
    body: {
      device: 'ws-nmr-01',
      file: {
        mtime: '2026-03-02T08:10:59.120Z',
        path: 'proj/α-10/fid',
        sha256: '00'.repeat(32),
        size: 65536,
      },
      project: 'P-17',
    },
    kind: 'file.created',
    time: '2026-03-02T08:11:00.004Z',
  },
  'odd-names': {
    actor: { id: 'jdoe', name: '\u202eeoD "enaJ"\\', via: 'session' },
    body: { '': [], path: '=HYPERLINK("x")\t🧪\u0000', '\ufb33': 1, '\u{1f9ea}': 2 },
    kind: 'capture.refused',
    time: '2024-02-29T23:59:59.999Z',
  },
}

function made(key: ReturnType<typeof macKey>) {
  const linker = new Linker(key)
  let head: Head = emptyHead(trail)
  return Object.entries(drafts).map(([id, draft]) => {
    const linked = linker.link(head, draft)
    head = linked.head
    return { id, draft, line: fromUtf8(linked.line), leaf: hex(leafHash(linked.line)) }
  })
}

function refusedLines(line: string) {
  const edits: Record<string, [string, string]> = {
    'carriage-return': ['carriage-return', `${line}\r`],
    blank: ['blank-line', ''],
    bom: ['byte-order-mark', `\ufeff${line}`],
    'no-checksum': ['envelope-fields', line.replace(/"checksum":"[^"]*",/, '')],
    'extra-field-in-entry': ['envelope-fields', line.replace(/\}$/, ',"x":1}')],
    'extra-field-in-record': ['envelope-fields', line.replace(/\}\}$/, ',"x":1}}')],
    'extra-field-in-actor': [
      'envelope-fields',
      line.replace('"via":"os-session"', '"via":"os-session","x":1'),
    ],
    'no-actor': ['envelope-fields', line.replace(/"actor":\{[^}]*\},/, '')],
    'body-not-an-object': ['envelope-fields', line.replace(/"body":.*,"kid"/, '"body":[],"kid"')],
    'not-an-object': ['envelope-fields', '[]'],
    'version-2': ['unknown-version', line.replace(/"v":1\}\}$/, '"v":2}}')],
    'no-version': ['unknown-version', line.replace(/,"v":1\}\}$/, '}}')],
    'checksum-in-upper-case': [
      'hex-not-canonical',
      line.replace(/"checksum":"[^"]*"/, (text) => `"checksum":"${text.slice(12, -1).toUpperCase()}"`),
    ],
    'kid-too-short': ['hex-not-canonical', line.replace(/"kid":"./, '"kid":"')],
    'prev-not-hex': ['hex-not-canonical', line.replace(/"prev":"./, '"prev":"g')],
    'empty-name': ['field-value', line.replace('Jane Doe', '')],
    'kind-without-a-dot': ['field-value', line.replace('file.created', 'created')],
    'seq-negative': ['field-value', line.replace('"seq":1', '"seq":-1')],
    'seq-as-text': ['field-value', line.replace('"seq":1', '"seq":"1"')],
    'time-without-milliseconds': ['field-value', line.replace('08:11:00.004Z', '08:11:00Z')],
    'time-with-offset': ['field-value', line.replace('08:11:00.004Z', '08:11:00.004+00:00')],
    'day-that-never-was': ['field-value', line.replace('2026-03-02T08:11:00', '2026-02-29T08:11:00')],
    'leap-second': ['field-value', line.replace('08:11:00.004Z', '23:59:60.000Z')],
    'origin-in-upper-case': ['field-value', line.replace('lab.example', 'LAB.example')],
  }
  // The line with P-17 made so long that it has 65,536 bytes, one more than it may.
  const times = 4 + 65_536 - utf8(line).length
  const long = {
    id: 'one-byte-too-long',
    code: 'line-too-long',
    hex: hex(utf8(line)),
    repeat: { of: 'P-17', as: 'P', times },
  }
  return [...Object.entries(edits).map(([id, [code, text]]) => ({ id, code, hex: hex(utf8(text)) })), long]
}
