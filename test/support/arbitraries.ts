import type { Body, Value } from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import type { Step } from './make-trail.ts'

/** Text as instruments and people write it: plain words, wide characters, control characters, formulas, right-to-left marks. */
export const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  fc.constantFrom(
    '=HYPERLINK("x")',
    'proj/α-10/fid',
    'a\u0000b\u001f\u007f',
    '\u202eabc',
    '🧪',
    '\ufeff',
    '\u2028',
    'C:\\data\\x',
    '',
  ),
)

/** Any value a trail can hold. */
export const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'value' },
    fc.constantFrom(null, true, false, 0, -1, 2 ** 53 - 1, -(2 ** 53 - 1)),
    fc.maxSafeInteger(),
    text,
    fc.array(tie('value'), { maxLength: 4, depthIdentifier: 'value' }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, depthIdentifier: 'value' }),
  ),
})).value

export const body = fc.dictionary(text, value, { maxKeys: 4 }) as fc.Arbitrary<Body>

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('capture' as const), body }) },
  { weight: 1, arbitrary: fc.constant({ do: 'rotate' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('sign' as const),
      reason: text.map((reason) => `because ${reason}`),
    }),
  },
)

/** A number printed with every random test, so that a failure can be run again. */
export function seedOf(name: string): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`SEED=${seed} ${name}\n`)
  return seed
}
