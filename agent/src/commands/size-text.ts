const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** A number of bytes for people: to a tenth, and never more than there are. */
export function sizeText(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 1_024 && unit < UNITS.length - 1) {
    size /= 1_024
    unit++
  }
  return unit === 0 ? `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}` : `${tenths(size)} ${UNITS[unit]}`
}

/** Rounded down: what is not read to its end is not said to be. */
function tenths(value: number): string {
  return (Math.floor(value * 10) / 10).toFixed(1)
}
