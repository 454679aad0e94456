import { UnusableInput } from '../unusable-input.ts'
import { relayCommand, requireServiceable, type ServiceOptions } from './service-options.ts'
import { escapeXml } from './xml.ts'

/*
 * Windows has services, and Node cannot be one: a service must answer the Service Control Manager within 30
 * seconds, or it is ended. Without somebody else's wrapper that leaves the Task Scheduler, which is part of every
 * Windows. What its task does:
 *
 * - begins at start-up as SYSTEM, whoever is logged in or not, and has no time limit (the default is three days);
 * - is looked after each minute: a second trigger tries to begin it, and while it runs that is ignored. The setting
 *   "restart on failure" is no help, for it is about actions that could not be started ([MS-TSCH] 2.5.4.2), not
 *   about a program that ended;
 * - is ended at once when it is stopped, as by a power cut: every record is durable before the next is begun;
 * - has nobody who reads what it writes to standard error: what there is to know is in the trail and `relay status`.
 *
 * Written after the documented schema ([MS-TSCH] 2.5). Not executed in our tests: there is no Windows there.
 */

export const WINDOWS_TASK = 'Compliance Relay'

/** The account SYSTEM, by the name that is the same in every language of Windows. */
const SYSTEM = 'S-1-5-18'

/** The task of a relay, as text to be stored in UTF-16. Throws `UnusableInput`. */
export function windowsTask(options: ServiceOptions): string {
  requireServiceable(options, 'win32')
  if (options.scope === 'user')
    throw new UnusableInput('a service of a person (--user) is for Linux and macOS')
  if (options.user !== undefined)
    throw new UnusableInput('on Windows the relay runs as SYSTEM, another account cannot be given')
  const [node, ...args] = relayCommand(options)
  for (const word of [node, ...args]) {
    // The Task Scheduler fills these in itself, and there is no way to write them otherwise.
    if (/%[^%]*%|\$\(/.test(word))
      throw new UnusableInput(
        `the path ${word} has a part that Windows would replace (%…% or $(…)): choose another`,
      )
  }
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Records the files that an instrument writes.</Description>
    <URI>\\${WINDOWS_TASK}</URI>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
    <TimeTrigger>
      <Repetition>
        <Interval>PT1M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Enabled>true</Enabled>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Relay">
      <UserId>${SYSTEM}</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>5</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Relay">
    <Exec>
      <Command>${escapeXml(node)}</Command>
      <Arguments>${escapeXml(args.map(quoteWindowsArgument).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`
}

/**
 * A word of a command line as a C program on Windows takes it apart: quotes around it, a quote with a backslash
 * before it, and backslashes doubled where a quote follows ("Parsing C++ command-line arguments").
 */
export function quoteWindowsArgument(word: string): string {
  if (/^[A-Za-z0-9:\\/._-]+$/.test(word)) return word
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`
}
