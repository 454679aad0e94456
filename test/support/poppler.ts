import { execFileSync, spawnSync } from 'node:child_process'

/** Why PDFs cannot be read back here; undefined if they can. */
export const missingPoppler: string | undefined = ['pdftotext', 'pdfinfo', 'pdffonts', 'qpdf'].every(
  (tool) => spawnSync(tool, ['--version']).error === undefined,
)
  ? undefined
  : 'skipped: poppler-utils or qpdf not present'

/** The text of each page, in the order in which it was drawn, without white space: lines are parted anywhere. */
export function pagesOf(file: string): readonly string[] {
  const text = execFileSync('pdftotext', ['-raw', '-enc', 'UTF-8', file, '-'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  return text.split('\f').slice(0, -1).map(solid)
}

/** Without white space, and without the marks by which a reader says which way letters go. */
export function solid(text: string): string {
  return text.replace(/[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
}

export function pdfInfo(file: string): string {
  return execFileSync('pdfinfo', [file], { encoding: 'utf8' })
}

/** What is wrong with how it is put together; empty if nothing is. */
export function qpdfFaults(file: string): string {
  const { status, stdout, stderr } = spawnSync('qpdf', ['--check', file], { encoding: 'utf8' })
  return status === 0 ? '' : `${stdout}${stderr}`
}

/** Each font, and whether it is embedded and says which letters it has. */
export function fontsOf(file: string): readonly { readonly name: string; readonly isWhole: boolean }[] {
  const [, , ...lines] = execFileSync('pdffonts', [file], { encoding: 'utf8' }).trimEnd().split('\n')
  return lines.map((line) => ({ name: line.split(' ')[0] ?? '', isWhole: / yes yes yes /.test(line) }))
}
