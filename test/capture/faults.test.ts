import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { Random } from '../support/random.ts'
import { times } from '../support/repetitions.ts'
import { type RelayStatus, recordedFiles, truthOf, Workstation } from '../support/workstation.ts'

/* The machine breaks below the relay. Nothing it has acknowledged is lost, what is wrong can be seen, and it goes on by itself. */

const isRoot = process.getuid?.() === 0
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000)

let station: Workstation
const undo: (() => void)[] = []
afterEach(async () => {
  await station.stop('SIGKILL')
  for (const step of undo.splice(0).reverse()) step()
  await station.remove()
})

function write(name: string, content = `content of ${name}`): void {
  station.write(name, content)
}

/** Every file of the folder is in the trail, each once, and the trail holds. */
function expectComplete(): void {
  const records = station.records()
  expect([...recordedFiles(station, records)].sort()).toEqual([...truthOf(station.folder)].sort())
  const created = records.filter(({ kind }) => kind === 'file.created').map(({ body }) => body['path'])
  expect(created.length).toBe(new Set(created).size)
  const verdict = station.verify()
  expect(verdict.out).toContain('No findings')
  expect(verdict.code).toBe(0)
}

describe('a relay that is killed', () => {
  // As many more are in the bursts: `bursts.test.ts`.
  const KILLS = Number(process.env['KILLS'] ?? times(20, 60))

  test(`at ${KILLS} random moments records every file exactly once (SEED=${SEED})`, {
    tags: ['req/DI-2', 'req/P11-10e-6', 'req/P11-10e-8', 'challenge', 'fault'],
  }, async () => {
    const random = new Random(SEED)
    station = new Workstation({ init: ['--quiet', '1'], waitReady: false })
    station.init()
    let files = 0
    const acknowledged = new Set<string>()
    for (let kill = 0; kill < KILLS; kill++) {
      for (let i = 0; i < random.next() * 20; i++) write(`d${files % 7}/f${files++}.dat`)
      await station.start()
      for (const until = Date.now() + random.next() * 1_800; Date.now() < until; await wait(60))
        write(`d${files % 7}/f${files++}.dat`)
      // Something in the last tenth of all cycles is acknowledged before the kill: it must be there for ever after.
      if (kill % 10 === 9)
        for (const { body, kind } of station.records())
          if (kind === 'file.created') acknowledged.add(String(body['path']))
      await station.stop('SIGKILL')
    }
    await station.start()
    await station.settled(300)
    expectComplete()
    const records = station.records()
    const created = new Map(
      records.filter(({ kind }) => kind === 'file.created').map((record) => [record.body['path'], record]),
    )
    expect([...acknowledged].filter((path) => !created.has(path))).toEqual([])
    expect(acknowledged.size).toBeGreaterThan(0)
    expect(records.filter(({ kind }) => /^(?:file|capture)\./.test(kind) && kind !== 'file.created')).toEqual(
      [],
    )
    const starts = records.filter(({ kind }) => kind === 'relay.started')
    // A relay killed before its first record was durable has none; the gap is told by the next one.
    expect(starts.length).toBeGreaterThan(KILLS / 2)
    const gaps = starts.flatMap(({ body }) =>
      body['gap'] === null ? [] : [body['gap'] as { from: string; to: string; stopped: boolean }],
    )
    expect(gaps.every(({ from, to, stopped }) => from <= to && !stopped)).toBe(true)
    expect(
      [...created.values()].some(
        ({ body }) => (body['late'] as { why?: string } | undefined)?.why === 'relay-not-running',
      ),
    ).toBe(true)
  })
})

