import {
  type ExportFilterView,
  type ExportView,
  failureSentence,
  mayDo,
  Problem,
  type ReportForm,
  type Role,
} from '../../api/index.ts'
import { isUsable } from '../accounts/account.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import type { Caller, People } from '../people.ts'
import { actorOf } from '../people-core.ts'
import { reasonOf } from '../reason.ts'
import { type BagMaker, ExportFailed, type ExportFile, type MadeBag, type SealedFor } from './bag-maker.ts'
import { Downloads } from './downloads.ts'

/** Exports and reports that wait or are made at one time, and of them for one person. */
export const IN_LINE_MAX = 5
export const IN_LINE_OF_ONE_MAX = 2
/** Bags kept at one time, all their bytes, and for how long. */
export const BAGS_KEPT_MAX = 10
export const BAGS_BYTES_MAX = 4 * 2 ** 30
export const BAG_MILLISECONDS = 86_400_000
/** What has failed takes no room on the disk, but some in memory. */
const FAILED_KEPT_MAX = 20
const RETRY_AFTER_SECONDS = 10
const LOOK_MILLISECONDS = 5_000

export interface ExportsOptions {
  readonly people: Pick<People, 'account' | 'stillMay'>
  readonly maker: BagMaker
  readonly random: (size: number) => Uint8Array
  /** Wall clock, and monotonic, milliseconds. */
  readonly wall: () => number
  readonly now: () => number
  /** Does something again and again until it is told to stop. */
  readonly every: (milliseconds: number, work: () => void) => () => void
  /** The relay could not do it, and whoever asked is told no more than that. */
  readonly onError: (error: unknown) => void
}

interface Export {
  readonly id: string
  readonly caller: Caller
  readonly filter: ExportFilterView
  readonly reason: string
  readonly asked: string
  stage: 'waiting' | 'checking' | 'making'
  progress: { readonly done: number; readonly of: number } | undefined
  made: (MadeBag & { readonly at: number; readonly until: string }) | undefined
  failed: { readonly error: ExportFailed; readonly at: number } | undefined
  readonly reports: Map<ReportForm, Promise<number>>
  reportBytes: number
}

/** Roles that may have what others have exported: they see to what leaves. */
const seeingAll: readonly Role[] = ['qa', 'auditor']

/**
 * Sealed exports that people ask for. Who asked is known from their session and stands in the seal; one is made after the
 * other, and what was made is given to whoever may have it as long as it is kept. Nothing of it outlives the relay.
 */
export class Exports {
  readonly #options: ExportsOptions
  readonly #all = new Map<string, Export>()
  readonly #turns = new OneAtATime()
  readonly #downloads: Downloads
  readonly #stopLooking: () => void
  /** Who waits for something, or has it made. */
  readonly #inLine: string[] = []
  #closed = false

