import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What an instrument of the Bruker kind leaves of one run, in its shape and with its own digests; the numbers are noise. */
export interface BrukerRun {
  /** Relative path and content of each file, in the order an instrument writes them. */
  readonly files: readonly (readonly [path: string, content: Uint8Array | string])[]
}

export function brukerRun(points = 1_024): BrukerRun {
  const fid = randomBytes(points * 4)
  const processed = randomBytes(points * 2)
  return {
    files: [
      ['acqu', acqus(points)],
      ['pulseprogram', ';zg\n1 ze\n2 30m\n  go=2\nexit\n'],
      ['fid', fid],
      ['acqus', acqus(points)],
      ['audita.txt', audit('audita', fid)],
      ['pdata/1/procs', '##TITLE= Parameter file\n##$SI= 512\n##END=\n'],
      ['pdata/1/1r', processed],
      ['pdata/1/auditp.txt', audit('auditp', processed)],
      ['pdata/1/title', 'made for a test\n'],
    ],
  }
}

export function writeRun(folder: string, { files }: BrukerRun): void {
  for (const [path, content] of files) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}

function acqus(points: number): string {
  return [
    '##TITLE= Parameter file, TopSpin 3.5 pl 7',
    '##JCAMPDX= 5.0',
    '##DATATYPE= Parameter Values',
    '##OWNER= tester',
    '$$ 2026-03-02 09:10:11.123 +0100  tester@ws-test',
    '##$BYTORDA= 0',
    '##$DATE= 1772439011',
    '##$DTYPA= 0',
    '##$INSTRUM= <spect>',
    '##$PULPROG= <zg30>',
    '##$SOLVENT= <CDCl3>',
    `##$TD= ${points}`,
    '##END=',
    '',
  ].join('\n')
}

function audit(name: string, data: Uint8Array): string {
  const md5 = createHash('md5').update(data).digest('hex').toUpperCase()
  const pairs = md5.match(/../g)?.join(' ')
  return [
    '##TITLE= Audit trail, TopSpin 3.5 pl 7',
    '##JCAMPDX= 5.01',
    '##ORIGIN= Bruker BioSpin GmbH',
    '##OWNER= tester',
    `$$ ${name}`,
    '##AUDIT TRAIL= $$ (NUMBER, WHEN, WHO, WHERE, PROCESS, VERSION, WHAT)',
    '(   1,<2026-03-02 09:10:11.123 +0100>,<tester>,<ws-test>,<go>,<TopSpin 3.5 pl 7>,',
    '      <created by zg',
    '\tstarted at 2026-03-02 09:09:11.000 +0100,',
    `       data hash MD5: ${data.length / 4_096}K`,
    `       ${pairs}>)`,
    '##END=',
    '',
  ].join('\n')
}