describe('files made while the relay was stopped', () => {
  test('are recorded late, with since when nobody looked and why', {
    tags: ['req/P11-10e-6', 'req/P11-10e-2', 'req/DI-5'],
  }, async () => {
    station = new Workstation({ init: ['--quiet', '1'] })
    station.init()
    await station.start()
    write('early.dat')
    write('changed.dat')
    write('deleted.dat')
    await station.settled()
    write('unsettled.dat')
    await station.until('it is seen', ({ capture }) => capture.pending === 1)
    await station.stop()
    write('late.dat')
    write('changed.dat', 'otherwise')
    rmSync(join(station.folder, 'deleted.dat'))
    await wait(1_500)
    await station.start()
    await station.settled()
    write('in-time.dat')
    await station.settled()
    const records = station.records()
    const stopped = records.find(({ kind }) => kind === 'relay.stopped')
    const lateOf = (path: string) =>
      records.findLast(({ body }) => body['path'] === path)?.body['late'] as
        | { from: string; to: string; why: string }
        | undefined
    for (const path of ['late.dat', 'changed.dat', 'deleted.dat']) {
      const late = lateOf(path)
      expect(late?.why).toBe('relay-not-running')
      expect(Math.abs(Date.parse(late?.from ?? '') - Date.parse(stopped?.time ?? ''))).toBeLessThan(1_000)
    }
    expect(lateOf('in-time.dat')).toBeUndefined()
    // The relay ran when it was made: that it was not running is not why it is late.
    expect(lateOf('unsettled.dat')?.why).toBe('relay-ended')
    expect(Date.parse(lateOf('unsettled.dat')?.from ?? '')).toBeLessThan(Date.parse(stopped?.time ?? ''))
    const [, second] = records.filter(({ kind }) => kind === 'relay.started')
    expect(second?.body['gap']).toMatchObject({ stopped: true })
  })

  test('are late by the whole time, also if the next relay is killed before it has looked', {
    tags: ['req/P11-10e-6', 'challenge', 'fault'],
  }, async () => {
    station = new Workstation({ init: ['--quiet', '1'], waitReady: false })
    station.init()
    write('before.dat')
    await station.start()
    await station.stop('SIGKILL')
    await station.start()
    await station.until('it has looked', ({ state, settled }) => state === 'running' && settled)
    await station.stop()
    const stopped = station.records().findLast(({ kind }) => kind === 'relay.stopped')
    write('late.dat')
    await wait(1_500)
    await station.start()
    await station.stop('SIGKILL')
    await station.start()
    await station.until('it has looked', ({ state, settled }) => state === 'running' && settled)
    const lateOf = (path: string) => station.records().find(({ body }) => body['path'] === path)?.body['late']
    expect(lateOf('before.dat')).toMatchObject({ from: null, why: 'before-watch' })
    const late = lateOf('late.dat') as { from: string; why: string }
    expect(late.why).toBe('relay-not-running')
    expect(Math.abs(Date.parse(late.from) - Date.parse(stopped?.time ?? ''))).toBeLessThan(1_000)
  })

  test('and files from before the folder was watched, are told apart', {
    tags: ['req/P11-10e-6'],
  }, async () => {
    station = new Workstation({ init: ['--quiet', '1'] })
    write('old.dat')
    station.init()
    await station.start()
    await station.settled()
    expect(station.records().find(({ kind }) => kind === 'file.created')?.body['late']).toMatchObject({
      from: null,
      why: 'before-watch',
    })
  })
})

