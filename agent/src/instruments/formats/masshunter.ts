import { complete, missing, type Outcome } from '../outcome.ts'
import { unreadable } from '../plain-rules.ts'
import type { UnitFiles } from '../unit-files.ts'

/** Of the kinds of data that a device stores, a set of bits. */
const MASS_SPECTRA = 8
/** Kinds of devices from 1 to 6 are mass spectrometers. */
const MS_TYPE_MAX = 6

/** `Devices.xml` names what was connected before there are data: where that is a mass spectrometer, there are scans. */
export function applyMasshunterDevices(files: UnitFiles): Outcome {
  const member = files.at('acqdata/devices.xml')
  if (member === undefined) return complete
  const text = files.text(member)
  if (text === undefined) return unreadable(member)
  const numbers = (name: string): number[] =>
    [...text.matchAll(new RegExp(`<${name}>\\s*(\\d{1,6})\\s*<`, 'g'))].map(([, digits]) => Number(digits))
  const hasSpectrometer =
    numbers('StoredDataType').some((kinds) => (kinds & MASS_SPECTRA) !== 0) ||
    numbers('Type').some((type) => type >= 1 && type <= MS_TYPE_MAX)
  const scans = files.at('acqdata/msscan.bin')
  return hasSpectrometer && (scans?.size ?? 0) === 0 ? missing('acqdata/msscan.bin is not there') : complete
}
