import { chownSync, lstatSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type LinuxOptions, linuxAccounts } from './linux-accounts.ts'
import { resolveActor } from './resolve-actor.ts'
import type { Accounts, Resolution } from './types.ts'

/* Real files of this machine, and a real `getent`. Only root can give a file to somebody else. */

const folder = mkdtempSync(join(tmpdir(), 'relay-owner-'))
afterAll(() => rmSync(folder, { recursive: true }))
const isLinux = process.platform === 'linux'
const isRoot = isLinux && process.getuid?.() === 0
const asRoot = isRoot ? '' : 'not executed without root on Linux: '
const onLinux = isLinux ? '' : 'not executed on this platform: '
const tags = ['req/P11-10e-7']

const passwd = join(folder, 'passwd')
writeFileSync(
  passwd,
  `${[
    'root:x:0:0:root:/root:/bin/bash',
    'jdoe:x:50001:50001:Jane Doe,Lab 2.14:/home/jdoe:/bin/bash',
    'tbrown:x:50002:50002:Tom Brown:/home/tbrown:/bin/bash',
    'nmr:x:50003:50003:NMR spectrometer:/home/nmr:/bin/bash',
    'svcinst:x:50004:50004:Instrument service:/srv:/usr/sbin/nologin',
  ].join('\n')}\n`,
)
/** This machine's own getent, with another passwd. */
const options: LinuxOptions = {
  places: { passwd, sessions: join(folder, 'none'), loginUid: join(folder, 'none') },
}

/** Writes a file, gives it to a uid, and asks who answers for it. */
function written(name: string, uids: readonly number[], accounts: Accounts): Resolution {
  const owners = uids.map((uid, i) => {
    const path = join(folder, `${name}-${i}`)
    writeFileSync(path, 'fid')
    chownSync(path, uid, uid)
    return accounts.ownerOf(path, lstatSync(path, { bigint: true }))
  })
  return resolveActor(
    { owners, from: 1_000, to: 2_000 },
    {
      rules: {
        persons: [
          { id: 'jdoe', name: 'Jane Doe' },
          { id: 'tbrown', name: 'Tom Brown' },
          { id: 'svcinst', name: 'Sven C. Inst' },
        ],
        shared: ['nmr'],
        order: ['file-owner', 'badge'],
      },
      sessions: [],
      badges: [],
      accountOf: (owner) => accounts.accountOf(owner),
    },
  )
}

describe('files given to somebody', () => {
  test(`${asRoot}a file that belongs to an enrolled account has that person as its actor`, { tags }, () => {
    if (!isRoot) return
    const actor = { id: 'jdoe', name: 'Jane Doe', via: 'file-owner' }
    expect(written('jane', [50_001], linuxAccounts(options))).toMatchObject({ actor })
    expect(written('with-root', [50_001, 0], linuxAccounts(options))).toMatchObject({
      actor,
      evidence: { grade: 'B' },
    })
  })

  test.each([
    ['two persons', [50_001, 50_002], 'several-persons'],
    ['the shared login', [50_003], 'shared-account'],
    ['an enrolled account nobody can log in to', [50_004], 'service-account'],
    ['root', [0], 'service-account'],
    ['a uid this machine does not know', [4_000_000_001], 'unknown-owner'],
    ['one person and a uid this machine does not know', [50_001, 4_000_000_001], 'unknown-owner'],
  ])(`${asRoot}files of %s have none`, { tags: [...tags, 'challenge'] }, (name, uids, refused) => {
    if (!isRoot) return
    expect(written(name.replaceAll(' ', '-'), uids, linuxAccounts(options))).toMatchObject({ refused })
  })

  test(`${asRoot}a link belongs to whoever made it, not to the owner of what it shows`, { tags }, () => {
    if (!isRoot) return
    const target = join(folder, 'target')
    const link = join(folder, 'link')
    writeFileSync(target, 'x')
    chownSync(target, 50_001, 50_001)
    symlinkSync(target, link)
    expect(linuxAccounts(options).ownerOf(link, lstatSync(link))).toEqual({ id: 'uid:0' })
  })

  test(`${onLinux}an account that is added is known within 50 ms`, { tags }, () => {
    if (!isLinux) return
    let now = 0
    const accounts = linuxAccounts({ ...options, now: () => now })
    const owner = { id: 'uid:50009' }
    expect(accounts.accountOf(owner)).toBe(undefined)
    now = 50
    const text = 'late:x:50009:50009:Laura Ate:/home/late:/bin/bash\n'
    writeFileSync(passwd, text, { flag: 'a' })
    expect(accounts.accountOf(owner)).toEqual({
      uid: 50_009,
      id: 'uid:50009',
      name: 'late',
      fullName: 'Laura Ate',
    })
  })
})