describe('the disk of the data folder', () => {
  test(`full: records wait, that is seen, and when there is room they are made${isRoot ? '' : ' (not executed: needs root for a small disk)'}`, {
    tags: ['req/DI-2', 'fault'],
  }, async () => {
    station = new Workstation({ init: ['--quiet', '1'] })
    if (!isRoot) return
    mount(station.data, 'size=2m')
    station.init()
    await station.start()
    write('first.dat')
    await station.settled()
    const ballast = join(station.data, 'ballast')
    execFileSync('bash', ['-c', 'head -c 10m /dev/zero > "$1" 2>/dev/null || true', '-', ballast])
    for (let i = 0; i < 300; i++) write(`more/f${i}.dat`)
    await until('it says that it cannot record', () => station.log.includes('not-recording'))
    const acknowledged = station.records().filter(({ kind }) => kind === 'file.created').length
    // Who asks is told why there is no answer, and what can be told without one; nothing is left of the question.
    const asked = station.tryRelay('status', '--data', station.data)
    expect(asked).toMatchObject({ code: 3, error: '' })
    expect(asked.out).toContain('the disk of the data folder is full')
    const told = station.tryRelay('scan', '--data', station.data)
    expect(told).toMatchObject({
      code: 2,
      error: expect.stringContaining('the disk of the data folder is full'),
    })
    expect(readdirSync(join(station.data, 'control'))).toEqual([])
    rmSync(ballast)
    const status = await station.until(
      'all is recorded',
      ({ units, held }) => held === null && units.recorded === 301,
    )
    expect(status.state).toBe('running')
    expect(acknowledged).toBeLessThan(301)
    await station.settled()
    expectComplete()
    await station.stop()
    execFileSync('bash', ['-c', 'head -c 10m /dev/zero > "$1" 2>/dev/null || true', '-', ballast])
    for (const asking of ['status', 'verify'])
      expect(station.tryRelay(asking, '--data', station.data)).toMatchObject({
        code: 2,
        error: expect.stringContaining('is full: make room and try again'),
      })
  })

  test.each([
    ['a write fails', 'pwrite64', 'EIO'],
    ['a sync fails', 'fsync,fdatasync', 'EIO'],
    ['a write finds no room', 'pwrite64', 'ENOSPC'],
  ])(
    '%s a few times: nothing acknowledged is lost, and it goes on by itself',
    { tags: ['req/DI-2', 'fault'] },
    async (_, calls, error) => {
      const wal = (): string => join(station.data, 'relay.db-wal')
      station = new Workstation({ init: ['--quiet', '1'] })
      station.init()
      await station.stop()
      const traced = failing([wal(), join(station.data, 'relay.db')], calls, `error=${error}:when=12..20`)
      try {
        await traced.start()
        for (let i = 0; i < 40; i++) {
          write(`f${i}.dat`)
          await wait(100)
        }
        await traced.until(
          'all is recorded',
          ({ units, held }) => held === null && units.recorded === 40,
          240,
        )
        expect(
          execFileSync('grep', ['-c', 'INJECTED', join(station.base, 'trace')], { encoding: 'utf8' }).trim(),
        ).not.toBe('0')
        await traced.settled()
        expectComplete()
      } finally {
        await traced.remove()
      }
    },
  )
})

