import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commandsByHand } from '../foreign/by-hand.ts'
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

/** What the last change of settings changed: of one thing, before and after. */
function lastChanges() {
  const { changes } = settingsRecords().at(-1)?.body ?? {}
  return changes as unknown as readonly [{ readonly before: Enrolled; readonly after: Enrolled }]
}
interface Enrolled {
  readonly since?: string
}

describe('relay verify --files', { tags: ['req/DI-3', 'challenge'] }, () => {
  test('says of a file in its quiet time that it is not recorded yet, while a relay is at work', async () => {
    const file = join(station.folder, 'run1.dat')
    writeFileSync(file, 'as it was')
    await station.settled()
    const verify = (...args: string[]) => command('verify', '--files', ...args)
    expect(verify()).toMatchObject({ code: 0, out: expect.not.stringContaining('not-recorded-yet') })
    // Long enough for it to be in its quiet time however slow this machine is.
    expect(command('watch', 'change', 'w1', '--quiet', '600', '--reason', 'a slow instrument').code).toBe(0)
    writeFileSync(file, 'as it is')
    const { code, out } = verify()
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /not-recorded-yet: run1\.dat in w1 is not recorded yet as it is now, \d+ s at rest/,
      ),
    ])
    expect(JSON.parse(verify('--json').out)).toMatchObject({
      findings: [],
      notices: [{ code: 'not-recorded-yet', seq: expect.any(Number) }],
    })
    // What is gone is a finding, and all of it is where no relay is at work.
    rmSync(file)
    expect(verify()).toMatchObject({ code: 1, out: expect.stringContaining('file-missing') })
    writeFileSync(file, 'as it is')
    await station.stop('SIGKILL')
    expect(verify()).toMatchObject({ code: 1, out: expect.stringContaining('file-differs') })
  })
})

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

  test('of a folder above data sets, or a folder in one, names what can be asked for', {
    tags: ['req/DI-3'],
  }, async () => {
    for (const name of ['10', '11']) writeRun(join(station.folder, 'menthol', name), brukerRun())
    await station.until('both are recorded', ({ units }) => units.recorded === 2)
    await station.settled()
    const said = (...path: string[]) => command('verify-file', join(...path))
    const run = join(station.folder, 'menthol', '10')
    for (const folder of [join(station.folder, 'menthol'), station.folder, station.base])
      expect(said(folder)).toMatchObject({
        code: 1,
        out: expect.stringMatching(
          /is, or was, a folder: no record is of it by itself\.\n {2}2 files and data sets in it are in the trail/,
        ),
      })
    expect(said(station.folder, 'menthol').out).toContain(`e.g. ${run}, `)
    expect(said(run, 'pdata')).toMatchObject({
      code: 1,
      out: expect.stringContaining('It is a part of the data set menthol/10. Name that'),
    })
    expect(said(run).code).toBe(0)
    const { hint } = JSON.parse(command('verify-file', join(station.folder, 'menthol'), '--json').out)
    expect(hint).toContain(run)
    writeFileSync(join(station.base, 'other.dat'), 'x')
    expect(said(station.base, 'other.dat').out).toContain('It lies in no folder that is or was watched')
    mkdirSync(join(station.base, 'empty'))
    expect(said(station.base, 'empty').out).toMatch(/is, or was, a folder: .*\n {2}There is no file in it/)
    renameSync(join(station.folder, 'menthol'), join(station.folder, 'menthol-B'))
    await station.scan()
    await station.settled()
    expect(said(station.folder, 'menthol').out).toMatch(
      /It is not on the disk\. What was recorded in it is there no more: the last, menthol\/1[01], stands in record \d+ of .*, dataset\.created/,
    )
    expect(said(station.folder, 'never-there')).toMatchObject({ code: 2 })
  })

  test('of a copy says that it is one, and where the trail has its content', {
    tags: ['req/DI-3', 'challenge'],
  }, async () => {
    writeFileSync(join(station.folder, 'run1.dat'), 'as it was')
    await station.settled()
    await station.stop()
    const copy = join(station.base, 'copy.dat')
    writeFileSync(copy, 'as it was')
    expect(command('verify-file', copy)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/is a copy, byte for byte,[\s\S]*file\.created at .*, run1\.dat\n/),
    })
    expect(JSON.parse(command('verify-file', copy, '--json').out)).toMatchObject({
      state: 'recorded',
      copy: true,
    })
    // In a watched folder a record of its own is owed: the content alone does not count.
    const inside = join(station.folder, 'copy.dat')
    writeFileSync(inside, 'as it was')
    expect(command('verify-file', inside)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/is not in the trail[\s\S]*The same content is in the trail as run1\.dat/),
    })
  })

  test('of a copy of a file of a data set says which record has it, and where in its manifest', {
    tags: ['req/DI-3', 'challenge'],
  }, async () => {
    writeRun(join(station.folder, 'small', '10'), brukerRun())
    writeRun(join(station.folder, 'large', '10'), brukerRun())
    // More than a record has room for: its manifest lies beside the trail.
    for (let i = 0; i < 400; i++) {
      const name = `note-${String(i).padStart(3, '0')}-of-what-was-seen.txt`
      writeFileSync(join(station.folder, 'large', '10', name), `note ${i}`)
    }
    await station.until('both are recorded', ({ units }) => units.recorded === 2)
    await station.settled()
    const [small, large] = ['small/10', 'large/10'].map((path) => {
      const sets = station
        .records()
        .filter(({ kind, body }) => /^dataset/.test(kind) && body['path'] === path)
      return sets.at(-1)
    })
    expect([small?.body['files'] !== undefined, large?.body['files'] !== undefined]).toEqual([true, false])
    // What was recorded stays in the trail, whatever becomes of it.
    writeFileSync(join(station.folder, 'small', '10', 'pdata', '1', 'title'), 'a title of its own')
    await station.until(
      'again',
      () => station.records().filter(({ kind }) => kind === 'dataset.changed').length > 0,
    )
    await station.settled()
    await station.stop()
    const copy = join(station.base, 'copy.txt')
    const said = (content: string) => {
      writeFileSync(copy, content)
      const { code, out } = command('verify-file', copy, '--json')
      return { code, ...JSON.parse(out) }
    }
    const note = 'note-007-of-what-was-seen.txt'
    expect(said('note 7')).toMatchObject({
      code: 0,
      state: 'recorded',
      copy: true,
      record: { seq: large?.seq, path: 'large/10', member: note },
    })
    const again = station.records().filter(({ kind }) => kind === 'dataset.changed')
    expect(said('a title of its own')).toMatchObject({
      code: 0,
      record: { seq: again.at(-1)?.seq, path: 'small/10', member: 'pdata/1/title' },
    })
    expect(command('verify-file', copy).out).toMatch(
      /is a copy, byte for byte,[\s\S]*dataset\.changed at .*, small\/10\n {2}in its manifest {2}pdata\/1\/title\n/,
    )
    expect(said('note 400')).toMatchObject({ code: 1, state: 'not-recorded', record: null })
    // A manifest beside the trail counts only if it is the one that the record names.
    const inData = (change: string) => {
      const database = new DatabaseSync(join(station.data, 'relay.db'), { defensive: false })
      const triggers = database.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
      for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`)
      database.prepare(change).run(String(large?.body['manifest']))
      for (const { sql } of triggers) database.exec(String(sql))
      database.close()
    }
    inData(
      "UPDATE content SET bytes = CAST(REPLACE(CAST(bytes AS TEXT), 'note-007', 'note-777') AS BLOB) WHERE digest = ?",
    )
    const refused = { code: 2, error: expect.stringContaining('is another than its record says') }
    expect(command('manifest', String(large?.seq))).toMatchObject(refused)
    expect(command('verify-file', join(station.folder, 'large', '10', note))).toMatchObject(refused)
    inData(
      "UPDATE content SET bytes = CAST(REPLACE(CAST(bytes AS TEXT), 'note-777', 'note-007') AS BLOB) WHERE digest = ?",
    )
    // Elsewhere in a watched folder it is owed a record of its own.
    writeFileSync(join(station.folder, note), 'note 7')
    expect(command('verify-file', join(station.folder, note))).toMatchObject({
      code: 1,
      out: expect.stringContaining(`${note} of the data set large/10, record ${large?.seq}.`),
    })
  })

  test('of what is no file says what it is, and reads nothing of it', {
    tags: ['req/DI-3', 'challenge'],
  }, async () => {
    writeFileSync(join(station.base, 'outside.dat'), 'x')
    symlinkSync(join(station.base, 'outside.dat'), join(station.folder, 'link'))
    execFileSync('mkfifo', [join(station.folder, 'pipe')])
    await station.until('both are refused', ({ units }) => units.unclaimed === 2)
    await station.settled()
    for (const [name, reason] of [
      ['link', 'link-leaves-folder'],
      ['pipe', 'not-a-file'],
    ] as const)
      expect(command('verify-file', join(station.folder, name))).toMatchObject({
        code: 1,
        out: expect.stringMatching(new RegExp(`The record says: ${reason}\\.`)),
      })
    execFileSync('mkfifo', [join(station.base, 'pipe')])
    for (const other of [join(station.base, 'pipe'), '/dev/zero'])
      expect(command('verify-file', other)).toMatchObject({
        code: 2,
        error: expect.stringContaining('only files and folders are judged'),
      })
  })

  test('names the record that took a file away: its deletion, its renaming, that of its data set', {
    tags: ['req/DI-3', 'challenge'],
  }, async () => {
    for (const name of ['deleted.dat', 'renamed.dat', 'both.dat'])
      writeFileSync(join(station.folder, name), `content of ${name}`)
    for (const name of ['10', '11']) writeRun(join(station.folder, 'menthol', name), brukerRun())
    await station.until('all are recorded', ({ units }) => units.recorded === 5)
    await station.settled()
    rmSync(join(station.folder, 'deleted.dat'))
    rmSync(join(station.folder, 'both.dat'))
    // Out of the watched folder at once: what is taken away file by file may be seen half gone.
    renameSync(join(station.folder, 'menthol', '11'), join(station.base, 'taken away'))
    rmSync(join(station.folder, 'menthol', '10', 'pdata', '1', 'title'))
    renameSync(join(station.folder, 'renamed.dat'), join(station.folder, 'other.dat'))
    await station.until('all of it is recorded', ({ units }) => units.recorded === 2)
    await station.settled()
    renameSync(join(station.folder, 'menthol'), join(station.folder, 'menthol-A'))
    await station.scan()
    await station.settled()
    await station.stop()
    writeFileSync(join(station.folder, 'both.dat'), 'content of both.dat')
    const verdict = (...path: string[]) => {
      const { code, out } = command('verify-file', join(station.folder, ...path), '--json')
      const { state, record } = JSON.parse(out)
      return [code, state, record.kind, record.path]
    }
    expect(verdict('deleted.dat')).toEqual([1, 'deleted', 'file.deleted', 'deleted.dat'])
    expect(verdict('renamed.dat')).toEqual([1, 'renamed', 'file.renamed', 'other.dat'])
    expect(verdict('other.dat')).toEqual([0, 'recorded', 'file.renamed', 'other.dat'])
    expect(verdict('both.dat')).toEqual([1, 'changed', 'file.deleted', 'both.dat'])
    expect(verdict('menthol', '11')).toEqual([1, 'deleted', 'dataset.deleted', 'menthol/11'])
    expect(verdict('menthol', '11', 'fid')).toEqual([1, 'deleted', 'dataset.deleted', 'menthol/11'])
    expect(verdict('menthol', '10')).toEqual([1, 'renamed', 'dataset.renamed', 'menthol-A/10'])
    expect(verdict('menthol', '10', 'fid')).toEqual([1, 'renamed', 'dataset.renamed', 'menthol-A/10'])
    expect(verdict('menthol-A', '10', 'fid')).toEqual([0, 'recorded', 'dataset.renamed', 'menthol-A/10'])
    const said = command('verify-file', join(station.folder, 'deleted.dat')).out
    expect(said).toContain('is in the trail as deleted')
    expect(command('verify-file', join(station.folder, 'both.dat')).out).toContain(
      'is on the disk, and in the trail as deleted',
    )
  })

  test('says of a name that is not UTF-8 that it cannot be given, and what reads the file', async () => {
    const raw = (folder: string) =>
      Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x72, 0xe9, 0x73, 0x2e, 0x64])])
    writeFileSync(raw(station.folder), 'latin-1')
    const run = join(station.folder, 'menthol', '10')
    writeRun(run, brukerRun())
    writeFileSync(raw(run), 'beside the data')
    await station.settled()
    // So Node has the argument, whatever the bytes were.
    for (const folder of [station.folder, run])
      expect(command('verify-file', join(folder, 'r\ufffds.d'))).toMatchObject({
        code: 2,
        out: '',
        error: expect.stringContaining('a name with bytes that are no UTF-8 cannot be given to this command'),
      })
    expect(command('verify-file', run)).toMatchObject({ code: 0 })
    expect(command('verify', '--files')).toMatchObject({ code: 0 })
    appendFileSync(raw(run), ' and more')
    appendFileSync(raw(station.folder), ' and more')
    await station.stop('SIGKILL')
    expect(command('verify-file', run)).toMatchObject({ code: 1, out: expect.stringContaining('is not as') })
    const { findings } = JSON.parse(command('verify', '--files', '--json').out)
    expect(findings.map((one: { code: string }) => one.code)).toEqual(['file-differs', 'file-differs'])
    // One that is so named is judged as any other.
    writeFileSync(join(station.folder, 'r\ufffds.d'), 'well formed')
    expect(command('verify-file', join(station.folder, 'r\ufffds.d'))).toMatchObject({ code: 1 })
  })

  test("tells which of the instrument's own digests the data does not have", {
    tags: ['req/DI-3', 'challenge'],
  }, async () => {
    const folder = join(station.folder, 'menthol', '10')
    const { files } = brukerRun()
    writeRun(folder, { files })
    await station.settled()
    writeFileSync(join(folder, 'fid'), Buffer.alloc(4_096))
    await station.until('the change is recorded', ({ size }) => size > 4, 200)
    await station.settled()
    await station.stop()
    const { code, out } = command('verify-file', folder)
    expect(code).toBe(1)
    expect(out).toContain("the instrument's own digest is another")
    expect(out).toMatch(/DISAGREES audita\.txt has the md5 [0-9a-f]{32} for fid, the data has another/i)
    expect(command('verify-file', join(folder, 'fid'))).toMatchObject({
      code: 1,
      out: expect.stringContaining('DISAGREES'),
    })
    expect(command('verify-file', join(folder, 'pdata', '1', '1r'))).toMatchObject({ code: 0 })
    const verdict = JSON.parse(command('verify-file', folder, '--json').out)
    expect(verdict).toMatchObject({
      state: 'disagrees',
      record: { kind: 'dataset.changed' },
      disagreements: [{ path: 'fid', from: 'audita.txt' }],
    })
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
    expect(command('project', 'add', 'P-18', '--reason', 'a new study begins').code).toBe(0)
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
      reason: 'a new study begins',
      changes: [{ field: 'projects', before: null, after: 'P-18' }],
    })
    expect(project?.actor).toEqual({ id: account, name: personName, via: 'os-account' })
    expect(watch?.body).toMatchObject({
      reason: 'second instrument',
      changes: [{ field: 'watches', id: 'w2', before: null }],
    })
    expect(station.verify().code).toBe(0)
  })

  test('of a project, a watch or a shared account can be undone, each as a record', {
    tags: ['req/P11-10e-5'],
  }, async () => {
    const why = ['--reason', 'set up wrongly']
    const changed = (...args: string[]) => {
      const { code, error } = command(...args, ...why)
      expect([args, code, error]).toEqual([args, 0, ''])
      return settingsRecords().at(-1)?.body
    }
    changed('project', 'add', 'P-18')
    expect(command('project', 'remove', 'P-17', ...why)).toMatchObject({
      code: 2,
      error: expect.stringContaining('the project P-17 is in use by the watched folder'),
    })
    expect(changed('watch', 'change', 'w1', '--project', 'P-18', '--profile', 'bruker')).toMatchObject({
      reason: 'set up wrongly',
      changes: [
        {
          field: 'watches',
          id: 'w1',
          before: { project: 'P-17' },
          after: { project: 'P-18', profile: 'bruker' },
        },
      ],
    })
    expect(changed('project', 'remove', 'P-17')).toMatchObject({
      changes: [{ field: 'projects', before: 'P-17', after: null }],
    })
    changed('shared', 'add', 'nmr')
    expect(changed('shared', 'remove', 'nmr')).toMatchObject({
      changes: [{ field: 'shared', before: 'nmr', after: null }],
    })
    changed('watch', 'change', station.folder, '--profile', 'any', '--device', 'nmr-600')
    changed('shared', 'add', 'lcms')
    writeRun(join(station.folder, 'menthol', '10'), brukerRun())
    await station.settled()
    expect(station.records().find(({ kind }) => kind === 'dataset.created')?.body).toMatchObject({
      project: 'P-18',
      device: 'nmr-600',
    })
    expect(JSON.parse(command('settings', '--json').out)).toMatchObject({
      projects: ['P-18'],
      watches: [{ id: 'w1', path: station.folder, project: 'P-18', device: 'nmr-600' }],
      persons: [{ id: account, name: personName }],
      shared: ['lcms'],
      badges: [],
    })
    const { out } = command('settings')
    expect(out).toContain(`watch    w1 ${station.folder}: project P-18, profile any, device nmr-600`)
    expect(out).toContain('shared   lcms')
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

  test('keeps of a folder that was watched before what it does not name', {
    tags: ['req/P11-10e-5'],
  }, async () => {
    const folder = join(station.base, 'second')
    mkdirSync(folder)
    const add = (...options: string[]) =>
      command('watch', 'add', folder, '--project', 'P-17', '--reason', 'as it was before', ...options)
    const remove = () => command('watch', 'remove', 'w2', '--reason', 'only for a while')
    const now = () => settingsRecords().at(-1)?.body['changes']
    const set = ['--device', 'nmr-600', '--quiet', '17', '--no-hints', '--profile', 'bruker']
    expect(add(...set).code).toBe(0)
    const after = { id: 'w2', device: 'nmr-600', quietSeconds: 17, hints: false, profile: 'bruker' }
    expect(now()).toMatchObject([{ after }])
    remove()
    expect(add().code).toBe(0)
    expect(now()).toMatchObject([{ after }])
    remove()
    expect(add('--quiet', '2', '--hints', '--profile', 'any').code).toBe(0)
    expect(now()).toMatchObject([{ after: { id: 'w2', device: 'nmr-600', quietSeconds: 2, hints: true } }])
    expect(JSON.stringify((now() as unknown as { after: object }[])[0]?.after)).not.toContain('bruker')
    expect(add()).toMatchObject({ code: 2, error: expect.stringContaining('is watched already, as w2') })
  })

  test('of who somebody is is asked for as such, and never made in passing', {
    tags: ['req/P11-10e-7', 'challenge'],
  }, async () => {
    const why = ['--reason', 'a new study begins']
    expect(command('person', 'add', 'jdoe=Jane Doe', ...why).code).toBe(0)
    expect(command('person', 'add', 'jdoe=John Doe', ...why)).toMatchObject({
      code: 2,
      error: expect.stringContaining('there is a person jdoe already, Jane Doe'),
    })
    expect(settingsRecords()).toHaveLength(2)
    expect(command('person', 'rename', 'jdoe=Jane Roe', '--reason', 'name changed by marriage').code).toBe(0)
    expect(settingsRecords().at(-1)?.body).toMatchObject({
      reason: 'name changed by marriage',
      changes: [{ field: 'persons', id: 'jdoe', before: { name: 'Jane Doe' }, after: { name: 'Jane Roe' } }],
    })
    const [{ before, after }] = lastChanges()
    expect(after.since).toBe(before.since)
    expect(command('person', 'disable', 'jdoe', ...why).code).toBe(0)
    expect(command('badge', 'new', 'jdoe', ...why)).toMatchObject({ code: 2 })
    expect(command('person', 'add', 'jdoe=Jane Roe', ...why).error).toContain('relay person enable')
    expect(command('person', 'enable', 'jdoe', ...why).code).toBe(0)
    const [enabled] = lastChanges()
    expect(enabled.after).not.toHaveProperty('disabled')
    expect(Date.parse(enabled.after.since ?? '')).toBeGreaterThan(Date.parse(after.since ?? ''))
    expect(command('person', 'rename', 'nobody=Some Body', ...why).error).toContain('no person nobody')
  })

  test.each([
    [['project', 'add', 'P-18'], 'reason'],
    [['project', 'add', 'P-18', '--reason', 'as agreed\u200bin the lab'], 'cannot be seen'],
    [['project', 'add', 'P-18', '--reason', 'as agreed\u202ein the lab'], 'cannot be seen'],
    [['project', 'add', 'P-18', '--reason', 'as agreed \u001b[2J in the lab'], 'cannot be seen'],
    [
      ['project', 'add', '../x', '--reason', 'as agreed in the lab'],
      '"../x" cannot name a project: one has 1 to 64 letters',
    ],
    [
      ['watch', 'add', '/no/such/folder', '--project', 'P-17', '--reason', 'as agreed in the lab'],
      'cannot be watched',
    ],
    [['watch', 'remove', 'w9', '--reason', 'as agreed in the lab'], 'no watch w9'],
    [
      ['watch', 'change', 'w1', '--project', 'P-9', '--reason', 'as agreed in the lab'],
      'there is no project P-9',
    ],
    [
      ['watch', 'change', 'w1', '--profile', 'brucker', '--reason', 'as agreed in the lab'],
      'did you mean bruker',
    ],
    [
      ['watch', 'change', 'w1', '--profile', 'none', '--reason', 'as agreed in the lab'],
      'there is no profile "none": relay profiles lists all',
    ],
    [['shared', 'remove', 'nmr', '--reason', 'as agreed in the lab'], 'nmr is not listed as shared'],
    [['shared', 'add', account, '--reason', 'as agreed in the lab'], `${account} is enrolled as Test Person`],
    [['badge', 'new', 'nobody', '--reason', 'as agreed in the lab'], 'no person nobody'],
    [['person', 'add', 'x', '--reason', 'as agreed in the lab'], 'Full Name'],
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
      station.ask('project.add', { project: 'P-18', reason: 'a project of mine', actor: 'somebody-else' }),
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
    const said = other.relay('unclaimed', '--data', other.data)
    for (const part of ['a.dat', `record ${refused?.seq} at ${refused?.time}`, 'watch w1 (ws-test)'])
      expect(said).toContain(part)
    expect(said).toContain(`${refused?.body['reason']}: ${refused?.body['sentence']}`)
    writeFileSync(join(other.folder, 'b.dat'), 'y')
    await other.until('it is unclaimed, too', ({ units }) => units.unclaimed === 2)
    await other.stop()
    const list = JSON.parse(other.relay('unclaimed', '--data', other.data, '--limit', '1', '--json'))
    expect(list).toMatchObject({
      total: 2,
      unclaimed: [
        {
          path: 'a.dat',
          seq: refused?.seq,
          time: refused?.time,
          reason: refused?.body['reason'],
          watch: 'w1',
          device: 'ws-test',
          what: 'file.created',
        },
      ],
    })
    expect(other.relay('unclaimed', '--data', other.data, '--limit', '1')).toContain('… and 1 more')
    // Its content stays in the trail and nobody's, whatever becomes of the file.
    await other.start()
    rmSync(join(other.folder, 'a.dat'))
    await other.until('it is gone', ({ settled }) => settled && !existsSync(join(other.folder, 'a.dat')))
    expect(other.records().at(-1)).toMatchObject({ kind: 'file.deleted', body: { path: 'a.dat' } })
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

describe('a badge that signs nobody in', () => {
  test('is a record of who asked, whose it is and why; many of them are summed up', {
    tags: ['req/P11-10e-7', 'challenge'],
  }, async () => {
    expect(command('person', 'add', 'jdoe=Jane Doe', '--reason', 'a new study begins').code).toBe(0)
    const [taken = '', code = ''] = ['her first badge', 'the first was lost'].map(
      (reason) => command('badge', 'new', 'jdoe', '--reason', reason).out.split('\n')[0],
    )
    const badgeIn = (input: string) => station.tryRelayWith(input, 'badge', 'in', '--data', station.data)
    expect(badgeIn(`${taken}\n`)).toMatchObject({ code: 2, error: expect.stringContaining('not known here') })
    for (let i = 0; i < 20; i++)
      await expect(station.ask('badge.in', { code: taken })).rejects.toThrow('not known')
    await expect(station.ask('badge.in', { code: 'not a code' })).rejects.toThrow('not a badge code')
    expect(badgeIn(`${code}\n`)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Jane Doe is signed in'),
    })
    await station.stop()
    const refused = station.records().filter(({ kind }) => kind === 'badge.refused')
    const by = { account, owner: `uid:${process.getuid?.()}` }
    const attempt = { by, person: 'jdoe', reason: 'badge-taken-back' }
    expect(refused.map(({ actor, body }) => [actor.via, body])).toEqual([
      ['relay', attempt],
      [
        'relay',
        {
          count: 21,
          from: expect.any(String),
          to: expect.any(String),
          attempts: [
            { ...attempt, count: 20 },
            { by, person: null, reason: 'not-a-code', count: 1 },
          ],
        },
      ],
    ])
    expect(JSON.stringify(station.records())).not.toContain(taken)
    // With the relay stopped, too.
    expect(badgeIn('x\n').code).toBe(2)
    const kinds = station.records().map(({ kind }) => kind)
    expect(kinds.slice(-3)).toEqual(['relay.started', 'badge.refused', 'relay.stopped'])
    expect(station.verify().code).toBe(0)
  })

  test('is read to its first newline: a reader leaves its line open', async () => {
    const reader = spawn(process.execPath, [
      join(import.meta.dirname, '../../agent/bin/relay.mjs'),
      ...['badge', 'in', '--data', station.data],
    ])
    reader.stdin.write('not a code\n')
    const code = await new Promise((resolve) => reader.once('exit', resolve))
    expect(code).toBe(2)
  })
})

describe('the recovery file', () => {
  const passphraseFile = (name: string, text: string): string => {
    const path = join(station.base, name)
    writeFileSync(path, `${text}\n`)
    return path
  }
  const written = () => station.records().filter(({ kind }) => kind === 'recovery.written')
  const file = () => join(station.data, 'recovery.json')
  const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

  test('is a record whenever it is written, by the relay that runs and by one that does not', {
    tags: ['req/P11-10a-3', 'req/P11-10e-5'],
  }, async () => {
    const [setUp] = written()
    const keys = readdirSync(join(station.data, 'keys')).sort()
    expect(setUp?.body).toMatchObject({ how: 'set-up', keys, sha256: digest(file()), before: null })
    const first = digest(file())
    const lost = command('recovery', '--replace', '--reason', 'its passphrase was lost', '--json')
    expect(lost.code).toBe(0)
    const { passphrase } = JSON.parse(lost.out)
    expect(written().at(-1)).toMatchObject({
      actor: { id: account, via: 'os-account' },
      body: {
        how: 'replaced',
        keys,
        sha256: digest(file()),
        before: { sha256: first, kept: `${file()}.before` },
        reason: 'its passphrase was lost',
        by: { account },
      },
    })
    expect(digest(`${file()}.before`)).toBe(first)
    await station.stop()
    const renewed = command(
      ...['recovery', '--passphrase-file', passphraseFile('old', passphrase)],
      ...['--new-passphrase-file', passphraseFile('new', 'another long passphrase')],
    )
    expect(renewed).toMatchObject({ code: 0, error: '' })
    expect(written().at(-1)?.body).toMatchObject({ how: 'renewed', sha256: digest(file()) })
    expect(written()).toHaveLength(3)
    rmSync(join(station.data, 'keys'), { recursive: true })
    expect(command('recover', '--passphrase-file', join(station.base, 'new')).code).toBe(0)
    expect(station.verify().code).toBe(0)
    expect(JSON.stringify(station.records())).not.toContain(passphrase)
  })

  test('is left as it is, without a record, by whoever cannot open it', {
    tags: ['req/P11-10a-3', 'challenge'],
  }, async () => {
    const before = readFileSync(file())
    const wrong = passphraseFile('wrong', 'not the passphrase at all')
    for (const args of [
      ['--passphrase-file', wrong],
      ['--passphrase-file', wrong, '--new-passphrase-file', wrong],
      ['--new-passphrase-file', wrong],
      [],
      ['--replace'],
      ['--replace', '--reason', 'ok'],
      ['--replace', '--reason', 'it is lost', '--passphrase-file', wrong],
    ])
      expect(command('recovery', ...args).code).toBe(2)
    expect(readFileSync(file())).toEqual(before)
    expect(readdirSync(station.data).filter((name) => name.includes('before'))).toEqual([])
    expect(written()).toHaveLength(1)
    const claim = {
      file: file(),
      keys: [],
      sha256: '0'.repeat(64),
      how: 'made',
      before: null,
      reason: 'a plain lie, for a test',
    }
    await expect(station.ask('recovery.written', claim)).rejects.toThrow('is not the file')
    expect(written()).toHaveLength(1)
  })

  test('is said to be behind once a new trail has keys of its own, until it is written anew', {
    tags: ['req/P11-10a-3'],
  }, async () => {
    await station.stop()
    cpSync(station.data, join(station.base, 'copy'), { recursive: true })
    await station.start()
    writeFileSync(join(station.folder, 'a.dat'), 'x')
    await station.settled()
    await station.stop()
    rmSync(station.data, { recursive: true })
    renameSync(join(station.base, 'copy'), station.data)
    await station.start()
    const { left = '', recoveryBehind } = await station.status()
    const old = left.split('/').at(-1)
    const keys = readdirSync(join(station.data, 'keys')).filter(
      (name) => name !== 'passwords.pepper' && !name.startsWith(`${old}.`),
    )
    expect(keys).toHaveLength(2)
    expect(recoveryBehind).toEqual(keys)
    expect(command('status').out).toContain(`the recovery file does not hold ${keys.join(', ')}`)
    expect(station.log).toContain('"event":"recovery-behind"')
    expect(command('recovery', '--replace', '--reason', 'a new trail was begun').code).toBe(0)
    expect((await station.status()).recoveryBehind).toEqual([])
    // Moved to a safe place it holds what its record says.
    renameSync(file(), join(station.base, 'safe'))
    await station.stop()
    expect(JSON.parse(command('status', '--json').out).recoveryBehind).toEqual([])
  })
})

describe('a port that something else has', () => {
  let taken: Server | undefined
  let port: number
  const take = async (wanted: number): Promise<void> => {
    const server = createServer()
    const state = await new Promise((resolve) => {
      server.once('error', resolve).listen(wanted, '127.0.0.1', () => resolve('listening'))
    })
    // Whoever else has it serves as well.
    if (state === 'listening') {
      taken = server
      port = (server.address() as AddressInfo).port
    }
  }
  afterEach(() => {
    taken?.close()
    taken = undefined
  })

  test('that was named hinders no capture either, needs attention, and is had once it is free', {
    tags: ['req/P11-10e-1', 'challenge'],
  }, async () => {
    await take(0)
    await station.stop()
    const other = new Workstation({ usualPort: true, init: ['--quiet', '1'] })
    try {
      other.init()
      await other.start('--port', String(port))
      writeFileSync(join(other.folder, 'a.dat'), 'x')
      await other.until('it is recorded', ({ units }) => units.recorded === 1)
      expect(other.tryRelay('status', '--data', other.data)).toMatchObject({
        code: 3,
        out: expect.stringContaining(`nothing answers at port ${port}`),
      })
      await new Promise((resolve) => taken?.close(resolve))
      await other.until('it has the port', ({ http }) => http?.state === 'listening')
      expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
      expect(other.tryRelay('status', '--data', other.data).code).toBe(0)
    } finally {
      await other.remove()
    }
  })

  test('hinders no capture if nobody named it, and stands in log and status', {
    tags: ['req/P11-10e-1', 'challenge'],
  }, async () => {
    await take(7411)
    const other = new Workstation({ usualPort: true, init: ['--quiet', '1'] })
    try {
      other.init()
      await other.start()
      writeFileSync(join(other.folder, 'a.dat'), 'x')
      const { http } = await other.until('it is recorded', ({ units }) => units.recorded === 1)
      expect(http).toMatchObject({ port: 7411, state: 'not listening' })
      expect(other.log).toContain('"event":"port-taken"')
      expect(other.log).not.toContain('stack')
      expect(other.tryRelay('status', '--data', other.data)).toMatchObject({
        code: 3,
        out: expect.stringContaining('nothing answers at port 7411'),
      })
    } finally {
      await other.remove()
    }
  })
})

test('the status of a relay that does not run lists what it would watch, and ends with 4', async () => {
  expect(command('status').code).toBe(0)
  await station.stop()
  expect(command('status')).toMatchObject({
    code: 4,
    out: expect.stringContaining(`w1 ${station.folder}: relay not running`),
  })
  expect(JSON.parse(command('status', '--json').out)).toMatchObject({
    state: 'not running',
    capture: { watches: [{ id: 'w1', path: station.folder, state: 'relay not running' }] },
  })
})

test('the status of a relay that does not run says which keys it would not start with', {
  tags: ['req/P11-10a-3', 'challenge'],
}, async () => {
  const [mac = '', seed = ''] = readdirSync(join(station.data, 'keys')).sort()
  await station.stop()
  const faults = () => JSON.parse(command('status', '--json').out).keys
  expect(faults()).toEqual([])
  const kept = readFileSync(join(station.data, 'keys', mac))
  rmSync(join(station.data, 'keys', mac))
  writeFileSync(join(station.data, 'keys', seed), `${'ab'.repeat(32)}\n`)
  expect(faults()).toMatchObject([
    { name: mac, fault: 'missing' },
    { name: seed, fault: 'wrong', found: 'it is a key of no trail in this folder' },
  ])
  const { code, out } = command('status')
  expect(code).toBe(4)
  expect(out).toContain(`${mac}: it is missing; the relay does not start without it`)
  writeFileSync(join(station.data, 'keys', mac), kept.subarray(1), { mode: 0o600 })
  expect(faults()[0]).toMatchObject({ name: mac, fault: 'unusable' })
  writeFileSync(join(station.data, 'keys', mac), 'abcd\n')
  expect(faults()[0]).toMatchObject({
    name: mac,
    fault: 'unusable',
    found: expect.stringContaining('a key has 64'),
  })
  expect(command('verify')).toMatchObject({ code: 1, out: expect.stringContaining('a key has 64') })
  expect(command('run')).toMatchObject({ code: 2, error: expect.stringContaining('is damaged') })
})

test('a running relay without its notary, or without any folder it watches, says so and is not all well', {
  tags: ['req/P11-10e-1', 'challenge'],
}, async () => {
  await station.settled()
  renameSync(station.notary, `${station.notary}-away`)
  await station.until('it is seen', ({ notary }) => notary.state === 'unreachable')
  expect(command('status')).toMatchObject({
    code: 3,
    out: expect.stringContaining('it cannot be asked since'),
  })
  renameSync(`${station.notary}-away`, station.notary)
  await station.until('it is back', ({ notary }) => notary.state === 'reachable')
  expect(command('status').code).toBe(0)
  renameSync(station.folder, `${station.folder}-away`)
  await station.until('it is seen', ({ capture }) => capture.watches[0]?.state === 'unavailable')
  const { code, out } = command('status')
  expect(code).toBe(3)
  expect(out).toContain('NEEDS    no watched folder is there')
})

test('a person whose account this machine does not have is enrolled, and warned of', {
  tags: ['req/P11-10e-7'],
}, async () => {
  const why = ['--reason', 'new colleague']
  expect(command('person', 'add', 'no-such-account=Jane Doe', ...why)).toMatchObject({
    code: 0,
    out: expect.stringContaining('WARNING: there is no account "no-such-account" on this machine'),
  })
  expect(JSON.parse(command('shared', 'add', 'nobodys', ...why, '--json').out).warnings).toHaveLength(1)
  const other = new Workstation({ person: false })
  try {
    expect(other.init()).toContain('WARNING: no person is enrolled')
  } finally {
    await other.remove()
  }
})

test('every line of the log names the relay the same way', async () => {
  await station.stop()
  const lines = station.log.split('\n').filter((line) => line !== '')
  expect(lines.length).toBeGreaterThan(1)
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ relay: 'ws-test' })
})

test('what every command prints with --json is one object', async () => {
  const run = join(station.folder, 'menthol', '10')
  writeRun(run, brukerRun())
  await station.settled()
  const set = station.records().find(({ kind }) => kind === 'dataset.created')
  const object = (...args: string[]) => {
    const { code, out } = command(...args, '--json')
    expect([args, code]).toEqual([args, 0])
    const value = JSON.parse(out)
    expect(Array.isArray(value) || typeof value !== 'object').toBe(false)
    return value
  }
  const { trail, size } = object('status')
  expect(object('trail').entries).toHaveLength(size)
  expect(object('trail', '--from', '100000')).toEqual({ trail, entries: [] })
  expect(object('manifest', String(set?.seq))).toEqual({
    trail,
    seq: set?.seq,
    manifest: set?.body['manifest'],
    files: set?.body['files'],
  })
  expect(object('checkpoint')).toMatchObject({
    trail,
    size,
    checkpoint: station.relay('checkpoint', '--data', station.data),
  })
  expect(object('checkpoint', '--policy')).toMatchObject({ trail, policy: expect.stringMatching(/^log /) })
  expect(object('scan')).toEqual({ trail, size })
  expect(object('unclaimed')).toEqual({ total: 0, more: 0, unclaimed: [], next: null })
  expect(object('verify').findings).toEqual([])
  expect(object('verify-file', run)).toMatchObject({ state: 'recorded' })
  expect(object('project', 'add', 'P-18', '--reason', 'a new study begins')).toMatchObject({ seq: size })
})

test('FORMAT.md’s commands by hand pass on what a relay prints today, and refuse it edited', {
  tags: ['req/P11-10a-3'],
}, async () => {
  const { trail } = await station.settled()
  const folder = join(station.base, 'by-hand')
  mkdirSync(folder)
  for (const [name, ...args] of [
    ['trail.jsonl', 'trail'],
    ['8.checkpoint', 'checkpoint'],
    ['policy.txt', 'checkpoint', '--policy'],
  ])
    writeFileSync(join(folder, name as string), command(...args).out)
  cpSync(join(station.data, 'keys', `${trail.split('/').at(-1)}.mac`), join(folder, 'mac.key'))
  const byHand = (): number | null =>
    spawnSync('bash', ['-eo', 'pipefail', '-c', commandsByHand()], { cwd: folder }).status
  expect(byHand()).toBe(0)
  const whole = readFileSync(join(folder, 'trail.jsonl'), 'utf8')
  writeFileSync(join(folder, 'trail.jsonl'), whole.replace('set up', 'sat up'))
  expect(byHand()).toBe(1)
})

test('keys in a keystore that is not there are refused in one sentence, and files can be chosen then', {
  tags: ['req/P11-10a-3'],
}, async () => {
  const other = new Workstation({ init: ['--keys', 'keystore'] })
  try {
    const args = ['--org', 'lab.example', '--name', 'ws-test', '--project', 'P-17', '--watch', other.folder]
    const init = (...more: string[]) => other.tryRelay('init', '--data', other.data, ...args, ...more)
    expect(init('--keys', 'keystore')).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^relay: the keystore of the operating system needs the package .*\n$/),
    })
    expect(init('--keys', 'elsewhere')).toMatchObject({
      code: 2,
      error: expect.stringContaining('"elsewhere"'),
    })
    expect(init().code).toBe(0)
    expect(other.verify().code).toBe(0)
  } finally {
    await other.remove()
  }
})

test('a trail is verified with the key line that was kept, and what is no line of it is told apart', {
  tags: ['req/P11-10a-3', 'challenge'],
}, async () => {
  const { key } = JSON.parse(command('status', '--json').out)
  await station.stop()
  const at = (name: string) => join(station.base, name)
  writeFileSync(at('trail.jsonl'), command('trail').out)
  writeFileSync(at('checkpoint'), command('checkpoint').out)
  writeFileSync(at('trail.json'), command('trail', '--json').out)
  const verify = (...args: string[]) => station.tryRelay('verify', ...args)
  const checked = ['--checkpoint', at('checkpoint'), '--trail-key']
  expect(verify(at('trail.jsonl'), ...checked, key)).toMatchObject({ code: 0 })
  const other = new Workstation()
  try {
    const [, another = ''] = /its key +(\S+)/.exec(other.init()) ?? []
    expect(verify(at('trail.jsonl'), ...checked, another).code).toBe(1)
  } finally {
    await other.remove()
  }
  expect(verify(at('trail.jsonl'), ...checked, 'nonsense')).toMatchObject({ code: 2 })
  expect(verify(at('trail.json'))).toMatchObject({
    code: 2,
    error: expect.stringContaining('without --json'),
  })
})

test('a set-up that is killed can be done again, or was done', {
  tags: ['req/DI-2', 'challenge', 'fault'],
}, async () => {
  const done: string[] = []
  for (let i = 0; i < 12; i++) {
    const other = new Workstation({ init: ['--quiet', '1'] })
    try {
      const args = ['--org', 'lab.example', '--name', 'ws-test', '--project', 'P-17', '--watch', other.folder]
      const script = join(import.meta.dirname, '../../agent/bin/relay.mjs')
      const command = [script, 'init', '--data', other.data, ...args]
      spawnSync(process.execPath, command, { timeout: 200 + 45 * i, killSignal: 'SIGKILL' })
      const again = other.tryRelay('init', '--data', other.data, ...args)
      if (again.code !== 0) expect(again.error).toContain('there is a relay in')
      done.push(again.code === 0 ? 'again' : 'done')
      expect(other.tryRelay('verify', '--data', other.data)).toMatchObject({ code: 0, error: '' })
    } finally {
      await other.remove()
    }
  }
  expect(done).toContain('again')
})

test('a notary or data folder that lies in the watched one by a link is refused, at set-up and at start', {
  tags: ['req/P11-10e-1', 'challenge'],
}, async () => {
  const other = new Workstation({ init: ['--quiet', '1'] })
  try {
    const link = join(other.base, 'link')
    symlinkSync(other.folder, link)
    const args = ['--org', 'lab.example', '--name', 'ws', '--project', 'P-17', '--watch', other.folder]
    const init = (data: string, notary: string) =>
      other.tryRelay('init', '--data', data, '--notary', notary, ...args)
    const sentence = { code: 2, error: expect.stringContaining('lie in each other') }
    expect(init(other.data, join(link, 'notary'))).toMatchObject(sentence)
    expect(init(join(link, 'data'), other.notary)).toMatchObject(sentence)
    expect(readdirSync(other.folder)).toEqual([])
    symlinkSync(other.data, join(other.base, 'to-data'))
    mkdirSync(other.data)
    expect(init(other.data, join(other.base, 'to-data'))).toMatchObject({
      code: 2,
      error: expect.stringContaining('lies in the data folder'),
    })
    other.init()
    renameSync(other.notary, join(other.folder, 'moved'))
    symlinkSync(join(other.folder, 'moved'), other.notary)
    expect(other.tryRelay('run', '--data', other.data)).toMatchObject(sentence)
  } finally {
    await other.remove()
  }
})
