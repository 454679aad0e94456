import { relayCommand, requireServiceable, type ServiceOptions } from './service-options.ts'
import { escapeXml } from './xml.ts'

export const LAUNCHD_LABEL = 'org.compliance-relay.relay'

/** The property list of a relay for launchd (launchd.plist(5)). Throws `UnusableInput`. */
export function launchdPlist(options: ServiceOptions): string {
  requireServiceable(options, 'darwin')
  const account =
    options.user === undefined || options.scope === 'user' ? [] : [...key('UserName', text(options.user))]
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    ...key('Label', text(LAUNCHD_LABEL)),
    ...key('ProgramArguments', [
      '<array>',
      ...relayCommand(options).map((word) => `  ${text(word)}`),
      '</array>',
    ]),
    ...account,
    // From start-up on, and again whenever it ends, at most every ten seconds.
    ...key('RunAtLoad', '<true/>'),
    ...key('KeepAlive', '<true/>'),
    ...key('ThrottleInterval', '<integer>10</integer>'),
    ...key('ExitTimeOut', '<integer>60</integer>'),
    ...key('ProcessType', text('Background')),
    // 077 in decimal: launchd reads no other.
    ...key('Umask', '<integer>63</integer>'),
    ...key('SoftResourceLimits', [
      '<dict>',
      '  <key>NumberOfFiles</key>',
      '  <integer>65536</integer>',
      '</dict>',
    ]),
    ...key('StandardErrorPath', text(`${options.data}/relay.log`)),
    '</dict>',
    '</plist>',
    '',
  ].join('\n')
}

function key(name: string, value: string | readonly string[]): string[] {
  return [`  <key>${name}</key>`, ...[value].flat().map((line) => `  ${line}`)]
}

function text(value: string): string {
  return `<string>${escapeXml(value)}</string>`
}
