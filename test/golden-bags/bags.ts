import { readFileSync } from 'node:fs'
import { nameOfBytes, pathFields } from '../../agent/src/capture/raw-name.ts'
import { bagOf, type MadeBag } from '../support/made-bag.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { signedTrail } from '../support/signed-trail.ts'
import { TimeStampAuthority } from '../support/time-stamp-authority.ts'

export const hostileNames: readonly string[] = [
  '=HYPERLINK("http://evil.example","open")',
  '+1+1',
  '-2+3',
  '@SUM(A1)',
  '\uff1d1+1',
  '\tTab first',
  'new\nline',
  'carriage\rreturn',
  'quote " and, comma; =1+1',
  '\u202egnp.exe',
  '\u2066isolated\u2069 \u200fmark',
  'zero\u200bwidth\ufeff',
  'e\u0301 NFD',
  '\u00e9 NFC',
  '\ud83d\ude00 emoji \ud83d\udc68\u200d\ud83d\udd2c',
  '</script><img src=x onerror=alert(1)>',
  '&amp; &#60;',
  '..\\..\\con.txt',
  // Bytes of a disk that are no UTF-8: inside the relay a lone surrogate each.
  nameOfBytes(Uint8Array.of(0x61, 0xed, 0xa0, 0x80, 0xff, 0x62)),
]

function capture(maker: TrailMaker, path: string, project = 'NMR'): void {
  maker.take({ do: 'capture', body: { ...pathFields(path), project, device: 'nmr-1', size: path.length } })
}

/** A bag, and the certificates that its time stamps are held against, in PEM, if it has any. */
type GoldenBag = MadeBag & { readonly anchors?: string }

/** How each of them was made. */
export const goldenBags: { readonly [name: string]: () => Promise<GoldenBag> } = {
  '1-whole': () => {
    const maker = new TrailMaker('golden whole')
    for (let i = 0; i < 5; i++) capture(maker, `2026/03/run-${i}.dat`)
    maker.take({ do: 'sign', reason: 'Spectra match the acceptance criteria' })
    maker.take({ do: 'rotate' })
    capture(maker, '2026/03/run-5.dat')
    return bagOf(maker)
  },
  '1-people': () => bagOf(signedTrail(undefined, 'golden people')),
  '1-approved': () => {
    const steps = [{ meaning: 'approved', role: 'reviewer' }]
    const maker = signedTrail({ NMR: { steps, independent: true } }, 'golden approved')
    return bagOf(maker, { filter: { states: ['approved'], projects: ['NMR'] } })
  },
  '1-hostile-names': () => {
    const maker = new TrailMaker('golden names')
    for (const name of hostileNames) capture(maker, name)
    return bagOf(maker)
  },
  '1-trails': () => {
    const site = 'golden trails'
    const older = ['20240101', '20250101'].map((day, i) => {
      const maker = new TrailMaker(`${site} ${i}`, `lab.example/t/ws-nmr-01/${day}-0000`, site)
      capture(maker, `${day}.dat`, i === 0 ? 'HPLC' : 'NMR')
      return maker
    })
    const maker = new TrailMaker(site)
    capture(maker, 'newest.dat')
    const leftOut = ['lab.example/t/ws-nmr-01/20230101-0000']
    return bagOf(maker, { filter: { projects: ['NMR'] }, others: older, leftOut })
  },
  '1-stamped': async () => {
    const authority = new TimeStampAuthority()
    try {
      const signer = authority.certificate({ key: 'ec384' })
      const maker = new TrailMaker('golden stamped')
      for (let i = 0; i < 3; i++) capture(maker, `2026/03/stamped-${i}.dat`)
      const stampOf = (note: Uint8Array) =>
        authority.reply(authority.query(note), signer, { at: '2026-03-02 12:00:00', digest: 'sha384' })
      return { ...(await bagOf(maker, { stampOf })), anchors: readFileSync(authority.ca, 'utf8') }
    } finally {
      await authority.remove()
    }
  },
}
