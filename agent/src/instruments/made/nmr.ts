import { createHash } from 'node:crypto'
import { type Files, joined, longs } from './unit.ts'

export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}

/** The digest as Bruker prints it: `52 FB 47`. */
export function spaced(digest: string): string {
  return digest.toUpperCase().match(/../g)?.join(' ') ?? ''
}

export function acqus(
  values: Readonly<Record<string, string>> = {},
  title = 'Parameter file, TopSpin 3.6.5',
): string {
  const all = {
    TD: '256',
    DTYPA: '0',
    PARMODE: '0',
    PULPROG: '<zg30>',
    SOLVENT: '<CDCl3>',
    EXP: '<PROTON>',
    ...values,
  }
  return [
    `##TITLE= ${title}`,
    '##JCAMPDX= 5.0',
    '##ORIGIN= Bruker BioSpin GmbH',
    '##OWNER= labuser',
    '$$ 2024-05-06 07:08:09.100 +0200  anna@nmrhost',
    '$$ /data/anna/nmr/TEST-SAMPLE/10/acqus',
    '##$DATE= 1714972089',
    ...Object.entries(all).map(([key, value]) => `##$${key}= ${value}`),
    '##END=',
    '',
  ].join('\n')
}

/** One entry of an audit trail. */
export function entry(n: number, what: readonly string[], who = 'anna'): string {
  return `(   ${n},<2024-05-06 07:10:00.000 +0200>,<${who}>,<nmrhost>,<go4>,<TopSpin 3.6.5>,\n      <${what.join('\n       ')}>)`
}

export function created(hash: string, digest: string, ...more: readonly string[]): readonly string[] {
  return [
    'created by zg',
    'started at 2024-05-06 07:08:09.100 +0200,',
    'POWCHK enabled, PULCHK disabled,',
    ...more,
    'configuration hash MD5:',
    spaced(md5(new Uint8Array(1))),
    `data hash MD5: ${hash}`,
    spaced(digest),
  ]
}

export function audit(...entries: readonly string[]): string {
  const head =
    '##TITLE= Audit trail, TopSpin 3.6.5\n##AUDIT TRAIL=  $$ (NUMBER, WHEN, WHO, WHERE, PROCESS, VERSION, WHAT)\n'
  return `${head}${entries.join('\n')}\n##END=\n\n$$ hash MD5\n$$ ${spaced(md5(new Uint8Array(2)))}\n`
}

export function points(count: number, width = 4): Uint8Array {
  return new Uint8Array(count * width).map((_, i) => (i * 7 + (i >> 8)) & 255)
}

export function bruker1d(): Files {
  const fid = points(256)
  const spectrum = points(128)
  const acquired = entry(1, created('256', md5(fid)))
  return {
    acqu: acqus(),
    acqus: acqus(),
    fid,
    'audita.txt': audit(acquired),
    pulseprogram: '; zg30',
    'pdata/1/procs': '##TITLE= p\n##END=\n',
    'pdata/1/1r': spectrum,
    'pdata/1/1i': spectrum,
    'pdata/1/auditp.txt': audit(
      acquired,
      entry(2, [
        'ft',
        'fid data hash MD5: 256',
        spaced(md5(fid)),
        'data hash MD5: 128',
        spaced(md5(spectrum)),
      ]),
    ),
    'pdata/1/title': '\n  A title \n second line\n',
  }
}

/** A 2D stopped after three of eight rows; `ser` has its full size from the start. */
export function bruker2dStopped(): Files {
  const ser = joined(points(3 * 256), new Uint8Array(5 * 1_024))
  const digest = md5(points(3 * 256))
  return {
    acqus: acqus({ PARMODE: '1' }),
    acqu2s: acqus({ TD: '3' }),
    pulseprogram: '; hsqc',
    ser,
    'audita.txt': audit(entry(1, created('256 * 3', digest, "terminated by command 'stop'"))),
  }
}

export function procpar(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} 2 2 128 0 0 2 1 0 1 64\n1 "${value}"\n0 `)
    .join('\n')
    .concat('\n')
}

export function varianHeader(
  blocks: number,
  traces: number,
  np: number,
  width: number,
  headers = 1,
): Uint8Array {
  const blockBytes = headers * 28 + traces * np * width
  return longs([blocks, traces, np, width, np * width, blockBytes, 0x0002001c, headers])
}

export function varian(): Files {
  return {
    fid: joined(varianHeader(24, 1, 64, 4), new Uint8Array(24 * (28 + 256))),
    procpar: procpar({
      samplename: 'sample seven',
      operator_: 'bert',
      console: 'vnmrs',
      seqfil: 's2pul',
      time_run: '20240506T070809',
      time_complete: '20240506T071000',
      solvent: 'd2o',
    }),
    log: 'Mon May  6 07:08:09 2024: Experiment started\nMon May  6 07:10:00 2024: Acquisition complete\n',
    text: 'a comment\n',
  }
}

/** A JEOL file with data of that many bytes; the header can be turned round. */
export function jeol(dataBytes: number, little = false): Uint8Array {
  const bytes = new Uint8Array(1_400 + dataBytes)
  const view = new DataView(bytes.buffer)
  bytes.set(Buffer.from(little ? 'RMN.LOEJ' : 'JEOL.NMR'))
  bytes.set(Buffer.from('sample of jeol'), 48)
  view.setUint32(400, ((34 << 25) | (5 << 21) | (6 << 16) | 0x8000) >>> 0, little)
  bytes.set(Buffer.from('node1'), 408)
  bytes.set(Buffer.from('ECZ 400'), 424)
  bytes.set(Buffer.from('chris'), 552)
  view.setUint32(1_212, 1_360, little)
  view.setUint32(1_216, 40, little)
  view.setUint32(1_284, 1_400, little)
  view.setBigUint64(1_288, BigInt(dataBytes), little)
  view.setBigUint64(1_296, BigInt(1_400 + dataBytes), little)
  return bytes
}

export function spinsolve(): Files {
  const header = joined(Buffer.from('SORPATAD1.1V'), longs([504, 16, 1, 1, 1], true))
  return {
    'acqu.par':
      'Sample                  = "beer"\nstartTime   = "2024-05-06T07:08:09.100"\nSpinsolveUser = "dora"\nSpectrometer = "SPA1"\n',
    'data.1d': joined(header, new Uint8Array(16 * 12)),
  }
}
