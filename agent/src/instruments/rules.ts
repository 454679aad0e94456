import { applyAbifDirectory } from './formats/abif.ts'
import { applyBrukerAcquisition, applyBrukerSize } from './formats/bruker.ts'
import { applyBrukerFrames } from './formats/bruker-frames.ts'
import { applyChemstationSignals } from './formats/chemstation.ts'
import { applyChromeleonRows } from './formats/chromeleon.ts'
import { applyJcampEnd } from './formats/jcamp.ts'
import { applyJeolSize } from './formats/jeol.ts'
import { applyJsonWhole } from './formats/json.ts'
import { applyMasshunterDevices } from './formats/masshunter.ts'
import { applyMzmlEnd } from './formats/mzml.ts'
import { applyNetcdfSize } from './formats/netcdf.ts'
import { applyOle2Size } from './formats/ole2.ts'
import { applyOpusBlocks } from './formats/opus.ts'
import { applyProspaSize } from './formats/prospa.ts'
import { applySqliteSize } from './formats/sqlite.ts'
import { applyThermoHeader } from './formats/thermo.ts'
import { applyVarianAcquisition } from './formats/varian.ts'
import { applyWatersFunctions } from './formats/waters.ts'
import { applyWdfBlocks } from './formats/wdf.ts'
import { applyZipDirectory } from './formats/zip.ts'
import { complete, missing, type Outcome } from './outcome.ts'
import { applyAbsent, applyEnds, applyPartner, applyPhrases, applyPresent } from './plain-rules.ts'
import { readField } from './read-field.ts'
import type { Rule } from './rule.ts'
import type { UnitFiles } from './unit-files.ts'

/** What the rule finds in the unit. */
export function applyRule(rule: Rule, files: UnitFiles): Outcome {
  if (rule.unless !== undefined && files.findAll(rule.unless).length > 0) return complete
  if (rule.onlyIf !== undefined && files.findAll(rule.onlyIf).length === 0) return complete
  switch (rule.rule) {
    case 'present':
      return applyPresent(rule, files)
    case 'absent':
      return applyAbsent(rule, files)
    case 'partner':
      return applyPartner(rule, files)
    case 'ends':
      return applyEnds(rule, files)
    case 'phrases':
      return applyPhrases(rule, files)
    case 'value':
      return applyValue(rule, files)
    case 'bruker-acquisition':
      return applyBrukerAcquisition(files)
    case 'bruker-size':
      return applyBrukerSize(files)
    case 'bruker-frames':
      return applyBrukerFrames(files)
    case 'varian-acquisition':
      return applyVarianAcquisition(files)
    case 'waters-functions':
      return applyWatersFunctions(files)
    case 'masshunter-devices':
      return applyMasshunterDevices(files)
    case 'chemstation-signals':
      return applyChemstationSignals(files)
    case 'prospa-size':
      return applyProspaSize(files, rule.file)
    case 'jeol-size':
      return applyJeolSize(files, rule.file)
    case 'jcamp-end':
      return applyJcampEnd(files, rule.file)
    case 'zip-directory':
      return applyZipDirectory(files, rule.file)
    case 'ole2-size':
      return applyOle2Size(files, rule.file)
    case 'netcdf-size':
      return applyNetcdfSize(files, rule.file)
    case 'mzml-end':
      return applyMzmlEnd(files, rule.file)
    case 'thermo-header':
      return applyThermoHeader(files, rule.file)
    case 'sqlite-size':
      return applySqliteSize(files, rule.file)
    case 'opus-blocks':
      return applyOpusBlocks(files, rule.file)
    case 'wdf-blocks':
      return applyWdfBlocks(files, rule.file)
    case 'abif-directory':
      return applyAbifDirectory(files, rule.file)
    case 'json-whole':
      return applyJsonWhole(files, rule.file)
    case 'chromeleon-rows':
      return applyChromeleonRows(files, rule.file)
  }
}

function applyValue(rule: Extract<Rule, { rule: 'value' }>, files: UnitFiles): Outcome {
  const { value } = readField(rule.of, files)
  const label = rule.of.key
  if (value === undefined) return rule.optional ? complete : missing(`${label} is not there`)
  const isOneOf = (values: readonly string[]) =>
    values.some((one) => one.toLowerCase() === value.toLowerCase())
  if (isOneOf(rule.aborted)) return { aborted: true }
  return isOneOf(rule.is) ? complete : missing(`${label} is ${value}, not ${rule.is.join(' or ')}`)
}
