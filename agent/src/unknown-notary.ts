import { type Notary, NotaryUnreachable, type PutAnswer } from '@compliance-relay/shared/keeping'

/** In place of a notary where it is not known which is the relay's: it holds nothing, is given nothing, and says why. */
export class UnknownNotary implements Notary {
  readonly place: string

  /** `named`: the folder that a copy of the settings had, which anybody can have written. */
  constructor(named: string) {
    this.place = `${named}, which is not asked`
  }

  async identity(): Promise<string> {
    return unknown()
  }

  async put(): Promise<PutAnswer> {
    return unknown()
  }

  async get(): Promise<Uint8Array | undefined> {
    return unknown()
  }

  async putTimeStamp(): Promise<PutAnswer> {
    return unknown()
  }

  async getTimeStamp(): Promise<Uint8Array | undefined> {
    return unknown()
  }

  list(): AsyncIterable<number> {
    return { [Symbol.asyncIterator]: () => ({ next: async () => unknown() }) }
  }

  listTimeStamps(): AsyncIterable<number> {
    return this.list()
  }

  async originHashes(): Promise<readonly string[]> {
    return unknown()
  }

  async origins(): Promise<readonly string[]> {
    return unknown()
  }

  async keepConflict(): Promise<void> {
    return unknown()
  }
}

function unknown(): never {
  throw new NotaryUnreachable(
    'which notary is the one of this relay is not known, for the records that said so are lost: relay notary set FOLDER',
  )
}
