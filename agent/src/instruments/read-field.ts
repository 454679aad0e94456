import type { FieldSource } from './field-source.ts'
import { valueOfStamp } from './formats/bruker.ts'
import { valueOfAudit } from './formats/bruker-audit.ts'
import { startInRunLog, valueOfChemstation } from './formats/chemstation.ts'
import { valueOfJeol } from './formats/jeol.ts'
import { valueInJson } from './formats/json.ts'
import { valueOfLdr } from './formats/ldr.ts'
import { valueOfNetcdf } from './formats/netcdf.ts'
import { valueOfOpus } from './formats/opus.ts'
import { valueOfPair } from './formats/pairs.ts'
import { valueOfShimadzu } from './formats/shimadzu.ts'
import { valueInSqlite } from './formats/sqlite.ts'
import { valueOfThermo } from './formats/thermo.ts'
import { valueOfProcpar } from './formats/varian.ts'
import { valueInXml, valueOfXmlField } from './formats/xml.ts'
import { textInZip } from './formats/zip.ts'
import { cleanValue } from './text.ts'
import { timeOfEpoch } from './time.ts'
import type { Member } from './types.ts'
import type { UnitFiles } from './unit-files.ts'

export interface FieldRead {
  /** As it may be recorded; never empty. */
  readonly value: string | undefined
  /** The file that was asked, if it is there. */
  readonly member: Member | undefined
}

/** One value of the metadata. */
export function readField(source: FieldSource, files: UnitFiles): FieldRead {
  const member = files.find(source.file)
  if (member === undefined) return { value: undefined, member }
  if (source.alone && !files.isFile && files.findAll(source.file).length > 1)
    return { value: undefined, member: undefined }
  const parts = [source.key, ...source.and].map((key) =>
    cleanValue(rawValue({ ...source, key }, files, member) ?? ''),
  )
  // A time without its date is worse than none.
  const joined = parts[0] === '' ? '' : parts.filter((part) => part !== '').join(' ')
  if (source.mustHave !== undefined && !joined.includes(source.mustHave)) return { value: undefined, member }
  const short =
    source.after === undefined ? joined : joined.slice(joined.lastIndexOf(source.after) + 1).trim()
  const value = source.epoch
    ? (timeOfEpoch(short === '' ? Number.NaN : Number(short)) ?? '')
    : cleanValue(short)
  // `??` and `--` are how programs write that they do not know.
  return { value: /[\p{L}\p{N}]/u.test(value) ? value : undefined, member }
}

function rawValue(source: FieldSource, files: UnitFiles, member: Member): string | undefined {
  const { key } = source
  switch (source.reader) {
    case 'jeol':
      return valueOfJeol(files, member, key)
    case 'thermo':
      return valueOfThermo(files, member, key)
    case 'netcdf':
      return valueOfNetcdf(files, member, key)
    case 'opus':
      return valueOfOpus(files, member, key)
    case 'sqlite':
      return valueInSqlite(files, member, key)
    case 'chemstation':
      return valueOfChemstation(files, member, key)
    case 'shimadzu':
      return valueOfShimadzu(files, member, key)
    case 'zip-xml': {
      const xml = textInZip(files, member, source.inside ?? '**')
      return xml === undefined ? undefined : valueInXml(xml, key)
    }
    default: {
      const text = files.text(member)
      return text === undefined ? undefined : valueInText(source, text)
    }
  }
}

function valueInText(source: FieldSource, text: string): string | undefined {
  const { key } = source
  switch (source.reader) {
    case 'text':
      return text
        .slice(0, 65_536)
        .split('\n')
        .find((line) => line.trim() !== '')
    case 'pairs':
      return valueOfPair(text, key, source)
    case 'ldr':
      return valueOfLdr(text, key)
    case 'stamp':
      return valueOfStamp(text, key)
    case 'bruker-audit':
      return valueOfAudit(text, key)
    case 'varian':
      return valueOfProcpar(text, key)
    case 'xml':
      return valueInXml(text, key, source.alone)
    case 'json':
      return valueInJson(text, key)
    case 'xml-field':
      return valueOfXmlField(text, key)
    case 'run-log':
      return startInRunLog(text)
    default:
      return undefined
  }
}
