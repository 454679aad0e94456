import {
  BagUnreadable,
  fingerprintOf,
  MANIFEST,
  openZipBag,
  TAG_MANIFEST,
  verifyBag,
} from '@compliance-relay/shared/bag'
import { fromUtf8, hex, leafHash, parsePolicy, sha256, utf8 } from '@compliance-relay/shared/trail'
import { beforeAll, describe, expect, test } from 'vitest'
import { seedOf } from '../support/arbitraries.ts'
import { csvRows } from '../support/csv-rows.ts'
import {
  bagOf,
  codesOf,
  type Files,
  FilesSource,
  type MadeBag,
  manifestOf,
  policyText,
  verified,
} from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { zipOf } from '../support/zipped.ts'

const names = [
  'plain.dat',
  '=HYPERLINK("http://evil.example","open")',
  '+1+1',
  '-2',
  '@SUM(A1)',
  '\tTab first',
  'new\nline',
  'carriage\rreturn',
  'quote " and, comma',
  '\u202egnp.exe',
  'e\u0301 NFD',
  '😀 emoji',
  '＝full width',
  '</script><img src=x>',
]

function trailWith(seed: string, trail?: string): TrailMaker {
  const maker = new TrailMaker(seed, trail)
  for (const [i, path] of names.entries())
    maker.take({
      do: 'capture',
      body: {
        path,
        project: i % 2 === 0 ? 'NMR' : 'HPLC',
        device: 'ws',
        size: i,
        sha256: hex(sha256(utf8(path))),
      },
    })
  maker.take({ do: 'sign', reason: 'Spectra match the acceptance criteria' })
  maker.take({ do: 'rotate' })
  return maker
}

let bag: MadeBag

beforeAll(async () => {
  bag = await bagOf(trailWith('bag'))
})

const textOf = (name: string, files = bag.files) => fromUtf8(files.get(name) ?? new Uint8Array())
const altered = (change: (files: Files) => void): Files => {
  const files = new Map(bag.files)
  change(files)
  return files
}

/** As somebody would who can do everything but sign: the manifests are made anew. */
function remade(change: (files: Files) => void): Files {
  const files = altered(change)
  files.set(
    MANIFEST,
    manifestOf(files, (name) => name.startsWith('data/')),
  )
  files.set(
    TAG_MANIFEST,
    manifestOf(files, (name) => !name.startsWith('data/') && name !== TAG_MANIFEST),
  )
  return files
}

