import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { AppRelay, signInto } from '../browser/app.ts'
import { brukerRun, writeRun } from '../support/instrument.ts'
import { account, personName } from '../support/workstation.ts'

const instrumentData = join(import.meta.dirname, '../../../shared/instrument-data')

/** Real data sets of some sorts, where they are there; each is shown under its folder's name. */
const realSets = [
  'nmr/bruker-1d',
  'gc/agilent-chemstation',
  'csv/genesys',
  'csv/novabio',
  'hplc/shimadzu',
  'asm',
]

/** A laboratory to be looked at: people of each role, records of each sort, and whatever asks for somebody's eye. */
export class ShownSite {
  readonly relay: AppRelay

  private constructor(relay: AppRelay) {
    this.relay = relay
  }

  static async open(): Promise<ShownSite> {
    const relay = await AppRelay.start({ person: false })
    try {
      const site = new ShownSite(relay)
      await site.#hire()
      await site.#measure()
      return site
    } catch (error) {
      await relay.station.remove()
      throw error
    }
  }

  get url(): string {
    return this.relay.url
  }

  close(): Promise<void> {
    return this.relay.station.remove()
  }

  async #hire(): Promise<void> {
    await this.relay.people(
      ['bking', 'Bill King', 'administrator'],
      ['jdoe', 'Jane Doe', 'reviewer'],
      ['qlee', 'Quinn Lee', 'qa'],
      ['audrey', 'Audrey Moss', 'auditor'],
      ['opitt', 'Olive Pitt', 'operator'],
    )
    await this.relay.allow('jdoe')
  }

  async #measure(): Promise<void> {
    const { station } = this.relay
    // Before anybody is enrolled on this machine: nobody answers for these two.
    station.write('handover/balance.csv', 'sample,mass\nA-17,20.4\n')
    station.write(
      'handover/a folder with a long name, as people make them/Sequence 2026-03-02 09-30-12 repeated.csv',
      'x\n',
    )
    await station.settled()
    station.relay(
      'person',
      'add',
      `${account}=${personName}`,
      '--data',
      station.data,
      '--reason',
      'measures here',
    )
    station.write('batch-41/report.csv', 'sample,area\n1,204\n')
    station.write('batch-41/notes.txt', 'column 7')
    writeRun(join(station.folder, 'batch-41/menthol'), brukerRun())
    for (const name of realSets)
      if (existsSync(join(instrumentData, name)))
        cpSync(join(instrumentData, name), join(station.folder, name), { recursive: true })
    await station.settled()
    station.write('batch-41/report.csv', 'sample,area\n1,207\n2,311\n')
    rmSync(join(station.folder, 'batch-41/notes.txt'))
    await station.settled()
    await station.stop()
    station.write('batch-42/report.csv', 'sample,area\n1,99\n')
    await this.relay.again()
    await station.settled()
  }

  async signIn(page: Page, user: string): Promise<void> {
    await signInto(page, this.relay, user)
  }
}
