import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openZipBag, plainText } from '@compliance-relay/shared/bag'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { Laboratory, password, why } from '../support/laboratory.ts'
import { missingPoppler, pagesOf, qpdfFaults, solid } from '../support/poppler.ts'
import { Workstation } from '../support/workstation.ts'

/* The copy to read of a real relay's export: two projects, real instruments' data, people who sign and take back. */

const real = join(import.meta.dirname, '../../../shared/instrument-data/nmr/bruker-1d/AN-menthol/10')

let station: Workstation
let laboratory: Laboratory

beforeEach(async (context) => {
  context.skip(missingPoppler !== undefined, missingPoppler)
  station = new Workstation({ usualPort: true, init: ['--quiet', '1', '--admin', 'asmith=Anna Smith'] })
  laboratory = new Laboratory(station, String(await freePort()))
  await laboratory.open()
})
afterEach(async () => {
  await station?.stop('SIGKILL')
  await station?.remove()
})

const seqOf = (path: string) => station.records().findLast(({ body }) => body['path'] === path)?.seq ?? 0

describe('the printed copy of an export', { tags: ['req/P11-50b-1', 'req/P11-10b-1', 'challenge'] }, () => {
  test('shows each signature, what became of it, and each record of every project, as PDF and as a page alike', async () => {
    const other = join(station.base, 'other')
    mkdirSync(other)
    station.relay('project', 'add', 'P-18', '--data', station.data, ...why)
    station.relay('watch', 'add', other, '--data', station.data, '--project', 'P-18', '--quiet', '1', ...why)
    const names = ['a.dat', 'b.dat', '=HYPERLINK("x").dat', '\u202egnp.exe', 'e\u0301 ü 😀.dat']
    for (const name of names) writeFileSync(join(station.folder, name), name)
    if (existsSync(real)) cpSync(real, join(other, '10'), { recursive: true })
    else writeFileSync(join(other, 'fid'), 'no instrument’s data here')
    await station.until('they are recorded', ({ units }) => units.recorded === names.length + 1)
    const hand = await laboratory.signing('jdoe', 'Zoë Ångström')
    await laboratory.sign(hand, seqOf('a.dat'), {
      count: 1,
      meaning: 'reviewed',
      reason: 'integration checked',
    })
    const taken = await laboratory.sign(hand, seqOf('b.dat'), {
      count: 2,
      meaning: 'reviewed',
      reason: 'baseline checked',
    })
    await laboratory.sign(hand, taken, { count: 3, meaning: 'withdrawn', reason: 'the wrong spectrum' })
    await laboratory.sign(hand, seqOf('\u202egnp.exe'), { count: 4, meaning: 'approved', reason: 'good' })
    const rule = ['rules', 'set', 'signing', 'P-17=reviewed:reviewer,approved:qa']
    laboratory.asked([password], ...rule, '--as', 'asmith', ...why)
    writeFileSync(join(station.folder, 'a.dat'), 'other content')
    await station.until('it is recorded again', () => seqOf('a.dat') > taken)
    await station.settled()

    const zip = join(station.base, 'export.zip')
    station.relay('export', '--data', station.data, '--out', zip, ...why)
    const [{ fingerprint }] = JSON.parse(station.relay('keys', '--data', station.data, '--json')).keys
    const print = (name: string, digits: string) => {
      const file = join(station.base, name)
      return { file, ...station.tryRelay('report', zip, '--fingerprint', digits, '--out', file) }
    }
    const pdf = print('copy.pdf', fingerprint)
    expect(pdf).toMatchObject({ code: 0, out: expect.stringContaining('The export holds.') })
    expect(qpdfFaults(pdf.file)).toBe('')
    const onPaper = pagesOf(pdf.file).join('')
    const page = print('copy.html', fingerprint)
    const onPage = solid(readFileSync(page.file, 'utf8').replace(/<[^>]*>/g, '')).replace(
      /&#(\d+);/g,
      (_, code) => String.fromCharCode(Number(code)),
    )
    const bag = await openZipBag(new Blob([readFileSync(zip)]))
    const read: Uint8Array[] = []
    for await (const piece of bag.read('data/records.json')) read.push(piece.slice())
    await bag.close()
    const entries = JSON.parse(Buffer.concat(read).toString()) as {
      record: ReturnType<typeof station.records>[number]
    }[]
    const wanted = [
      ...entries.flatMap(({ record: { seq, time, kind, actor, body } }) => [
        `${seq}${time.replace('T', '').replace('Z', '')}${kind}${actor.via === 'relay' ? 'the relay' : ''}${actor.name}`,
        ...(typeof body['path'] === 'string' ? [plainText(body['path'])] : []),
      ]),
      'Zoë Ångström', 'integration checked', 'baseline checked', 'the wrong spectrum', 'reviewer',
      `${seqOf('b.dat')} b.dat`, `changed after it was signed, see record ${seqOf('a.dat')}`,
      `${seqOf('b.dat')}file.createdb.datunsigned: each signature on it was withdrawn`,
      `${seqOf('\u202egnp.exe')}file.created${plainText('\u202egnp.exe')}unsigned: what was signed stands, and fills no step of the signing rule`,
      'withdrawn by its signer, ', 'P-17', 'P-18', 'lab.example', `fingerprint ${fingerprint}`,
    ] // biome-ignore format: a list to be read through
    for (const text of [onPaper, onPage])
      expect(wanted.filter((one) => !text.includes(solid(one)))).toEqual([])

    // The same bytes again; not over what is there; and on every page what is wrong, for whoever trusts another key.
    expect(readFileSync(print('again.pdf', fingerprint).file).equals(readFileSync(pdf.file))).toBe(true)
    expect(print('copy.pdf', fingerprint)).toMatchObject({ code: 2 })
    expect(print('copy.docx', fingerprint)).toMatchObject({
      code: 2,
      error: expect.stringContaining('FILE.pdf'),
    })
    const strange = print('strange.pdf', '0'.repeat(64))
    expect(strange).toMatchObject({ code: 1, out: expect.stringContaining('does not hold') })
    for (const one of pagesOf(strange.file)) expect(one).toContain(solid('a bag that does not hold'))
  })
})