describe('a bag', { tags: ['req/P11-10a-4', 'req/P11-10b-1'] }, () => {
  test('that is whole has nothing found in it, and says what was checked', async () => {
    const report = await verified(bag.files, bag.policy)
    expect(report.findings).toEqual([])
    expect(report.sealed).toMatchObject({
      holds: true,
      actor: { id: 'quinn' },
      reason: 'for the inspection of March',
    })
    expect(report.trails).toMatchObject([{ disclosed: names.length + 4, withheld: 0, checkpoints: 1 }])
    expect(report.checked).toMatchObject({ records: names.length + 4, statements: 1 })
  })

  test('has each record as JSON exactly, and as a row that no program takes for a formula', {
    tags: ['req/P11-10b-2', 'challenge'],
  }, () => {
    const records = JSON.parse(textOf('data/records.json')) as { record: { body: { path?: string } } }[]
    expect(records.flatMap(({ record }) => record.body.path ?? [])).toEqual(names)
    const rows = csvRows(textOf('data/records.csv'))
    const [header = [], ...cells] = rows
    expect(cells).toHaveLength(records.length)
    for (const row of cells) {
      expect(row).toHaveLength(header.length)
      for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/u)
      for (const cell of row.slice(0, -1)) expect(cell).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect(Object.keys(JSON.parse(row.at(-1) ?? ''))).toEqual(['checksum', 'record'])
    }
  })

  test('of a part says how many records were withheld, and has what its signatures need', async () => {
    const part = await bagOf(trailWith('part'), { filter: { projects: ['NMR'] } })
    const report = await verified(part.files, part.policy)
    expect(report.findings).toEqual([])
    expect(report.checked.statements).toBe(1)
    const [{ disclosed = 0, withheld = 0, size = 0 } = {}] = report.trails
    // Half of the captures, the trail's beginning, the key, its signature and the rotation.
    expect([disclosed, withheld]).toEqual([names.length / 2 + 4, names.length / 2])
    expect(size).toBe(disclosed + withheld)
    expect(textOf('bag-info.txt', part.files)).toContain(`${withheld} withheld`)
  })

  test('of a decision has what was held, too; a cell is no formula where a semicolon parts cells either', async () => {
    const maker = trailWith('held')
    const note = maker.noteOn([1], 'approved', 'signed while nobody could be asked')
    const relay = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
    maker.record('signature.held', relay, { code: 'key-revoked', note, statement: hex(sha256(utf8(note))) })
    const held = { seq: maker.size - 1, leaf: hex(leafHash(maker.lines.at(-1) ?? new Uint8Array())) }
    const quinn = { id: 'quinn', name: 'Quinn Parker', via: 'password' }
    maker.record('signature.decided', quinn, { held, decision: 'accepted', path: 'a;=2+3;b' })
    const part = await bagOf(maker, { filter: { persons: ['quinn'] } })
    expect((await verified(part.files, part.policy)).findings).toEqual([])
    expect(textOf('data/records.csv', part.files)).toContain('a\\u003b=2+3')
  })

  test('is taken by fingerprints of its keys, all of them and no others', {
    tags: ['challenge'],
  }, async () => {
    const { trailKey, witness } = bag.maker
    const prints = [trailKey, witness].map(({ vkey }) => fingerprintOf(vkey))
    const by = (fingerprints: readonly string[]) =>
      verifyBag(new FilesSource(bag.files), { trust: { fingerprints } })
    expect((await by(prints.map((one) => one.toUpperCase().replace(/(.{8})/g, '$1 ')))).findings).toEqual([])
    for (const some of [[], prints.slice(0, 1), prints.slice(1), [...prints.slice(1), '0'.repeat(64)]]) {
      const { findings, sealed } = await by(some)
      expect(findings.map(({ code }) => code)).toContain('policy-unknown')
      expect(sealed?.holds).toBe(false)
    }
  })
})

