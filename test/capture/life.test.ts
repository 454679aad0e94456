import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { brukerRun, writeRun } from '../support/instrument.ts'
import { personName, recordedFiles, truthOf, Workstation } from '../support/workstation.ts'

/* What can happen to a file, and what the trail says of it. Every test ends with the trail verified. */

let station: Workstation
beforeEach(async () => {
  station = new Workstation({ init: ['--quiet', '1'] })
  station.init()
  await station.start()
})
afterEach(async () => {
  try {
    const verdict = station.verify()
    expect(verdict.out).toContain('No findings')
    expect(verdict.code).toBe(0)
  } finally {
    await station.remove()
  }
})

function path(...names: string[]): string {
  return join(station.folder, ...names)
}

/** Records about a path, in order. */
function about(name: string): TrailRecord[] {
  return station.records().filter(({ body }) => body['path'] === name)
}

function kinds(name: string): string[] {
  return about(name).map(({ kind }) => kind)
}

async function sha256sum(name: string): Promise<string> {
  return execFileSync('sha256sum', [path(name)], { encoding: 'utf8' }).slice(0, 64)
}

describe('a file', () => {
  test('is recorded once, with who, when, where, how large and its SHA-256', {
    tags: ['req/P11-10e-1'],
  }, async () => {
    writeFileSync(path('run1.dat'), 'first content')
    await station.settled()
    const [record, ...more] = about('run1.dat')
    expect(more).toEqual([])
    expect(record?.kind).toBe('file.created')
    expect(record?.actor.name).toBe(personName)
    expect(record?.body).toMatchObject({
      project: 'P-17',
      device: 'ws-test',
      watch: 'w1',
      size: 13,
      sha256: await sha256sum('run1.dat'),
    })
    expect(record?.body).not.toHaveProperty('late')
    expect(Math.abs(Date.parse(record?.time ?? '') - Date.now())).toBeLessThan(60_000)
  })

  test('that is changed gets a record with the digest before and now', {
    tags: ['req/P11-10e-1'],
  }, async () => {
    writeFileSync(path('run1.dat'), 'first content')
    await station.settled()
    const before = await sha256sum('run1.dat')
    writeFileSync(path('run1.dat'), 'other content, longer')
    await station.settled()
    const [created, changed, ...more] = about('run1.dat')
    expect(more).toEqual([])
    expect(changed?.kind).toBe('file.changed')
    expect(changed?.body).toMatchObject({
      sha256: await sha256sum('run1.dat'),
      before: { seq: created?.seq, digest: before, size: 13 },
    })
  })

  test('overwritten with the same size and its time set back is still found', {
    tags: ['req/P11-10e-1', 'challenge'],
  }, async () => {
    writeFileSync(path('run1.dat'), 'first content')
    await station.settled()
    const { atime, mtime } = statSync(path('run1.dat'))
    writeFileSync(path('run1.dat'), 'FIRST CONTENT')
    utimesSync(path('run1.dat'), atime, mtime)
    await station.settled()
    expect(kinds('run1.dat')).toEqual(['file.created', 'file.changed'])
  })

  test('that is only touched, or given other rights, is no news', async () => {
    writeFileSync(path('run1.dat'), 'first content')
    await station.settled()
    utimesSync(path('run1.dat'), new Date(), new Date())
    chmodSync(path('run1.dat'), 0o600)
    await wait(1_500)
    await station.settled()
    expect(kinds('run1.dat')).toEqual(['file.created'])
  })

  test('that is renamed gets one record with both names', { tags: ['req/P11-10e-1'] }, async () => {
    writeFileSync(path('run1.dat'), 'first content')
    await station.settled()
    mkdirSync(path('done'))
    renameSync(path('run1.dat'), path('done', 'run-1.dat'))
    await station.settled()
    const captures = station.records().filter(({ kind }) => kind.startsWith('file.'))
    expect(captures.map(({ kind }) => kind)).toEqual(['file.created', 'file.renamed'])
    expect(captures[1]?.body).toMatchObject({
      path: 'done/run-1.dat',
      from: { path: 'run1.dat' },
      before: { seq: captures[0]?.seq },
    })
  })

  test('put back under the name of one that was renamed is a new file', {
    tags: ['req/P11-10e-1', 'challenge'],
  }, async () => {
    writeFileSync(path('a.dat'), 'the same content')
    await station.settled()
    renameSync(path('a.dat'), path('b.dat'))
    writeFileSync(path('a.dat'), 'the same content')
    await station.settled()
    const captures = station.records().filter(({ kind }) => kind.startsWith('file.'))
    expect(captures.map(({ kind, body }) => [kind, body['path']]).sort()).toEqual([
      ['file.created', 'a.dat'],
      ['file.created', 'a.dat'],
      ['file.renamed', 'b.dat'],
    ])
    await station.scan()
    await station.settled()
    expect(station.records().filter(({ kind }) => kind.startsWith('file.'))).toHaveLength(3)
  })

  test('renamed and changed at once, with a new one under its old name: each record follows one before it', {
    tags: ['req/P11-10e-1', 'challenge'],
  }, async () => {
    writeFileSync(path('a.dat'), 'first content')
    await station.settled()
    renameSync(path('a.dat'), path('b.dat'))
    writeFileSync(path('b.dat'), 'FIRST CONTENT')
    writeFileSync(path('a.dat'), 'second content')
    await station.settled()
    const captures = station.records().filter(({ kind }) => kind.startsWith('file.'))
    expect(captures.map(({ kind, body }) => [kind, body['path']]).sort()).toEqual([
      ['file.changed', 'a.dat'],
      ['file.created', 'a.dat'],
      ['file.created', 'b.dat'],
    ])
    expect(about('a.dat')[1]?.body['before']).toMatchObject({ seq: about('a.dat')[0]?.seq })
  })

  test('renamed twice within a moment has its last name from its first', {
    tags: ['req/P11-10e-1'],
  }, async () => {
    writeFileSync(path('a.dat'), 'first content')
    await station.settled()
    renameSync(path('a.dat'), path('b.dat'))
    await wait(500)
    renameSync(path('b.dat'), path('c.dat'))
    await station.settled()
    const captures = station.records().filter(({ kind }) => /^(?:file|capture)\./.test(kind))
    expect(captures.map(({ kind, body }) => [kind, body['path'], body['from'] ?? null])).toEqual([
      ['file.created', 'a.dat', null],
      ['file.renamed', 'c.dat', { path: 'a.dat' }],
    ])
  })

  test('seen in a folder that is removed and made again is recorded once', {
    tags: ['req/P11-10e-8', 'challenge'],
  }, async () => {
    for (let i = 0; i < 2; i++) {
      mkdirSync(path('d'))
      writeFileSync(path('d', 'a.dat'), 'first content')
      await wait(400)
      if (i === 0) rmSync(path('d'), { recursive: true })
      await wait(400)
    }
    await station.settled()
    expect(kinds('d/a.dat')).toEqual(['file.created'])
  })

  test('in a folder that a file takes the place of is ended like any other', {
    tags: ['req/P11-10e-1', 'challenge'],
  }, async () => {
    mkdirSync(path('d', 'e'), { recursive: true })
    writeFileSync(path('d', 'e', 'a.dat'), 'first content')
    await station.settled()
    writeFileSync(path('d', 'e', 'b.dat'), 'soon gone')
    await wait(400)
    rmSync(path('d'), { recursive: true })
    writeFileSync(path('d'), 'a file')
    await station.settled(30)
    expect(kinds('d/e/a.dat')).toEqual(['file.created', 'file.deleted'])
    expect(kinds('d/e/b.dat')).toEqual(['capture.failed'])
    expect(kinds('d')).toEqual(['file.created'])
  })

  test('whose folder is moved away and brought back within a moment is no news, and nothing is left open', {
    tags: ['req/P11-10e-8', 'challenge'],
  }, async () => {
    mkdirSync(path('d'))
    writeFileSync(path('d', 'a.dat'), 'first content')
    writeRun(path('10'), brukerRun(64))
    await station.settled()
    for (const name of ['d', '10']) renameSync(path(name), join(station.base, name))
    await wait(500)
    for (const name of ['d', '10']) renameSync(join(station.base, name), path(name))
    await station.settled(20)
    expect(kinds('d/a.dat')).toEqual(['file.created'])
    expect(kinds('10')).toEqual(['dataset.created'])
  })

  test('that is deleted gets a record with its last digest, and no person is made up for it', {
    tags: ['req/P11-10e-1', 'req/P11-10e-7'],
  }, async () => {
    writeFileSync(path('run1.dat'), 'first content')
    await station.settled()
    const digest = await sha256sum('run1.dat')
    rmSync(path('run1.dat'))
    await wait(500)
    await station.settled()
    const [, deleted, ...more] = about('run1.dat')
    expect(more).toEqual([])
    expect(deleted?.kind).toBe('file.deleted')
    expect(deleted?.body['before']).toMatchObject({ digest, size: 13 })
    expect(deleted?.actor).toEqual({ id: 'ws-test', name: 'ws-test', via: 'relay' })
  })

  test('deleted and written again has its whole history', async () => {
    writeFileSync(path('run1.dat'), 'first content')
    await station.settled()
    rmSync(path('run1.dat'))
    await wait(500)
    await station.settled()
    writeFileSync(path('run1.dat'), 'first content')
    await station.settled()
    expect(kinds('run1.dat')).toEqual(['file.created', 'file.deleted', 'file.created'])
  })

  test('saved by way of a temporary file is changed, and the temporary one is not reported', async () => {
    writeFileSync(path('report.txt'), 'first')
    await station.settled()
    writeFileSync(path('report.txt.tmp'), 'second')
    renameSync(path('report.txt.tmp'), path('report.txt'))
    await station.settled()
    expect(
      station
        .records()
        .filter(({ kind }) => /^(?:file|capture)\./.test(kind))
        .map(({ kind, body }) => [kind, body['path']]),
    ).toEqual([
      ['file.created', 'report.txt'],
      ['file.changed', 'report.txt'],
    ])
  })

  test('written in bursts by a program that keeps it open is one record, of the final content', {
    tags: ['req/P11-10e-1'],
  }, async () => {
    const writer = execFileSyncLater('bash', [
      '-c',
      `exec 3>>"$1"; for i in 1 2 3 4 5; do echo "part $i" >&3; sleep 2.5; done`,
      '-',
      path('long.dat'),
    ])
    await wait(3_000)
    expect((await station.status()).capture.oldest.map(({ path: name }) => name)).toContain('long.dat')
    await writer
    await station.settled()
    expect(kinds('long.dat')).toEqual(['file.created'])
    expect(about('long.dat')[0]?.body['sha256']).toBe(await sha256sum('long.dat'))
  })

  test('that is truncated and that is emptied are changes', async () => {
    writeFileSync(path('a.dat'), 'x'.repeat(1_000))
    await station.settled()
    truncateSync(path('a.dat'), 10)
    await station.settled()
    truncateSync(path('a.dat'), 0)
    await station.settled()
    expect(about('a.dat').map(({ kind, body }) => [kind, body['size']])).toEqual([
      ['file.created', 1_000],
      ['file.changed', 10],
      ['file.changed', 0],
    ])
  })

  test('of no bytes, and a sparse one of 5 GB, are recorded like any other', async () => {
    writeFileSync(path('empty.dat'), '')
    execFileSync('truncate', ['-s', '5G', path('sparse.dat')])
    await station.settled(300)
    expect(about('empty.dat')[0]?.body['sha256']).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    )
    expect(about('sparse.dat')[0]?.body).toMatchObject({
      size: 5 * 2 ** 30,
      sha256: '7f06c62352aebd8125b2a1841e2b9e1ffcbed602f381c3dcb3200200e383d1d5',
    })
  })

  test('that vanishes before it could be read is said to have been there', {
    tags: ['req/P11-10e-1'],
  }, async () => {
    writeFileSync(path('gone.dat'), 'soon gone')
    await wait(600)
    rmSync(path('gone.dat'))
    await wait(500)
    await station.settled()
    const [record] = about('gone.dat')
    expect(record?.kind).toBe('capture.failed')
    expect(record?.body).toMatchObject({ reason: 'vanished', size: 9 })
  })
})

