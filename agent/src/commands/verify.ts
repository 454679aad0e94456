import { verifyCommand, verifyHelp } from '../verify-command.ts'
import { type Command, type Output, parseOptions, parseWords, required } from './options.ts'
import { verifyData } from './verify-data.ts'

export const verify: Command = { help: verifyHelp, run }

/** A trail in a file, or a whole data folder. */
async function run(args: readonly string[], out: Output): Promise<number> {
  if (args.some((arg) => arg === '--data' || arg.startsWith('--data='))) {
    const { values } = parseOptions(args, {
      data: { type: 'string' },
      files: { type: 'boolean', default: false },
      'tsa-cert': { type: 'string' },
      json: { type: 'boolean', default: false },
    })
    const tsaCert = values['tsa-cert']
    return verifyData(required(values.data, 'data'), { ...values, tsaCert }, out)
  }
  const { values, positionals } = parseWords(args, {
    key: { type: 'string', multiple: true, default: [] },
    'key-file': { type: 'string', multiple: true, default: [] },
    checkpoint: { type: 'string', multiple: true, default: [] },
    policy: { type: 'string' },
    'trail-key': { type: 'string' },
    fingerprint: { type: 'string', multiple: true, default: [] },
    'tsa-cert': { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  return verifyCommand({ ...values, files: positionals }, out)
}