describe('of a bag that was changed', { tags: ['req/P11-10a-4', 'challenge'] }, () => {
  test('a file that is gone, added, renamed, swapped or there twice is found', async () => {
    for (const name of bag.files.keys())
      expect(
        await codesOf(
          altered((files) => files.delete(name)),
          bag.policy,
        ),
        name,
      ).toContain('file-missing')
    const extra = altered((files) => files.set('data/readme.html', utf8('<p>trust me')))
    expect(await codesOf(extra, bag.policy)).toContain('file-added')
    expect(
      await codesOf(
        altered((files) => files.set('notes.txt', utf8('x'))),
        bag.policy,
      ),
    ).toContain('file-added')
    const twice = await verifyBag(new FilesSource(bag.files, ['data/records.csv']), {
      trust: { policy: parsePolicy(bag.policy) },
    })
    expect(twice.findings.map(({ code }) => code)).toContain('file-twice')
    const swapped = altered((files) => {
      files.set('data/records.csv', bag.files.get('data/records.json') as Uint8Array)
      files.set('data/records.json', bag.files.get('data/records.csv') as Uint8Array)
    })
    expect(await codesOf(swapped, bag.policy)).toContain('file-changed')
  })

  test('what was changed and its manifests made anew is found by the seal, and said to be no evidence', async () => {
    const cases: Record<string, (files: Files) => void> = {
      'a record edited': (files) =>
        files.set('data/records.json', utf8(textOf('data/records.json').replace('plain.dat', 'other.dat'))),
      'a record left out': (files) =>
        files.set(
          'data/records.json',
          utf8(textOf('data/records.json').split('\n').toSpliced(3, 1).join('\n')),
        ),
      'a row edited': (files) =>
        files.set('data/records.csv', utf8(textOf('data/records.csv').replace('plain.dat', 'other.dat'))),
      'another recipe': (files) => files.set('data/VERIFY.txt', utf8('all is well\n')),
      'another policy': (files) => files.set('data/policy.txt', utf8(policyText(new TrailMaker('eve')))),
      'other leaves': (files) => {
        const [leaves = ''] = [...files.keys()].filter((name) => name.endsWith('leaves.txt'))
        files.set(leaves, utf8(textOf(leaves).split('\n').slice(1).join('\n')))
      },
    }
    for (const [what, change] of Object.entries(cases)) {
      const report = await verified(remade(change), bag.policy)
      const codes = report.findings.map(({ code }) => code)
      expect(codes, what).toContain('manifest-changed')
      expect(report.sealed?.holds, what).toBe(false)
    }
    const info = remade((files) =>
      files.set('bag-info.txt', utf8(textOf('bag-info.txt').replace('lab.example', 'fab.example'))),
    )
    expect(await codesOf(info, bag.policy)).toEqual(['info-changed'])
  })

  test('each fault of a record has its place', async () => {
    const lines = textOf('data/records.json').split('\n')
    const at = lines.findIndex((line) => line.includes('plain.dat'))
    const edited = remade((files) =>
      files.set(
        'data/records.json',
        utf8(lines.with(at, (lines[at] ?? '').replace('"size":0', '"size":7')).join('\n')),
      ),
    )
    const { findings } = await verified(edited, bag.policy)
    expect(findings.find(({ code }) => code === 'record-not-in-trail')).toMatchObject({
      file: 'data/records.json',
      line: at + 1,
      seq: 1,
    })
    expect(findings.find(({ code }) => code === 'csv-changed')).toMatchObject({ line: at + 1 })
    const doubled = remade((files) =>
      files.set('data/records.json', utf8(lines.toSpliced(at, 0, lines[at] ?? '').join('\n'))),
    )
    expect(await codesOf(doubled, bag.policy)).toEqual(
      expect.arrayContaining(['record-order', 'record-count', 'csv-changed']),
    )
  })

  test('leaves that are others are found by the seal, by each head, and by what joins the seal to them', async () => {
    const maker = trailWith('bag')
    const other = (text: string) => `${text.startsWith('0') ? '1' : '0'}${text.slice(1)}`
    const file = [...bag.files.keys()].find((name) => name.endsWith('/leaves.txt')) ?? ''
    const sealedSo = await bagOf(maker, { words: { file, change: other } })
    expect(await codesOf(sealedSo.files, sealedSo.policy)).toEqual(
      expect.arrayContaining(['leaves-changed', 'root-mismatch', 'seal-of-another-history']),
    )
  })

  test('a record that the filter does not take is found, also where the relay sealed it so', async () => {
    const sealedSo = await bagOf(trailWith('bag'), {
      change: (body) => ({ ...body, filter: { projects: ['NMR'] } }),
    })
    expect(await codesOf(sealedSo.files, sealedSo.policy)).toContain('record-not-asked-for')
  })

  test('a seal of another bag, of another trail, or under a head nobody signed is found', async () => {
    const other = await bagOf(trailWith('bag'), { filter: { projects: ['NMR'] } })
    const seals = ['seal.json', 'seal.tlog-proof', 'seal.leaves']
    const older = remade((files) => {
      for (const name of seals) files.set(name, other.files.get(name) as Uint8Array)
    })
    expect(await codesOf(older, bag.policy)).toEqual(
      expect.arrayContaining(['info-changed', 'manifest-changed']),
    )
    const foreign = await bagOf(trailWith('eve', 'lab.example/t/ws-nmr-02/20260302-0000'))
    const mixed = remade((files) => {
      for (const name of seals) files.set(name, foreign.files.get(name) as Uint8Array)
    })
    expect(await codesOf(mixed, bag.policy)).toEqual(
      expect.arrayContaining(['checkpoint-signature', 'manifest-changed', 'trail-missing']),
    )
    const proof = textOf('seal.tlog-proof')
    const [, signature = '', cosignature = ''] =
      /(— lab\.example\/t.*\n)(— lab\.example\/w.*\n)/.exec(proof) ?? []
    const without = (text: string) =>
      remade((files) => files.set('seal.tlog-proof', utf8(proof.replace(text, ''))))
    expect(await codesOf(without(signature), bag.policy)).toContain('checkpoint-signature')
    expect(await codesOf(without(cosignature), bag.policy)).toContain('checkpoint-quorum')
  })

  test('a forged cosignature, a policy with another key, a stranger’s line beside the right ones: each is found', async () => {
    const eve = new TrailMaker('eve')
    const proof = textOf('seal.tlog-proof')
    const forged = remade((files) =>
      files.set(
        'seal.tlog-proof',
        utf8(
          proof.replace(
            /(— lab\.example\/w\S* )(\S)(\S)/,
            (_, a, b, c) => `${a}${b}${c === 'A' ? 'B' : 'A'}`,
          ),
        ),
      ),
    )
    expect((await verified(forged, bag.policy)).sealed?.holds).toBe(false)
    const wrongKey = utf8(
      `log ${eve.trailKey.vkey}\nwitness server ${bag.maker.witness.vkey}\nquorum server\n`,
    )
    expect(await codesOf(bag.files, wrongKey)).toContain('checkpoint-signature')
    const stray =
      textOf('seal.tlog-proof', (await bagOf(trailWith('eve'))).files)
        .split('\n')
        .at(-2) ?? ''
    const beside = remade((files) =>
      files.set('seal.tlog-proof', utf8(`${proof}${stray.replace('/w/server', '/w/other')}\n`)),
    )
    expect(await codesOf(beside, bag.policy)).toContain('checkpoint-cosignature')
  })

  test('a trail in it that nobody signed, or a policy that is not there, leaves no seal that holds', async () => {
    const heads = [...bag.files.keys()].filter((name) => name.endsWith('.checkpoint'))
    const headless = remade((files) => {
      for (const name of heads) files.delete(name)
    })
    const report = await verified(headless, bag.policy)
    expect(report.findings.map(({ code }) => code)).toContain('trail-not-signed')
    expect(report.sealed?.holds).toBe(false)
    const { trailKey, witness } = bag.maker
    const fingerprints = [trailKey, witness].map(({ vkey }) => fingerprintOf(vkey))
    const without = altered((files) => files.delete('data/policy.txt'))
    const unknown = await verifyBag(new FilesSource(without), { trust: { fingerprints } })
    expect(unknown.sealed?.holds).toBe(false)
  })

  test('is held against a head from elsewhere: of the same size and another root, unsigned, or of another trail', async () => {
    const fork = trailWith('bag')
    const other = new TrailMaker('bag')
    for (let i = 0; other.size < fork.size; i++) other.take({ do: 'capture', body: { path: `other-${i}` } })
    expect(await codesOf(bag.files, bag.policy, { newest: [other.checkpoint()] })).toEqual([
      'seal-of-another-history',
    ])
    expect(await codesOf(bag.files, bag.policy, { newest: [fork.checkpoint()] })).toEqual([])
    const eve = trailWith('eve')
    expect(await codesOf(bag.files, bag.policy, { newest: [eve.checkpoint()] })).toContain(
      'checkpoint-signature',
    )
    const foreign = trailWith('bag', 'lab.example/t/ws-nmr-02/20260302-0000')
    expect(await codesOf(bag.files, bag.policy, { newest: [foreign.checkpoint()] })).toContain(
      'checkpoint-origin',
    )
  })

  test('in a zip of which any byte was changed is read to an end, and no folder hides a file', {
    timeout: 120_000,
  }, async () => {
    const whole = await zipOf(bag.files)
    const seed = seedOf('bytes of a zip')
    let state = seed
    for (let i = 0; i < 150; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      const changed = whole.slice()
      const at = (state >> 4) % changed.length
      changed[at] = (changed[at] ?? 0) ^ (1 << (state & 7))
      try {
        const zip = await openZipBag(new Blob([changed]))
        const { sealed, findings } = await verifyBag(zip, { trust: { policy: parsePolicy(bag.policy) } })
        if (findings.length === 0) expect(sealed?.holds).toBe(true)
        await zip.close()
      } catch (error) {
        if (!(error instanceof BagUnreadable)) throw error
      }
    }
  })

  test('one that the trail has gone on since is said to be older, by whoever has a newer head', async () => {
    const maker = trailWith('bag')
    const first = await bagOf(maker)
    expect(await codesOf(first.files, first.policy, { newest: [maker.checkpoint()] })).toEqual([])
    for (let i = 0; i < 3; i++) maker.take({ do: 'capture', body: { path: `new-${i}` } })
    expect(await codesOf(first.files, first.policy, { newest: [maker.checkpoint()] })).toEqual(['bag-older'])
  })
})