describe('names', () => {
  const names: readonly (readonly [string, string | Buffer])[] = [
    ['composed', 'm\u00fcller.dat'],
    ['decomposed', 'mu\u0308ller.dat'],
    ['of emoji', '\u{1f9ea}\u{1f468}\u200d\u{1f52c}.dat'],
    ['written from right to left', '\u05d3\u05d5\u05d7\u202egnp.exe'],
    ['with a newline', 'two\nlines.dat'],
    ['with a quote, a backslash and a formula', '=HYPERLINK("x")\\n.dat'],
    ['of 255 bytes', `${'n'.repeat(251)}.dat`],
    ['with spaces at its ends', ' lead and trail '],
    ['that looks like an option', '-rf'],
    ['of a backup file', 'run1.dat~'],
    ['of an editor', '.run1.dat.swp'],
    ['that JavaScript reserves', '__proto__'],
  ]

  test('of every kind are kept, none taken for another', { tags: ['req/P11-10e-1'] }, async () => {
    for (const [what, name] of names) writeFileSync(join(station.folder, name as string), what)
    await station.settled()
    const recorded = recordedFiles(station, station.records())
    expect([...recorded].sort()).toEqual([...truthOf(station.folder)].sort())
    expect(recorded.size).toBe(names.length)
  })

  test('that are not UTF-8 are kept with their bytes', { tags: ['req/P11-10e-1'] }, async () => {
    const bytes = Buffer.from([0x72, 0xe9, 0x73, 0x75, 0x6d, 0xe9, 0x2e, 0x64, 0x61, 0x74])
    writeFileSync(Buffer.concat([Buffer.from(`${station.folder}/`), bytes]), 'latin-1')
    writeFileSync(
      Buffer.concat([Buffer.from(`${station.folder}/`), Buffer.from([0x72, 0xe8]), bytes.subarray(2)]),
      'another',
    )
    await station.settled()
    const captures = station.records().filter(({ kind }) => kind === 'file.created')
    expect(captures.map(({ body }) => body['pathRaw']).sort()).toEqual([
      '72e873756de92e646174',
      '72e973756de92e646174',
    ])
    expect(new Set(captures.map(({ body }) => body['sha256'])).size).toBe(2)
  })

  test('of folders far down, over 260 characters in all, are no hindrance', async () => {
    const deep = Array.from({ length: 12 }, (_, i) => `${'folder'.repeat(5)}${i}`)
    mkdirSync(path(...deep), { recursive: true })
    writeFileSync(path(...deep, 'a.dat'), 'deep')
    await station.settled()
    expect(kinds([...deep, 'a.dat'].join('/'))).toEqual(['file.created'])
  })

  test('that no one means for data are left alone, and the trail says which', async () => {
    for (const name of ['desktop.ini', 'Thumbs.db', '._resource', '~$report.docx', '.DS_Store'])
      writeFileSync(path(name), 'x')
    writeFileSync(path('data.dat'), 'x')
    await station.settled()
    expect(readdirSync(station.folder)).toHaveLength(6)
    expect(
      station
        .records()
        .filter(({ kind }) => kind.startsWith('file.'))
        .map(({ body }) => body['path']),
    ).toEqual(['data.dat'])
    const settings = station.records().find(({ kind }) => kind === 'settings.changed')
    expect(JSON.stringify(settings?.body)).toContain('Thumbs.db')
  })
})