describe('the clock', () => {
  const faketime = [
    '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
    '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
  ].find((path) => existsSync(path))

  test.each([
    ['back by two hours', '-2h'],
    ['forward by a day', '+1d'],
  ])(
    `set %s is a record, and no time is made up${faketime === undefined ? ' (not executed: libfaketime is not there)' : ''}`,
    { tags: ['req/TIME-1', 'fault'] },
    async (_, offset) => {
      const file = join(process.env['TMPDIR'] ?? '/tmp', `relay-clock-${process.pid}-${offset}`)
      writeFileSync(file, '+0s')
      undo.push(() => rmSync(file, { force: true }))
      station = new Workstation({
        init: ['--quiet', '1'],
        env: {
          LD_PRELOAD: faketime,
          FAKETIME_TIMESTAMP_FILE: file,
          FAKETIME_NO_CACHE: '1',
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
          NO_FAKE_STAT: '1',
        },
      })
      if (faketime === undefined) return
      station.init()
      await station.start()
      write('before.dat')
      await station.settled()
      writeFileSync(file, offset)
      await wait(2_500)
      write('after.dat')
      await station.settled()
      const records = station.records()
      const step = records.find(({ kind }) => kind === 'clock.stepped')
      const milliseconds = offset === '-2h' ? -7_200_000 : 86_400_000
      expect(Math.abs(Number(step?.body['byMilliseconds']) - milliseconds)).toBeLessThan(2_000)
      const seqs = records.map(({ seq }) => seq)
      expect(seqs).toEqual(seqs.map((_one, i) => i))
      const [before, after] = ['before.dat', 'after.dat'].map((path) =>
        Date.parse(records.find(({ body }) => body['path'] === path)?.time ?? ''),
      )
      expect(Math.abs((after ?? 0) - (before ?? 0) - milliseconds)).toBeLessThan(20_000)
      // verify notices times that go back, and calls the trail sound all the same.
      expect(station.verify().code).toBe(0)
    },
  )

  test('standing still with the relay, as under a debugger, is a record', {
    tags: ['req/P11-10e-2', 'fault'],
  }, async () => {
    station = new Workstation({ init: ['--quiet', '1'] })
    station.init()
    await station.start()
    process.kill(station.pid, 'SIGSTOP')
    write('meanwhile.dat')
    await wait(12_000)
    process.kill(station.pid, 'SIGCONT')
    await station.until('the file is recorded', ({ units }) => units.recorded === 1)
    await station.settled()
    const paused = station.records().find(({ kind }) => kind === 'relay.paused')
    expect(Date.parse(String(paused?.body['to'])) - Date.parse(String(paused?.body['from']))).toBeGreaterThan(
      10_000,
    )
    expectComplete()
  })
})

