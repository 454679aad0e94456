import { type FindingCode, FormatError, GIVEN_OF_EACH_CODE } from '../trail/index.ts'
import { type BagFaultCode, type BagFinding, BagFormError } from './faults.ts'

/** Findings as they come, the first thousand of each code; of the rest the number is kept. */
export class BagFindings {
  readonly list: BagFinding[] = []
  readonly #given = new Map<string, number>()
  readonly #once = new Set<string>()

  add(finding: BagFinding): void {
    // Whether it is every bag or a manifest that says so, it is one file that is gone, or one too many.
    if (finding.code === 'file-missing' || finding.code === 'file-added') {
      const key = `${finding.code} ${finding.file}`
      if (this.#once.has(key)) return
      this.#once.add(key)
    }
    const given = (this.#given.get(finding.code) ?? 0) + 1
    this.#given.set(finding.code, given)
    if (given <= GIVEN_OF_EACH_CODE) this.list.push(finding)
  }

  /** Reads what must have its form; undefined if it has not, which is a finding of its own. */
  read<Value>(file: string, read: () => Value, code?: BagFaultCode, line?: number): Value | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof FormatError || error instanceof BagFormError)) throw error
      const own: BagFaultCode | FindingCode =
        code ?? (error instanceof FormatError ? error.code : 'file-form')
      const { expected, found } = error
      this.add({ code: own, file, ...(line === undefined ? {} : { line }), expected, found })
      return undefined
    }
  }

  omitted(): readonly { readonly code: string; readonly count: number }[] {
    return [...this.#given].flatMap(([code, given]) =>
      given > GIVEN_OF_EACH_CODE ? [{ code, count: given - GIVEN_OF_EACH_CODE }] : [],
    )
  }
}
