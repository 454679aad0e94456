import { dataFolder } from '../data-folder.ts'
import { loadAllProfiles } from '../instruments/load-profiles.ts'
import { type Command, jsonText, parseOptions } from './options.ts'

/** `relay profiles`: those that come with the relay, and with --data the site's own. Returns 0. */
export const profilesCommand: Command = {
  help: `relay profiles [--data DIR] [--json]
      The instruments whose data sets are known, with the IDs that --profile takes. With --data also
      those that the site has described itself, in DIR/profiles.
      Example: relay profiles`,
  async run(args, out) {
    const { values } = parseOptions(args, {
      data: { type: 'string' },
      json: { type: 'boolean', default: false },
    })
    // Without a data folder there is no folder of the site's own, and none is looked for.
    const profiles = loadAllProfiles(values.data === undefined ? '' : dataFolder(values.data).profiles).map(
      ({ id, title, unit }) => ({ id, title, unit }),
    )
    const width = Math.max(...profiles.map(({ id }) => id.length))
    out.write(
      values.json
        ? jsonText({ profiles })
        : profiles.map(({ id, title, unit }) => `${id.padEnd(width)}  ${title} (a ${unit})\n`).join(''),
    )
    return 0
  },
}