describe('what is not in the folder itself', () => {
  test('a link that leads out is refused by a record, and what it points to is not read', {
    tags: ['req/P11-10h-2', 'challenge'],
  }, async () => {
    writeFileSync(join(station.base, 'secret.txt'), 'not of this folder')
    symlinkSync(join(station.base, 'secret.txt'), path('innocent.dat'))
    mkdirSync(join(station.base, 'outside'))
    writeFileSync(join(station.base, 'outside', 'a.dat'), 'outside')
    symlinkSync(join(station.base, 'outside'), path('folder'))
    symlinkSync('.', path('loop'))
    await station.settled()
    await station.scan()
    await station.settled()
    const captures = station.records().filter(({ kind }) => /^(?:file|capture)\./.test(kind))
    expect(captures.map(({ kind, body }) => [kind, body['path'], body['reason']]).sort()).toEqual([
      ['capture.refused', 'folder', 'link-leaves-folder'],
      ['capture.refused', 'innocent.dat', 'link-leaves-folder'],
      ['capture.refused', 'loop', 'link'],
    ])
    expect(JSON.stringify(captures)).not.toContain('sha256')
    rmSync(path('loop'))
    await station.until('it is no longer listed', ({ units, settled }) => settled && units.unclaimed === 2)
    expect(about('loop').map(({ kind, body }) => [kind, body['reason'], body['before'] ?? null])).toEqual([
      ['capture.refused', 'link', null],
      ['capture.failed', 'vanished', { seq: about('loop')[0]?.seq }],
    ])
  })

  test('a link to a name that is no text is refused once, also after a restart', {
    tags: ['req/P11-10h-2', 'challenge'],
  }, async () => {
    symlinkSync(Buffer.from([0x61, 0xff, 0x62]), path('link'))
    await station.settled()
    await station.stop()
    await station.start()
    await station.scan()
    await station.settled()
    expect(about('link').map(({ kind, body }) => [kind, body['target']])).toEqual([
      ['capture.refused', { path: 'a\ufffdb', pathRaw: '61ff62' }],
    ])
  })

  test('a pipe is refused by a record and does not hold anything up', {
    tags: ['req/P11-10h-2'],
  }, async () => {
    execFileSync('mkfifo', [path('pipe')])
    writeFileSync(path('a.dat'), 'x')
    await station.settled()
    expect(about('pipe').map(({ kind, body }) => [kind, body['reason']])).toEqual([
      ['capture.refused', 'not-a-file'],
    ])
    expect(kinds('a.dat')).toEqual(['file.created'])
  })

  test('a second name for one file is recorded as a file of its own', async () => {
    writeFileSync(path('a.dat'), 'x')
    linkSync(path('a.dat'), path('b.dat'))
    await station.settled()
    expect(about('b.dat')[0]?.body['hardLinks']).toBe(2)
    expect(kinds('a.dat')).toEqual(['file.created'])
    expect(kinds('b.dat')).toEqual(['file.created'])
  })
})

