import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MANIFEST } from '@compliance-relay/shared/bag'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Workstation } from '../support/workstation.ts'

/* Sealed exports of a real relay, checked by our verifier and by tools that are not ours. */

const why = ['--reason', 'for the inspection of the laboratory']

let station: Workstation

beforeEach(async () => {
  station = new Workstation({ init: ['--quiet', '1'] })
  station.init()
  await station.start()
  for (const [name, text] of [
    ['a.dat', 'a'],
    ['=HYPERLINK("x").dat', 'b'],
    ['\u202egnp.exe', 'c'],
    ['e\u0301 ü 😀.dat', 'd'],
  ] as const)
    writeFileSync(join(station.folder, name), text)
  await station.until('they are recorded', ({ units }) => units.recorded === 4)
  await station.settled()
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

const zip = () => join(station.base, 'export.zip')
const exported = (...args: string[]) =>
  station.tryRelay('export', '--data', station.data, '--out', zip(), ...why, ...args)
const fingerprint = () =>
  JSON.parse(station.relay('keys', '--data', station.data, '--json')).keys[0].fingerprint as string
const verified = (...args: string[]) => station.tryRelay('verify', zip(), ...args)

/** Unpacked beside it. */
function unpacked(): string {
  const folder = join(station.base, 'unpacked')
  mkdirSync(folder)
  execFileSync('unzip', ['-q', zip(), '-d', folder])
  return join(folder, 'export')
}

describe('an export', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  test('is sealed by a record, and holds for whoever has the fingerprint of the key; for nobody else', async () => {
    expect(exported()).toMatchObject({ code: 0, error: '' })
    expect(station.records().at(-1)).toMatchObject({
      kind: 'export.sealed',
      body: { reason: why[1], filter: {} },
    })
    expect(verified('--fingerprint', fingerprint())).toMatchObject({
      code: 0,
      out: expect.stringContaining('No findings'),
    })
    expect(verified('--fingerprint', '0'.repeat(64))).toMatchObject({
      code: 1,
      out: expect.stringContaining('policy-unknown'),
    })
    expect(verified()).toMatchObject({ code: 2, error: expect.stringContaining('--fingerprint') })
    // It is not written over, and asking without a reason does nothing.
    expect(exported().code).toBe(2)
    expect(
      station.tryRelay('export', '--data', station.data, '--out', join(station.base, 'b.zip')).code,
    ).toBe(2)
    expect(readdirSync(station.base).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('of a part withholds the rest by its hashes; the trail going on makes it older, not wrong', async () => {
    expect(exported('--kind', 'file.*').code).toBe(0)
    const { out } = verified('--fingerprint', fingerprint())
    expect(out).toMatch(/: 5 of \d+ records, [1-9]\d* withheld/)
    writeFileSync(join(station.folder, 'later.dat'), 'x')
    await station.until('it is recorded', ({ units }) => units.recorded === 5)
    await station.settled()
    const newer = join(station.base, 'newer.checkpoint')
    writeFileSync(newer, station.relay('checkpoint', '--data', station.data))
    expect(verified('--fingerprint', fingerprint()).code).toBe(0)
    const older = verified('--fingerprint', fingerprint(), '--checkpoint', newer)
    expect(older).toMatchObject({ code: 1, out: expect.stringContaining('bag-older') })
  })

  test('of what no record is, into a folder, or over a link somebody has put there, is refused in words', () => {
    for (const [args, said] of [
      [['--project', 'P-71'], 'no record has the project "P-71"'],
      [['--device', 'nobody'], 'no record has the device "nobody"'],
      [['--state', 'rejected'], 'no record is rejected now'],
      [['--state', 'signed'], '--state is one of unsigned'],
      [['--from', '2030-01-01'], 'no record is from 2030-01-01T00:00:00.000Z on, so nothing was exported'],
      [['--kind', 'file.creatd'], 'the nearest are file.created, '],
    ] as const)
      expect(exported(...args)).toMatchObject({ code: 2, error: expect.stringContaining(said) })
    const into = (out: string) => station.tryRelay('export', '--data', station.data, '--out', out, ...why)
    expect(into(join(station.base, 'q.txt'))).toMatchObject({
      code: 2,
      error: expect.stringContaining('--out is a FILE.zip'),
    })
    mkdirSync(join(station.base, 'folder.zip'))
    for (const out of [join(station.base, 'folder.zip'), `${zip()}/`])
      expect(into(out)).toMatchObject({ code: 2, error: expect.stringContaining('is a folder') })
    const target = join(station.base, 'not-yours')
    writeFileSync(target, 'as it was')
    symlinkSync(target, `${zip()}.part`)
    expect(exported()).toMatchObject({ code: 2, error: expect.stringContaining('export.zip.part is there') })
    expect(readFileSync(target, 'utf8')).toBe('as it was')
    rmSync(`${zip()}.part`)
    expect(station.records().filter(({ kind }) => kind === 'export.sealed')).toEqual([])
    // A name that is a place of its own for other systems is none in the zip.
    const odd = join(station.base, '...zip')
    expect(into(odd)).toMatchObject({ code: 0, error: '' })
    expect(execFileSync('unzip', ['-Z1', odd], { encoding: 'utf8' })).toMatch(/^export\/data\//)
    // What nobody has signed is unsigned, and the verifier comes to the same.
    expect(exported('--state', 'unsigned').code).toBe(0)
    expect(verified('--fingerprint', fingerprint())).toMatchObject({
      code: 0,
      out: expect.stringContaining('whether a signature or a rule was kept back'),
    })
  })

  test('is no capture: nothing says of its manifest that it is in the trail', async () => {
    expect(exported().code).toBe(0)
    const manifest = join(unpacked(), MANIFEST)
    const verdict = () => station.tryRelay('verify-file', manifest, '--data', station.data, '--json')
    const unknown = { state: 'not-recorded', record: null }
    expect(JSON.parse(verdict().out)).toMatchObject(unknown)
    await station.stop()
    // As an earlier version wrote its columns: nothing is found in that, and nothing is said by it.
    const database = new DatabaseSync(join(station.data, 'relay.db'))
    const digest = createHash('sha256').update(readFileSync(manifest)).digest('hex')
    const put = (value: string) =>
      database.prepare("UPDATE entry_columns SET digest = ? WHERE kind = 'export.sealed'").run(value).changes
    expect(put(digest)).toBe(1)
    expect(station.verify()).toMatchObject({ code: 0 })
    expect(JSON.parse(verdict().out)).toMatchObject(unknown)
    expect(put('0'.repeat(64))).toBe(1)
    expect(station.verify()).toMatchObject({ code: 1, out: expect.stringContaining('columns-differ') })
    database.close()
  })

  test('of a relay that does not run is the same', async () => {
    await station.stop()
    expect(exported()).toMatchObject({ code: 0, error: '' })
    expect(verified('--fingerprint', fingerprint()).code).toBe(0)
    expect(station.verify().code).toBe(0)
  })

  test('is checked by bash, coreutils and OpenSSL, as the recipe in it says; an edited one is not taken', () => {
    expect(exported().code).toBe(0)
    const folder = unpacked()
    const steps = readFileSync(join(folder, 'data/VERIFY.txt'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('   '))
      .join('\n')
    const run = () =>
      execFileSync('bash', ['-c', `set -o pipefail\n${steps} 2>&1`], { cwd: folder, encoding: 'utf8' })
    const strange = (said: string) => said.split('\n').filter((line) => !/: OK$/.test(line))
    const done = ['step 3 done', 'step 4 done', 'step 5 done', 'step 6 done', 'step 7 done', '']
    const keys = [expect.stringContaining(fingerprint()), 'step 2 done']
    expect(strange(run())).toEqual(['1', '1', 'step 1 done', ...keys, ...done])
    writeFileSync(join(folder, 'data/records-extra.csv'), 'seq\n')
    expect(run()).toContain('IN NO MANIFEST: data/records-extra.csv')
    rmSync(join(folder, 'data/records-extra.csv'))
    // Another key in a remark, beside the known one: as somebody would who cannot sign with that.
    const policy = readFileSync(join(folder, 'data/policy.txt'), 'utf8')
    writeFileSync(join(folder, 'data/policy.txt'), policy.replace(/^log (.*)$/m, '$&\n# log $1'))
    expect(run()).toContain('NO LINE OF A POLICY: # log')
    writeFileSync(join(folder, 'data/policy.txt'), policy.replace(/^log (.*)$/m, '$&\nlog $1'))
    expect(run()).toContain('NOT ONE KEY: ')
    writeFileSync(join(folder, 'data/policy.txt'), policy)
    const records = join(folder, 'data/records.json')
    const genuine = readFileSync(records, 'utf8')
    writeFileSync(records, genuine.replace('a.dat', 'b.dat'))
    const edited = run()
    expect(edited).toContain('data/records.json: FAILED')
    expect(edited).toContain('NOT IN ITS TRAIL')
    const lines = genuine.split('\n')
    writeFileSync(records, [lines[0], ...lines.slice(2)].join('\n'))
    expect(run()).toContain('ANOTHER NUMBER OF RECORDS')
    writeFileSync(records, [lines[0], lines[1], ...lines.slice(1, -3), ...lines.slice(-2)].join('\n'))
    expect(run()).toContain('OUT OF ORDER')
    writeFileSync(records, genuine.replace('[\n', '[{"invented":1},\n'))
    expect(run()).toContain('ANOTHER FIRST OR LAST LINE')
    writeFileSync(records, genuine)
    // As somebody would who can do everything but sign: another table, and a seal made anew, with its leaf beside it.
    const file = (name: string) => join(folder, name)
    const text = (name: string) => readFileSync(file(name), 'utf8')
    const digest = (bytes: string) => createHash('sha256').update(bytes).digest('hex')
    const before = text('manifest-sha256.txt')
    writeFileSync(file('data/records.csv'), text('data/records.csv').replace('a.dat', 'b.dat'))
    const manifest = before.replace(
      /[0-9a-f]{64}(?= {2}data\/records\.csv)/,
      digest(text('data/records.csv')),
    )
    writeFileSync(file('manifest-sha256.txt'), manifest)
    writeFileSync(file('seal.json'), text('seal.json').replace(digest(before), digest(manifest)))
    const leaves = text('seal.leaves').split('\n')
    leaves[0] = digest(`\0${text('seal.json').trimEnd()}`)
    writeFileSync(file('seal.leaves'), leaves.join('\n'))
    const tags = [
      'bag-info.txt',
      'bagit.txt',
      'manifest-sha256.txt',
      'seal.json',
      'seal.leaves',
      'seal.tlog-proof',
    ]
    writeFileSync(
      file('tagmanifest-sha256.txt'),
      tags.map((name) => `${digest(text(name))}  ${name}\n`).join(''),
    )
    const forged = run()
    expect(forged).not.toContain('FAILED')
    expect(forged).toContain('THE SEAL IS OF ANOTHER HISTORY')
  })

  test('of which a byte was changed, or the end cut off, is said to be so', () => {
    expect(exported().code).toBe(0)
    const whole = readFileSync(zip())
    writeFileSync(zip(), whole.subarray(0, whole.length - 100))
    expect(verified('--fingerprint', fingerprint())).toMatchObject({
      code: 2,
      error: expect.stringContaining('only a part of one'),
    })
    for (let at = 200; at < whole.length - 2_000; at += 997) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 0x10
      writeFileSync(zip(), changed)
      const { code, out } = verified('--fingerprint', fingerprint(), '--json')
      // A byte of the zip that nobody reads may be another; what is in the bag is then as it was sealed.
      if (code === 0) expect(JSON.parse(out).sealed.holds).toBe(true)
      else expect([1, 2]).toContain(code)
    }
  })
})