describe('the watched folder', () => {
  test('taken away and brought back: seen, recorded, and nothing in it called deleted', {
    tags: ['req/P11-10e-6', 'req/P11-10h-2', 'fault'],
  }, async () => {
    station = new Workstation({ init: ['--quiet', '1'] })
    station.init()
    await station.start()
    write('a.dat')
    await station.settled()
    const away = join(station.base, 'away')
    renameSync(station.folder, away)
    await station.until('it is missed', ({ capture }) => capture.watches[0]?.state === 'unavailable')
    await wait(1_500)
    expect((await station.status()).settled).toBe(false)
    writeFileSync(join(away, 'b.dat'), 'made meanwhile')
    renameSync(away, station.folder)
    await station.until('b.dat is recorded', ({ units }) => units.recorded === 2)
    await station.settled()
    expectComplete()
    const records = station.records()
    expect(records.map(({ kind }) => kind).filter((kind) => /^(?:watch|file)\./.test(kind))).toEqual([
      'file.created',
      'watch.unavailable',
      'watch.available',
      'file.created',
    ])
    expect(
      records.at(-1)?.body['late'] ?? records.find(({ body }) => body['path'] === 'b.dat')?.body['late'],
    ).toMatchObject({ why: 'folder-unavailable' })
  })

  test('replaced by another folder is named, and the files of the old one are not called deleted', {
    tags: ['req/P11-10h-2', 'challenge', 'fault'],
  }, async () => {
    station = new Workstation({ init: ['--quiet', '1'] })
    station.init()
    await station.start()
    write('a.dat')
    write('b.dat')
    await station.settled()
    renameSync(station.folder, join(station.base, 'away'))
    await station.until('it is missed', ({ capture }) => capture.watches[0]?.state === 'unavailable')
    mkdirSync(station.folder)
    write('c.dat')
    const status = await station.until(
      'c.dat is recorded',
      ({ units }) => units.absent === 2 && units.recorded === 1,
    )
    expect(status.capture.watches[0]?.state).toBe('watching')
    await station.settled()
    const records = station.records()
    expect(records.filter(({ kind }) => kind === 'file.deleted')).toEqual([])
    expect(records.find(({ kind }) => kind === 'watch.available')?.body['replaced']).toBe(true)
    // The old one comes back with one file changed: the other is what it was.
    writeFileSync(join(station.folder, 'a.dat'), 'content of a.dat')
    await station.until('a.dat is known again', ({ units }) => units.absent === 1)
    expect(station.records().filter(({ body }) => body['path'] === 'a.dat')).toHaveLength(1)
  })

  test('that comes back after another stood in its place is what it was, and what goes from it then is called deleted', {
    tags: ['req/P11-10h-2', 'challenge', 'fault'],
  }, async () => {
    station = new Workstation({ init: ['--quiet', '1'] })
    station.init()
    await station.start()
    write('a.dat')
    write('b.dat')
    symlinkSync('a.dat', join(station.folder, 'link'))
    await station.until('all are recorded', ({ units }) => units.recorded === 2 && units.unclaimed === 1)
    await station.settled()
    const away = join(station.base, 'away')
    const isGone = ({ capture }: RelayStatus) => capture.watches[0]?.state === 'unavailable'
    renameSync(station.folder, away)
    await station.until('it is missed', isGone)
    mkdirSync(station.folder)
    await station.until('all are put aside', ({ units }) => units.absent === 3)
    rmdirSync(station.folder)
    await station.until('it is missed again', isGone)
    renameSync(away, station.folder)
    const { units } = await station.until('nothing is put aside', ({ units }) => units.absent === 0)
    expect(units).toMatchObject({ recorded: 2, unclaimed: 1 })
    rmSync(join(station.folder, 'a.dat'))
    await station.until('a.dat is called deleted', ({ units }) => units.recorded === 1)
    await station.settled()
    expectComplete()
    expect(station.records().at(-1)).toMatchObject({ kind: 'file.deleted', body: { path: 'a.dat' } })
    expect(station.verify().code).toBe(0)
  })

  test('that may not be written to is watched like any other, and nothing is written into it', {
    tags: ['req/DI-5'],
  }, async () => {
    station = new Workstation({ init: ['--quiet', '1'] })
    write('a.dat')
    execFileSync('chmod', ['0555', station.folder])
    station.init()
    await station.start()
    await station.settled()
    expect(readdirSync(station.folder)).toEqual(['a.dat'])
    expectComplete()
    execFileSync('chmod', ['0755', station.folder])
  })

  test(`with another disk mounted inside: that disk is refused by a record${isRoot ? '' : ' (not executed: needs root to mount)'}`, {
    tags: ['req/P11-10h-2', 'challenge', 'fault'],
  }, async () => {
    station = new Workstation({ init: ['--quiet', '1'] })
    if (!isRoot) return
    mkdirSync(join(station.base, 'elsewhere'))
    writeFileSync(join(station.base, 'elsewhere', 'x.dat'), 'x')
    mkdirSync(join(station.folder, 'bound'))
    execFileSync('mount', ['--bind', join(station.base, 'elsewhere'), join(station.folder, 'bound')])
    undo.push(() =>
      execFileSync('bash', ['-c', 'umount -l "$1" 2>/dev/null || true', '-', join(station.folder, 'bound')]),
    )
    mount(join(station.folder, 'disk'), 'size=1m')
    writeFileSync(join(station.folder, 'disk', 'y.dat'), 'y')
    write('a.dat')
    station.init()
    await station.start()
    await station.settled()
    const captures = station.records().filter(({ kind }) => /^(?:file|capture)\./.test(kind))
    expect(captures.map(({ kind, body }) => [kind, body['path'], body['reason'] ?? null]).sort()).toEqual([
      ['capture.refused', 'bound', 'other-file-system'],
      ['capture.refused', 'disk', 'other-file-system'],
      ['file.created', 'a.dat', null],
    ])
    for (const name of ['bound', 'disk']) execFileSync('umount', ['-l', join(station.folder, name)])
  })

  test('with more folders than the system gives hints for loses nothing, and says so', {
    tags: ['req/DI-5', 'challenge', 'fault'],
  }, async () => {
    const limited = [
      'unshare',
      '--user',
      '--map-current-user',
      'bash',
      '-c',
      'echo 30 > /proc/sys/user/max_inotify_watches && exec "$@"',
      '-',
    ]
    station = new Workstation({
      init: ['--quiet', '1'],
      through: isRoot ? ['unshare', '--user', '--map-root-user', ...limited.slice(3)] : limited,
    })
    station.init()
    for (let i = 0; i < 160; i++) write(`d${i}/first.dat`)
    await station.start()
    await station.until('the first are recorded', ({ units }) => units.recorded === 160)
    expect((await station.status()).capture.watches[0]?.hints).not.toBe('on')
    for (let i = 0; i < 160; i++) write(`d${i}/second.dat`)
    await station.until('the second are recorded', ({ units }) => units.recorded === 320)
    await station.settled()
    expectComplete()
  })
})

