import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { brukerRun, writeRun } from '../support/instrument.ts'
import { account, personName, Workstation } from '../support/workstation.ts'

/* What people ask of a relay, by the command line, while it runs. */

let station: Workstation
beforeEach(async () => {
  station = new Workstation({ init: ['--quiet', '1'] })
  station.init()
  await station.start()
})
afterEach(async () => {
  await station.remove()
})

function command(...args: string[]) {
  return station.tryRelay(...args, '--data', station.data)
}

function settingsRecords(): TrailRecord[] {
  return station.records().filter(({ kind }) => kind === 'settings.changed')
}

describe('relay verify-file', () => {
  test('says of a file that it is as recorded, changed, missing or unknown', {
    tags: ['req/DI-3', 'challenge'],
  }, async () => {
    const file = join(station.folder, 'run1.dat')
    writeFileSync(file, 'as it was')
    await station.settled()
    // Stopped, for a running relay would record the changes made below.
    await station.stop()
    expect(command('verify-file', file)).toMatchObject({
      code: 0,
      out: expect.stringContaining('is in the trail as it is now'),
    })
    appendFileSync(file, '!')
    expect(command('verify-file', file)).toMatchObject({
      code: 1,
      out: expect.stringContaining('is not as the trail has it'),
    })
    rmSync(file)
    expect(command('verify-file', file)).toMatchObject({
      code: 1,
      out: expect.stringContaining('not on the disk'),
    })
    const other = join(station.base, 'other.dat')
    writeFileSync(other, 'never seen')
    expect(command('verify-file', other)).toMatchObject({
      code: 1,
      out: expect.stringContaining('is not in the trail'),
    })
    const verdict = JSON.parse(command('verify-file', other, '--json').out)
    expect(verdict).toMatchObject({ state: 'not-recorded', record: null })
  })

  test('says the same of a data set and of each file in it', {
    tags: ['req/DI-3', 'challenge'],
  }, async () => {
    const folder = join(station.folder, 'menthol', '10')
    writeRun(folder, brukerRun())
    await station.settled()
    // Stopped, for a running relay would record the changes made below.
    await station.stop()
    expect(command('verify-file', folder).code).toBe(0)
    expect(command('verify-file', join(folder, 'fid')).code).toBe(0)
    appendFileSync(join(folder, 'fid'), '!')
    expect(command('verify-file', folder)).toMatchObject({
      code: 1,
      out: expect.stringContaining('is not as the trail has it'),
    })
    expect(command('verify-file', join(folder, 'fid'))).toMatchObject({
      code: 1,
      out: expect.stringContaining('is not as the trail has it'),
    })
    expect(command('verify-file', join(folder, 'acqus')).code).toBe(0)
  })
})

