import { fromUtf8, hex, sha256, utf8 } from '../trail/index.ts'
import { bagInfoOf, printBagInfo } from './bag-info.ts'
import type { CheckedFiles } from './check-files.ts'
import type { CheckedSeal } from './check-seal.ts'
import type { BagFindings } from './findings.ts'
import { BAG_INFO, RECIPE } from './layout.ts'
import { recipes } from './recipe.ts'

const DAY_MILLISECONDS = 86_400_000

/**
 * What people read in a bag beside its records: the recipe is the text of the bag's format, and each line of bag-info.txt
 * follows from the seal, the files and the day. So whoever made the bag could not put words of their own into it.
 */
export function checkWords(
  { tags, digests, info, bytes }: CheckedFiles,
  { seal, entry }: CheckedSeal,
  findings: BagFindings,
): void {
  const text = recipes[seal.format]
  const found = digests.get(RECIPE)
  const expected = hex(sha256(utf8(text)))
  if (found !== undefined && found !== expected)
    findings.add({ code: 'recipe-changed', file: RECIPE, expected, found })

  const given = tags.get(BAG_INFO)
  // What is not what was sealed is a finding already; so are files that are not those of the manifest.
  if (given === undefined || info === undefined || hex(sha256(given)) !== seal.info) return
  const said = new Map(info)
  const day = said.get('Bagging-Date') ?? ''
  if (!isDayOf(entry.record.time, day))
    findings.add({
      code: 'info-untrue',
      file: BAG_INFO,
      expected: `Bagging-Date: the day of the seal, ${entry.record.time}, or the one before`,
      found: day,
    })
  const lines = printBagInfo(bagInfoOf(seal, { day, payload: { bytes, files: digests.size } })).split('\n')
  const now = fromUtf8(given).split('\n')
  const isWhole = !findings.list.some(({ code }) => code.startsWith('file-'))
  for (let i = 0; i < Math.max(lines.length, now.length); i++) {
    const [line = 'no line', stands = 'no line'] = [lines[i], now[i]]
    const isCounted = line.startsWith('Payload-Oxum: ') && stands.startsWith('Payload-Oxum: ')
    if (line === stands || (isCounted && !isWhole)) continue
    findings.add({ code: 'info-untrue', file: BAG_INFO, line: i + 1, expected: line, found: stands })
  }
}

/** An export may take over midnight, and no longer. */
function isDayOf(time: string, day: string): boolean {
  const before = new Date(Date.parse(time) - DAY_MILLISECONDS).toISOString()
  return day === time.slice(0, 10) || day === before.slice(0, 10)
}