test('a watched folder that can be seen and not listed is gone once and back once, however often it is tried', {
  tags: ['req/P11-10e-8', 'fault'],
}, async () => {
  // Root lists everything, so the fault is put under the relay: opening this folder fails six times.
  station = new Workstation({ init: ['--quiet', '1'] })
  station.init()
  const traced = failing([station.folder], 'openat', 'error=EACCES:when=1..6')
  try {
    await traced.start()
    write('a.dat')
    await traced.until('it is recorded', ({ units }) => units.recorded === 1, 60)
    await traced.settled()
    expect(
      station
        .records()
        .filter(({ kind }) => kind.startsWith('watch.'))
        .map(({ kind, body }) => [kind, body['reason'] ?? null]),
    ).toEqual([
      ['watch.unavailable', 'EACCES'],
      ['watch.available', null],
    ])
  } finally {
    await traced.remove()
  }
})

describe('a file that cannot be read', () => {
  test('for a while is a record and is tried again until it can', {
    tags: ['req/P11-10e-1', 'fault'],
  }, async () => {
    // Root reads everything, so the fault is put under the relay: opening this one file fails five times.
    station = new Workstation({ init: ['--quiet', '1'] })
    station.init()
    const traced = failing([join(station.folder, 'locked.dat')], 'openat', 'error=EACCES:when=1..5')
    try {
      await traced.start()
      write('locked.dat')
      await traced.until(
        'the failure is seen',
        ({ units, capture }) => units.failed === 1 && capture.oldest[0]?.failure === 'EACCES',
      )
      const file = join(traced.folder, 'locked.dat')
      expect(traced.tryRelay('verify-file', file, '--data', traced.data)).toMatchObject({
        code: 1,
        out: expect.stringMatching(/is in the trail, but was not read[\s\S]*Why it was not read: EACCES/),
      })
      await traced.until('it is recorded', ({ units }) => units.recorded === 1, 120)
      await traced.settled()
      expect(
        station
          .records()
          .filter(({ body }) => body['path'] === 'locked.dat')
          .map(({ kind, body }) => [kind, body['reason'] ?? null]),
      ).toEqual([
        ['capture.failed', 'EACCES'],
        ['file.created', null],
      ])
    } finally {
      await traced.remove()
    }
  })
})

/** The station's relay with strace under it: calls on these paths fail as said. */
function failing(paths: readonly string[], calls: string, inject: string): Workstation {
  const script = join(station.base, 'strace.sh')
  const on = paths.map((path) => `-P ${path}`).join(' ')
  writeFileSync(
    script,
    `exec strace -f -qq -o ${join(station.base, 'trace')} ${on} -e trace=${calls} -e inject=${calls}:${inject} "$@"\n`,
  )
  const traced = new Workstation({ through: ['bash', script] })
  return Object.assign(traced, { data: station.data, notary: station.notary, folder: station.folder })
}

function mount(folder: string, options: string): void {
  mkdirSync(folder, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder])
  undo.push(() => execFileSync('bash', ['-c', 'umount -l "$1" 2>/dev/null || true', '-', folder]))
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !holds(); await wait(100))
    if (Date.now() > end) throw new Error(`not within a minute: ${what}`)
}