describe('a change of settings', () => {
  test('is a record with before, after, why and who asked, and is in force at once', {
    tags: ['req/P11-10e-5'],
  }, async () => {
    const folder = join(station.base, 'second')
    mkdirSync(folder)
    expect(command('project', 'add', 'P-18', '--reason', 'new study').code).toBe(0)
    expect(
      command('watch', 'add', folder, '--project', 'P-18', '--quiet', '1', '--reason', 'second instrument')
        .code,
    ).toBe(0)
    writeFileSync(join(folder, 'a.dat'), 'x')
    await station.until('a.dat is recorded', ({ units }) => units.recorded === 1)
    await station.settled()
    const records = station.records()
    expect(records.find(({ kind }) => kind === 'file.created')?.body).toMatchObject({
      project: 'P-18',
      watch: 'w2',
      path: 'a.dat',
    })
    const [, project, watch] = settingsRecords()
    expect(project?.body).toMatchObject({
      reason: 'new study',
      changes: [{ field: 'projects', before: ['P-17'], after: ['P-17', 'P-18'] }],
    })
    expect(project?.actor).toEqual({ id: account, name: personName, via: 'os-account' })
    expect(watch?.body).toMatchObject({
      reason: 'second instrument',
      changes: [{ field: 'watches', id: 'w2', before: null }],
    })
    expect(station.verify().code).toBe(0)
  })

  test('that takes a folder from watch and puts it back tells the time in between', {
    tags: ['req/P11-10e-5', 'req/P11-10e-6', 'challenge'],
  }, async () => {
    writeFileSync(join(station.folder, 'before.dat'), 'x')
    await station.settled()
    expect(command('watch', 'remove', station.folder, '--reason', 'moved to another room').code).toBe(0)
    writeFileSync(join(station.folder, 'between.dat'), 'y')
    expect(
      command('watch', 'add', station.folder, '--project', 'P-17', '--quiet', '1', '--reason', 'back again')
        .code,
    ).toBe(0)
    await station.until('both are known', ({ units }) => units.recorded === 2)
    await station.settled()
    const created = station.records().filter(({ kind }) => kind === 'file.created')
    expect(
      created.map(({ body }) => [body['path'], (body['late'] as { why: string } | undefined)?.why]),
    ).toEqual([
      ['before.dat', undefined],
      ['between.dat', 'not-watched'],
    ])
  })

  test.each([
    [['project', 'add', 'P-18'], 'reason'],
    [['project', 'add', '../x', '--reason', 'why not'], 'projects'],
    [['watch', 'add', '/no/such/folder', '--project', 'P-17', '--reason', 'why not'], 'cannot be watched'],
    [['watch', 'remove', 'w9', '--reason', 'why not'], 'no watch w9'],
    [['badge', 'new', 'nobody', '--reason', 'why not'], 'no person nobody'],
    [['person', 'add', 'x', '--reason', 'why not'], '--person'],
  ])(
    'that cannot be made is refused in one sentence and leaves no record: %j',
    { tags: ['req/P11-10e-5', 'challenge'] },
    async (args, sentence) => {
      const { code, error } = command(...args)
      expect(code).toBe(2)
      expect(error).toContain(sentence)
      expect(error.trim().split('\n')).toHaveLength(1)
      expect(settingsRecords()).toHaveLength(1)
    },
  )

  test('is made with the relay stopped too, and said to be', { tags: ['req/P11-10e-5'] }, async () => {
    await station.stop()
    expect(command('project', 'add', 'P-19', '--reason', 'while it is stopped')).toMatchObject({
      code: 0,
      error: '',
    })
    expect(settingsRecords().at(-1)?.body).toMatchObject({ reason: 'while it is stopped' })
  })

  test.each(['constructor', 'toString', '__proto__', 'no-such-thing'])(
    'that is none, %s, is refused',
    { tags: ['req/P11-10e-5', 'challenge'] },
    async (name) => {
      await expect(station.ask(name, {})).rejects.toThrow('there is no request')
    },
  )

  test('cannot name its actor', { tags: ['req/P11-10e-2', 'challenge'] }, async () => {
    await expect(
      station.ask('project.add', { project: 'P-18', reason: 'mine', actor: 'somebody-else' }),
    ).rejects.toThrow()
    expect(settingsRecords()).toHaveLength(1)
  })
})

test('nobody answers for a file of an account that is not enrolled: it is recorded, and listed', {
  tags: ['req/P11-10e-7', 'challenge'],
}, async () => {
  const other = new Workstation({ person: false, init: ['--quiet', '1'] })
  try {
    other.init()
    await other.start()
    writeFileSync(join(other.folder, 'a.dat'), 'x')
    await other.until('it is unclaimed', ({ units }) => units.unclaimed === 1)
    const refused = other.records().find(({ kind }) => kind === 'capture.refused')
    expect(refused?.actor).toEqual({ id: 'ws-test', name: 'ws-test', via: 'relay' })
    expect(refused?.body).toMatchObject({ what: 'file.created', path: 'a.dat', size: 1 })
    expect(other.relay('unclaimed', '--data', other.data)).toContain('a.dat')
  } finally {
    await other.remove()
  }
})

test('a badge makes its bearer the actor of what a shared login writes, until it is taken back', {
  tags: ['req/P11-10e-7'],
}, async () => {
  const shared = new Workstation({
    person: false,
    init: ['--quiet', '1', '--shared', account, '--person', 'jdoe=Jane Doe'],
  })
  try {
    shared.init()
    await shared.start()
    const { code } = (await shared.ask('badge.new', { id: 'jdoe', reason: 'first badge' })) as {
      code: string
    }
    writeFileSync(join(shared.folder, 'before.dat'), 'x')
    await shared.until('nobody answers for it', ({ units }) => units.unclaimed === 1)
    await shared.ask('badge.in', { code })
    writeFileSync(join(shared.folder, 'with.dat'), 'x')
    await shared.until('it is hers', ({ units }) => units.recorded === 1)
    await shared.ask('badge.out', {})
    writeFileSync(join(shared.folder, 'after.dat'), 'x')
    await shared.until('nobody answers for it', ({ units }) => units.unclaimed === 2)
    const captures = shared.records().filter(({ kind }) => /^(?:file|capture)\./.test(kind))
    expect(captures.map(({ actor, body }) => [body['path'], actor.name, actor.via])).toEqual([
      ['before.dat', 'ws-test', 'relay'],
      ['with.dat', 'Jane Doe', 'badge'],
      ['after.dat', 'ws-test', 'relay'],
    ])
    expect(JSON.stringify(shared.records())).not.toContain(code)
    expect(existsSync(shared.data)).toBe(true)
  } finally {
    await shared.remove()
  }
})
