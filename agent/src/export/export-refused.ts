import { UnusableInput } from '../unusable-input.ts'

/** Why there is no bag, for programs: one closed list. What it says to people says more. */
export type ExportRefusal =
  | 'trail-unsound'
  | 'too-many-trails'
  | 'not-sealed'
  | 'held'
  | 'no-room'
  | 'too-large'

/** An export that cannot be made as things are. */
export class ExportRefused extends UnusableInput {
  readonly code: ExportRefusal

  constructor(code: ExportRefusal, sentence: string) {
    super(sentence)
    this.code = code
  }
}
