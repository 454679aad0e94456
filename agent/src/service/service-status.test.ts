import { expect, test } from 'vitest'
import { parseLaunchctlPrint, parseSystemctlShow, parseTaskState } from './service-status.ts'

/* Recorded answers. Of systemd 252; launchctl's after its manual, for no Mac was there. */

test('a running service of systemd', () => {
  expect(
    parseSystemctlShow(`Result=success
NRestarts=5
MainPID=489
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
ActiveEnterTimestamp=Tue 2026-11-24 10:01:58 UTC
`),
  ).toEqual({
    installed: true,
    running: true,
    atStart: true,
    pid: 489,
    restarts: 5,
    says: 'active (running) since Tue 2026-11-24 10:01:58 UTC',
  })
})

test('a service of systemd that fails again and again does not run', () => {
  expect(
    parseSystemctlShow(`Result=exit-code
NRestarts=12
MainPID=0
LoadState=loaded
ActiveState=activating
SubState=auto-restart
UnitFileState=enabled
ActiveEnterTimestamp=
`),
  ).toEqual({
    installed: true,
    running: false,
    atStart: true,
    pid: undefined,
    restarts: 12,
    says: 'activating (auto-restart), last ended with exit-code',
  })
})

test('a service that systemd does not know', () => {
  const status = parseSystemctlShow(
    'Result=success\nNRestarts=0\nMainPID=0\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n',
  )
  expect(status).toMatchObject({ installed: false, running: false, atStart: false, pid: undefined })
})

test.each(['', '\n', '=', 'x', 'MainPID=-1\n', 'MainPID=9999999999999999999\nNRestarts=one\n'])(
  'an answer that is none is no service: %j',
  (text) => {
    expect(parseSystemctlShow(text)).toMatchObject({ installed: false, running: false, pid: undefined })
  },
)

test('a job of launchd', () => {
  const text = `system/org.compliance-relay.relay = {
\tactive count = 1
\tpath = /Library/LaunchDaemons/org.compliance-relay.relay.plist
\tstate = running

\tprogram = /opt/relay/node
\t\tstate = active
\truns = 3
\tpid = 512
}
`
  expect(parseLaunchctlPrint(0, text)).toEqual({
    installed: true,
    running: true,
    atStart: true,
    pid: 512,
    restarts: 2,
    says: 'running',
  })
  expect(
    parseLaunchctlPrint(113, 'Could not find service "org.compliance-relay.relay" in domain for system'),
  ).toMatchObject({
    installed: false,
    running: false,
  })
})

test('a task of Windows', () => {
  expect(parseTaskState(0, 'Running\r\n')).toMatchObject({ installed: true, running: true, atStart: true })
  expect(parseTaskState(0, 'Ready\r\n')).toMatchObject({ installed: true, running: false, atStart: true })
  expect(parseTaskState(0, 'Disabled\r\n')).toMatchObject({ installed: true, running: false, atStart: false })
  expect(parseTaskState(1, 'Get-ScheduledTask : No MSFT_ScheduledTask objects found')).toMatchObject({
    installed: false,
    running: false,
  })
})