  constructor(options: ExportsOptions) {
    this.#options = options
    const stillMay = (caller: Caller) => options.people.stillMay(caller, 'trail.export')
    this.#downloads = new Downloads(stillMay)
    this.#stopLooking = options.every(LOOK_MILLISECONDS, () => {
      this.#downloads.look()
      this.#removeOld()
    })
  }

  /** Has one made, after those before it. Throws `Problem`: `reason-missing`, `bad-request`, `held`, `busy`. */
  start(caller: Caller, given: { readonly filter: ExportFilterView; readonly reason: string }): ExportView {
    const { maker, random, wall } = this.#options
    const reason = reasonOf(given.reason)
    const filter = maker.checked(given.filter)
    if (maker.isHeld()) throw new Problem('held')
    const id = Buffer.from(random(16)).toString('hex')
    const one: Export = {
      id,
      caller,
      filter,
      reason,
      asked: new Date(wall()).toISOString(),
      stage: 'waiting',
      progress: undefined,
      made: undefined,
      failed: undefined,
      reports: new Map(),
      reportBytes: 0,
    }
    const made = this.#inTurn(caller, () => this.#make(one))
    this.#all.set(id, one)
    made.catch(() => {})
    return viewOf(one)
  }

  /** The newest first. */
  list(caller: Caller): readonly ExportView[] {
    this.#removeOld()
    return [...this.#all.values()]
      .filter((one) => sees(caller, one))
      .reverse()
      .map(viewOf)
  }

  /** Throws `Problem` `export-unknown`, also for what somebody else asked for. */
  read(caller: Caller, id: string): ExportView {
    return viewOf(this.#found(caller, id))
  }

  /** Throws `Problem`: `export-unknown`, `export-unmade`. The stream ends with the session. */
  bag(caller: Caller, id: string): GivenExport {
    const { made } = this.#made(caller, id)
    return this.#given(caller, id, 'bag', made.sizeBytes)
  }

  /** As `bag`: a copy to read, printed when it is first asked for. Throws `Problem` `busy` and `report-failed`, too. */
  async report(caller: Caller, id: string, form: ReportForm): Promise<GivenExport> {
    const { one } = this.#made(caller, id)
    const known = one.reports.get(form)
    const printing = known ?? this.#inTurn(caller, () => this.#print(one, form))
    if (known === undefined) one.reports.set(form, printing)
    let sizeBytes: number
    try {
      sizeBytes = await printing
    } catch (error) {
      one.reports.delete(form)
      if (error instanceof Problem) throw error
      if (!(error instanceof ExportFailed) || error.code === 'internal') this.#options.onError(error)
      throw new Problem('report-failed')
    }
    // Printing takes its time: whoever asked may be signed out by now, and the bag gone.
    if (!this.#options.people.stillMay(caller, 'trail.export')) throw new Problem('unauthenticated')
    this.#made(caller, id)
    return this.#given(caller, id, form, sizeBytes)
  }

  /** The relay stops: what is being made is given up, and nothing is kept. */
  close(): void {
    this.#closed = true
    this.#stopLooking()
    this.#options.maker.close()
    for (const { id } of this.#all.values()) this.#options.maker.remove(id)
    this.#all.clear()
  }

  /** Throws `Problem` `busy` where too much waits. */
  #inTurn<Result>({ account }: Caller, work: () => Promise<Result>): Promise<Result> {
    const own = this.#inLine.filter((id) => id === account.id).length
    if (this.#inLine.length >= IN_LINE_MAX || own >= IN_LINE_OF_ONE_MAX)
      throw new Problem('busy', { retryAfterSeconds: RETRY_AFTER_SECONDS })
    this.#inLine.push(account.id)
    return this.#turns.do(work).finally(() => this.#inLine.splice(this.#inLine.indexOf(account.id), 1))
  }

  async #make(one: Export): Promise<void> {
    const { maker, wall, now, onError } = this.#options
    const { id, filter, reason } = one
    try {
      this.#sealedFor(one)
      const made = await maker.make({
        id,
        filter,
        reason,
        sealedFor: () => this.#sealedFor(one),
        onProgress: (stage, done, of) => {
          one.stage = stage
          one.progress = { done, of }
        },
      })
      one.made = { ...made, at: now(), until: new Date(wall() + BAG_MILLISECONDS).toISOString() }
      this.#removeOld()
      this.#removeLeft(one)
    } catch (error) {
      const failed = error instanceof ExportFailed ? error : new ExportFailed('internal')
      if (failed.code === 'internal' && !this.#closed) onError(error)
      one.failed = { error: failed, at: now() }
      this.#removeOld()
    }
  }

  /** Who asked, as they are now. What a session began goes on without it; what an account may, it may only while it may. */
  #sealedFor({ caller: { account: asked, session } }: Export): SealedFor {
    const account = this.#options.people.account(asked.id)
    if (this.#closed || account === undefined || !isUsable(account) || !mayDo(account.roles, 'trail.export'))
      throw new ExportFailed('not-allowed')
    return { actor: actorOf(account, 'session'), evidence: { session: session.id } }
  }

  async #print(one: Export, form: ReportForm): Promise<number> {
    const sizeBytes = await this.#options.maker.print(one.id, form)
    one.reportBytes += sizeBytes
    this.#removeOld(one)
    this.#removeLeft(one)
    return sizeBytes
  }

  /** What was finished after its export was removed, nobody can ask for. */
  #removeLeft({ id }: Export): void {
    if (!this.#all.has(id)) this.#options.maker.remove(id)
  }

  #found(caller: Caller, id: string): Export {
    this.#removeOld()
    const one = this.#all.get(id)
    if (one === undefined || !sees(caller, one)) throw new Problem('export-unknown')
    return one
  }

  #made(caller: Caller, id: string): { readonly one: Export; readonly made: MadeBag } {
    const one = this.#found(caller, id)
    if (one.made === undefined) throw new Problem('export-unmade')
    return { one, made: one.made }
  }

  #given(caller: Caller, id: string, file: ExportFile, sizeBytes: number): GivenExport {
    const day = this.#all.get(id)?.asked.slice(0, 10)
    const name = `export-${day}-${id.slice(0, 8)}.${file === 'bag' ? 'zip' : file}`
    const stream = this.#downloads.begin(caller, () => this.#options.maker.open(id, file))
    return { name, sizeBytes, stream }
  }

  /** What is older than a day, and the oldest of what is more than there is room for; `but` not: it was just asked for. */
  #removeOld(but?: Export): void {
    const old = this.#options.now() - BAG_MILLISECONDS
    const ended = [...this.#all.values()].reverse()
    let [bags, bytes, failures] = [0, 0, 0]
    for (const one of ended) {
      if (one.made !== undefined) {
        bags++
        bytes += one.made.sizeBytes + one.reportBytes
        const isTooMuch = bags > BAGS_KEPT_MAX || bytes > BAGS_BYTES_MAX
        if (one !== but && (one.made.at <= old || isTooMuch)) this.#remove(one)
      } else if (one.failed !== undefined) {
        failures++
        if (one.failed.at <= old || failures > FAILED_KEPT_MAX) this.#remove(one)
      }
    }
  }

  #remove({ id }: Export): void {
    this.#all.delete(id)
    this.#options.maker.remove(id)
  }
}

/** A file to be given, from its beginning. */
export interface GivenExport {
  readonly name: string
  readonly sizeBytes: number
  readonly stream: () => ReadableStream<Uint8Array>
}

function sees({ account }: Caller, one: Export): boolean {
  return account.id === one.caller.account.id || account.roles.some((role) => seeingAll.includes(role))
}

function viewOf({ id, caller, filter, reason, asked, stage, progress, made, failed }: Export): ExportView {
  const isOver = made !== undefined || failed !== undefined
  return {
    id,
    state: made !== undefined ? 'made' : failed !== undefined ? 'failed' : stage,
    progress: isOver ? null : (progress ?? null),
    by: { id: caller.account.id, name: caller.account.name },
    asked,
    reason,
    filter,
    made: made === undefined ? null : madeView(made),
    failed:
      failed === undefined
        ? null
        : {
            code: failed.error.code,
            says: failureSentence(failed.error.code),
            unmatched: failed.error.unmatched ?? null,
          },
  }
}

function madeView({
  sha256,
  manifest,
  sizeBytes,
  records,
  withheld,
  leftOut,
  unasked,
  timeStamp,
  until,
}: NonNullable<Export['made']>): NonNullable<ExportView['made']> {
  return {
    sha256,
    manifest,
    sizeBytes,
    records,
    withheld,
    leftOut: [...leftOut],
    unasked: [...unasked],
    timeStamp,
    until,
  }
}
