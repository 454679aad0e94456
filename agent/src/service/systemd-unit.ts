import { UnusableInput } from '../unusable-input.ts'
import { isWithin, relayCommand, requireServiceable, type ServiceOptions } from './service-options.ts'
import { quoteArgument, quotePath, quoteProgram } from './systemd-quote.ts'

export const SYSTEMD_UNIT = 'compliance-relay.service'

/** The unit of a relay. Every line that takes something away says what it leaves. Throws `UnusableInput`. */
export function systemdUnit(options: ServiceOptions): string {
  requireServiceable(options, 'linux')
  if (/["'\\]/.test(options.node))
    throw new UnusableInput(
      `systemd runs no program with a quote or backslash in its path, as ${options.node} has`,
    )
  return options.scope === 'user' ? userUnit(options) : systemUnit(options)
}

function systemUnit(options: ServiceOptions): string {
  const { data, notary, user, watches } = options
  const hidesTemporary = !watches.some((path) =>
    ['/tmp', '/var/tmp'].some((folder) => isWithin(path, folder)),
  )
  return `${head}
[Unit]
Description=Compliance Relay: records the files that an instrument writes
After=local-fs.target remote-fs.target time-sync.target
# The data folder may be on a disk of its own. A watched folder may not be there: that is recorded, not waited for.
RequiresMountsFor=${quotePath(data)}
# A relay never stays down: however often it failed, it is started again.
StartLimitIntervalSec=0

[Service]
${running(options)}
${user === undefined ? '' : `User=${user}\n`}
# Temporary files on a disk: the check of a long trail takes 32 bytes a record, which memory is too dear for.
CacheDirectory=compliance-relay
CacheDirectoryMode=0700
Environment=TMPDIR=%C/compliance-relay

# It reads everywhere and writes its own folders alone. Watched folders are not named: they are readable as all
# else is, also those watched from tomorrow on, and no share that hangs keeps the relay from starting. Under a
# path that is missing at start, which the notary's may be, nothing can be written until the next start, unless a
# disk is mounted there.
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=${quotePath(data)} ${quotePath(notary, '-')}
PrivateTmp=${hidesTemporary ? 'yes' : 'no'}
PrivateDevices=yes

# Files of all accounts must be read, and other accounts' open files be seen in /proc: without that a data set
# would be taken while it is still being written. These two suffice; with the second a relay that was taken over
# could look into other processes, which the calls that do so (@debug) are kept from it for.
CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE
AmbientCapabilities=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE
ProtectProc=default
PrivateUsers=no

ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
KeyringMode=private
${sandbox}

[Install]
WantedBy=multi-user.target
`
}

/** What a person may set up has no mount of its own and no capability: the person's own rights are what it has. */
function userUnit(options: ServiceOptions): string {
  return `${head}
[Unit]
Description=Compliance Relay: records the files that an instrument writes
# A relay never stays down: however often it failed, it is started again.
StartLimitIntervalSec=0

[Service]
${running(options)}

# Temporary files on a disk: the check of a long trail takes 32 bytes a record, which memory is too dear for.
CacheDirectory=compliance-relay
CacheDirectoryMode=0700
Environment=TMPDIR=%C/compliance-relay

${sandbox}

[Install]
WantedBy=default.target
`
}

const head =
  '# Written by "relay service install"; the next one writes it anew. Changes belong into a drop-in.'

function running(options: ServiceOptions): string {
  const [node, ...args] = relayCommand(options)
  return `Type=exec
ExecStart=${[quoteProgram(node), ...args.map(quoteArgument)].join(' ')}
Restart=always
RestartSec=5
# It ends the trail in order, and is then in no hurry: what is being read is read to its end.
KillSignal=SIGTERM
TimeoutStopSec=60
UMask=0077
LimitNOFILE=65536`
}

/** What needs no rights to be given up. */
const sandbox = `NoNewPrivileges=yes
# Loopback and the server; the notary's share is the system's affair. Netlink tells the addresses there are.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
# V8 compiles as it runs: it writes code to memory and then runs it. With "yes" Node does not start.
MemoryDenyWriteExecute=no`
