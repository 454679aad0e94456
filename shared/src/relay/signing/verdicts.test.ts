import { expectTypeOf, test } from 'vitest'
import type { VerdictCode } from '../../api/index.ts'
import type { HoldCode } from './hold-reasons.ts'
import type { RefusalCode } from './judge-statement.ts'

test('a verdict has a sentence for every reason there is to hold or refuse, and for no other', () => {
  expectTypeOf<VerdictCode>().toEqualTypeOf<HoldCode | RefusalCode>()
})