describe('a data set', () => {
  test('deleted file by file has one end, and no second one for the last that was seen of it', async () => {
    writeRun(path('sample', '10'), brukerRun(64))
    await station.until('it is recorded', ({ units: { recorded } }) => recorded === 1)
    rmSync(path('sample', '10', 'fid'))
    await station.until('it is on its way', ({ capture }) => capture.pending === 1)
    rmSync(path('sample'), { recursive: true })
    await station.settled()
    await wait(3_000)
    await station.settled()
    expect(kinds('sample/10')).toEqual(['dataset.created', 'dataset.deleted'])
  })

  test('is one record with a manifest, and processing it again is a new version', {
    tags: ['req/P11-10e-1'],
  }, async () => {
    writeRun(path('menthol', '10'), brukerRun())
    await station.settled()
    const [created] = about('menthol/10')
    expect(created?.kind).toBe('dataset.created')
    expect(created?.body).toMatchObject({ profile: 'bruker', complete: true, fileCount: 9 })
    expect(created?.body['instrumentDigests']).toContainEqual(
      expect.objectContaining({ path: 'fid', algorithm: 'md5', agrees: true }),
    )
    mkdirSync(path('menthol', '10', 'pdata', '2'))
    writeFileSync(path('menthol', '10', 'pdata', '2', '1r'), 'processed once more')
    await station.settled()
    const [, changed, ...more] = about('menthol/10')
    expect(more).toEqual([])
    expect(changed?.kind).toBe('dataset.changed')
    expect(changed?.body).toMatchObject({
      raw: created?.body['raw'],
      changes: { added: 1, changed: 0, removed: 0 },
      before: { seq: created?.seq },
    })
    expect(changed?.body['manifest']).not.toBe(created?.body['manifest'])
    expect([...recordedFiles(station, station.records())].sort()).toEqual([...truthOf(station.folder)].sort())
  })

  test('whose manifest is printed is checked by sha256sum', { tags: ['req/DI-3'] }, async () => {
    writeRun(path('menthol', '10'), brukerRun())
    await station.settled()
    const [created] = about('menthol/10')
    const manifest = station.manifest(created?.seq ?? -1)
    writeFileSync(join(station.base, 'manifest'), manifest)
    const digest = execFileSync('sha256sum', [join(station.base, 'manifest')], { encoding: 'utf8' }).slice(
      0,
      64,
    )
    expect(digest).toBe(created?.body['manifest'])
    const check = execFileSync(
      'bash',
      [
        '-c',
        `sed -E 's/^([0-9a-f]{64})  [0-9]+  /\\1  /' "$1" | sha256sum --check --strict`,
        '-',
        join(station.base, 'manifest'),
      ],
      { cwd: path('menthol', '10'), encoding: 'utf8' },
    )
    expect(check.match(/: OK/g)).toHaveLength(9)
  })

  test('that a folder of recorded files becomes takes them in, and leaves them ended where it is moved from', {
    tags: ['req/P11-10e-8', 'challenge'],
  }, async () => {
    for (const name of ['stays', 'moves']) {
      mkdirSync(path(name, 'sub'), { recursive: true })
      for (const file of ['note.txt', 'sub/note.txt']) writeFileSync(path(name, file), `${name} ${file}`)
    }
    await station.settled()
    for (const name of ['stays', 'moves']) writeRun(path(name), brukerRun(64))
    await wait(500)
    renameSync(path('moves'), path('moved'))
    const { units } = await station.settled()
    expect(units.recorded).toBe(2)
    const records = station.records()
    expect([...recordedFiles(station, records)].sort()).toEqual([...truthOf(station.folder)].sort())
    expect(kinds('stays')).toEqual(['dataset.created'])
    for (const file of ['note.txt', 'sub/note.txt'])
      expect(kinds(`moves/${file}`)).toEqual(['file.created', 'file.deleted'])
  })

  test('and a file that take turns under one name have each their beginning and end', {
    tags: ['req/P11-10e-1', 'challenge'],
  }, async () => {
    writeRun(path('10'), brukerRun(64))
    await station.settled()
    rmSync(path('10'), { recursive: true })
    writeFileSync(path('10'), 'a file')
    await station.settled()
    rmSync(path('10'))
    writeRun(path('10'), brukerRun(64))
    await station.settled()
    expect(kinds('10')).toEqual([
      'dataset.created',
      'dataset.deleted',
      'file.created',
      'file.deleted',
      'dataset.created',
    ])
  })

  test('is renamed, and deleted, as one thing', { tags: ['req/P11-10e-1'] }, async () => {
    writeRun(path('menthol', '10'), brukerRun())
    writeRun(path('menthol', '11'), brukerRun())
    await station.settled()
    renameSync(path('menthol'), path('menthol-A'))
    await station.settled()
    rmSync(path('menthol-A', '11'), { recursive: true })
    await wait(500)
    await station.settled()
    expect(
      station
        .records()
        .filter(({ kind }) => /^(?:file|dataset|capture)\./.test(kind))
        .map(({ kind, body }) => [kind, body['path']]),
    ).toEqual([
      ['dataset.created', 'menthol/10'],
      ['dataset.created', 'menthol/11'],
      ['dataset.renamed', 'menthol-A/10'],
      ['dataset.renamed', 'menthol-A/11'],
      ['dataset.deleted', 'menthol-A/11'],
    ])
  })

  test('whose data are not what its audit trail says is recorded with the disagreement', {
    tags: ['req/P11-10e-1', 'challenge'],
  }, async () => {
    const { files } = brukerRun()
    writeRun(path('menthol', '10'), {
      files: files.map(([name, content]) => [name, name === 'fid' ? Buffer.from(content).fill(0) : content]),
    })
    const record = await firstRecordOf('menthol/10', 100)
    expect(record.kind).toBe('dataset.created')
    expect(record.body['complete']).toBe(false)
    expect(record.body['instrumentDigests']).toContainEqual(
      expect.objectContaining({ path: 'fid', agrees: false }),
    )
  })

  test('whose copy was cut off is said to be incomplete, and complete when the rest has come', {
    tags: ['req/P11-10e-1'],
  }, async () => {
    const { files } = brukerRun()
    const isLate = (name: string): boolean => name === 'fid' || name === 'audita.txt'
    writeRun(path('menthol', '10'), { files: files.filter(([name]) => !isLate(name)) })
    const record = await firstRecordOf('menthol/10', 100)
    expect(record.body['complete']).toBe(false)
    expect(record.body['missing']).not.toEqual([])
    writeRun(path('menthol', '10'), { files: files.filter(([name]) => isLate(name)) })
    await station.settled()
    expect(about('menthol/10').map(({ kind, body }) => [kind, body['complete']])).toEqual([
      ['dataset.created', false],
      ['dataset.changed', true],
    ])
  })

  async function firstRecordOf(name: string, seconds: number): Promise<TrailRecord> {
    await station.until(`${name} is recorded`, ({ units }) => units.recorded > 0, seconds)
    const [record] = about(name)
    if (record === undefined) throw new Error(`no record of ${name}`)
    return record
  }
})

function execFileSyncLater(command: string, args: string[]): Promise<void> {
  return import('node:child_process').then(
    ({ execFile }) =>
      new Promise((resolve, reject) =>
        execFile(command, args, (error) => (error === null ? resolve() : reject(error))),
      ),
  )
}
