import { type ParseArgsConfig, parseArgs } from 'node:util'
import { UnusableInput } from '../unusable-input.ts'

export interface Output {
  readonly write: (text: string) => void
}

type Options = NonNullable<ParseArgsConfig['options']>

/** The options of a command, or one plain sentence of what is wrong with them. */
export function parseOptions<const Wanted extends Options>(args: readonly string[], options: Wanted) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    throw new UnusableInput(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
  }
}

export function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw new UnusableInput(`--${option} is missing`)
  return value
}

export function wholeNumber(
  value: string | undefined,
  option: string,
  least: number,
  most: number,
): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (!/^[0-9]+$/.test(value) || number < least || number > most)
    throw new UnusableInput(`--${option} is a whole number from ${least} to ${most}, not "${value}"`)
  return number
}

export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
