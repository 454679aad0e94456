import manifest from '../package.json' with { type: 'json' }

export const version: string = manifest.version

/** What made a bag, as it stands in it. */
export const softwareName = `Compliance Relay ${version}`
