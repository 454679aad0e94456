import { reading } from '../commands/reading.ts'
import { activeWatches, parseSettings } from '../settings.ts'
import type { ServiceSettings } from './service-command.ts'

/** What a service has to know of a relay: the folders it needs. */
export async function readServiceSettings(data: string): Promise<ServiceSettings> {
  return reading(data, ({ host }) => {
    const settings = parseSettings(host.settings())
    return { watches: activeWatches(settings).map(({ path }) => path), notary: settings.notary.folder }
  })
}
