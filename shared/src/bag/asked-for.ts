import type { TrailRecord } from '../trail/index.ts'
import { Chosen, isAboutOneOf, readWith } from './chosen.ts'
import { type ExportFilter, takenBeside, takenBy } from './filter.ts'
import type { BagFindings } from './findings.ts'
import { RECORDS } from './layout.ts'
import { SignatureStates } from './signature-states.ts'

interface Place {
  readonly seq: number
  /** Line of records.json. */
  readonly line: number
}

/** A record that the filter takes if it is in one of the states it asks for. */
interface ByState extends Place {
  readonly trail: string
  readonly project: string
}

/**
 * Whether each record of a bag is there for a reason: the filter takes it, every bag has it, or it is about one that is
 * there. What it was signed to be is known once the last record of its trail has been shown. That something is not there
 * which the filter takes, no bag can show.
 */
export class AskedFor {
  readonly #filter: ExportFilter
  readonly #findings: BagFindings
  readonly #there = new Map<string, Chosen>()
  /** Held signatures and refusals about no record of the bag: one may follow that cannot be read without them. */
  readonly #waiting = new Map<string, Map<number, Place & { readonly kind: string }>>()
  readonly #byState: ByState[] = []
  readonly #states = new Map<string, SignatureStates>()

  constructor(filter: ExportFilter, findings: BagFindings) {
    this.#filter = filter
    this.#findings = findings
  }

  /** `counts`: false of a signature or decision that does not verify. */
  take(record: TrailRecord, line: number, counts: boolean): void {
    const { trail, seq, kind, body } = record
    const there = this.#of(this.#there, trail, () => new Chosen())
    if (this.#filter.states !== undefined && counts)
      this.#of(this.#states, trail, () => new SignatureStates()).take(record)
    const taken = takenBy(this.#filter, record)
    const beside = takenBeside(this.#filter, kind)
    const isAbout = beside === 'with' && isAboutOneOf(this.#there, record)
    if (taken === 'asked' && this.#filter.states !== undefined && !isAbout) {
      const project = typeof body['project'] === 'string' ? body['project'] : ''
      this.#byState.push({ trail, seq, line, project })
    } else if (taken === undefined) this.#strange(trail, { seq, line }, kind)
    else if (taken === 'with' && !isAbout) {
      if (kind === 'signature.held' || kind === 'capture.refused')
        this.#of(this.#waiting, trail, () => new Map()).set(seq, { seq, line, kind })
      else this.#strange(trail, { seq, line }, `${kind} about no record of the bag`)
    }
    there.add(seq)
    for (const one of readWith(record)) this.#waiting.get(one.trail)?.delete(one.seq)
  }

  end(): void {
    for (const [trail, places] of this.#waiting)
      for (const place of places.values())
        this.#strange(trail, place, `${place.kind} about no record of the bag`)
    const { states = [] } = this.#filter
    for (const { trail, seq, line, project } of this.#byState) {
      const found = this.#states.get(trail)?.of(seq, project) ?? []
      if (!found.some((one) => states.includes(one))) this.#strange(trail, { seq, line }, found.join(', '))
    }
  }

  #strange(trail: string, { seq, line }: Place, found: string): void {
    const expected = 'a record of the filter'
    this.#findings.add({ code: 'record-not-asked-for', file: RECORDS, line, trail, seq, expected, found })
  }

  #of<Value>(all: Map<string, Value>, trail: string, make: () => Value): Value {
    const known = all.get(trail)
    if (known !== undefined) return known
    const made = make()
    all.set(trail, made)
    return made
  }
}
