import { canonical, hex, utf8, type Value } from '@compliance-relay/shared/trail'

/** Values with their one text, and bytes that are refused with the code they are refused with. */
export function canonicalVectors() {
  return {
    accept: Object.entries(values).map(([id, value]) => ({ id, text: canonical(value), value })),
    refuse: [
      ...Object.entries(refusedTexts).map(([id, [code, text]]) => ({ id, code, hex: hex(utf8(text)) })),
      ...Object.entries(refusedBytes).map(([id, [code, bytes]]) => ({ id, code, hex: bytes })),
    ],
  }
}

const values: Record<string, Value> = {
  scalars: [null, true, false, 0, -1, 9007199254740991, -9007199254740991, ''],
  'sorted-keys': { b: 1, a: 2, B: 3, '': 4, aa: 5 },
  // By UTF-16 units U+1F9EA (d83e…) stands before U+FB33, by code point after it.
  'keys-by-utf16-unit': { '\ufb33': 1, '\u{1f9ea}': 2, '\u20ac': 3, '\u0080': 4 },
  // Integer-like keys keep no order of their own.
  'number-like-keys': { '10': 1, '9': 2, '1': 3 },
  'short-escapes': '\b\t\n\f\r"\\',
  'control-escapes': '\u0000\u0001\u000b\u001f',
  'no-needless-escapes': '/\u007f\u0080\u2028\ufeff€🧪',
  'no-normalisation': ['e\u0301', '\u00e9'],
  nested: { a: [{}, [], { b: [1, [2]] }] },
  'proto-key': JSON.parse('{"__proto__":1,"constructor":2}') as Value,
  deepest: nested(64),
}

const refusedTexts: Record<string, [string, string]> = {
  bom: ['byte-order-mark', '\ufeff{}'],
  'not-json': ['not-json', '{"a":}'],
  'two-values': ['not-json', '1 2'],
  'space-inside': ['not-canonical', '{"a": 1}'],
  'space-after': ['not-canonical', '{} '],
  'keys-unsorted': ['not-canonical', '{"b":1,"a":2}'],
  'escape-of-a-letter': ['not-canonical', '"\\u0061"'],
  'escape-of-a-slash': ['not-canonical', '"\\/"'],
  'escape-in-upper-case': ['not-canonical', '"\\u001F"'],
  'long-escape-of-newline': ['not-canonical', '"\\u000a"'],
  'duplicate-key': ['duplicate-key', '{"a":1,"a":1}'],
  'duplicate-key-escaped': ['duplicate-key', '{"a":1,"\\u0061":1}'],
  'lone-high-surrogate': ['lone-surrogate', '"\\ud800"'],
  'lone-low-surrogate': ['lone-surrogate', '"\\udc00\\ud800"'],
  'lone-surrogate-in-key': ['lone-surrogate', '{"\\udfff":1}'],
  fraction: ['number-not-integer', '1.5'],
  'integer-with-point': ['number-not-integer', '1.0'],
  exponent: ['number-not-integer', '1e2'],
  'minus-zero': ['number-not-integer', '-0'],
  '2-to-the-53': ['integer-out-of-range', '9007199254740992'],
  '2-to-the-53-plus-1': ['integer-out-of-range', '9007199254740993'],
  'minus-2-to-the-53': ['integer-out-of-range', '-9007199254740992'],
  'too-deep': ['too-deep', JSON.stringify(nested(65))],
}

const refusedBytes: Record<string, [string, string]> = {
  'not-utf8': ['not-utf8', '22ff22'],
  'overlong-utf8': ['not-utf8', '22c0af22'],
  'surrogate-in-utf8': ['not-utf8', '22eda08022'],
}

function nested(depth: number): Value {
  return depth === 1 ? [] : [nested(depth - 1)]
}
