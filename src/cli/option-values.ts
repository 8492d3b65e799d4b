/** Values of options, read from the words of a command line. */
import { InvalidArgumentError } from 'commander'

/** @throws InvalidArgumentError */
export function duration (text: string): number {
  const match = /^(\d+)(ms|s|m)?$/.exec(text)
  if (match === null) throw new InvalidArgumentError('a duration such as 5s, 500ms or 1m is wanted.')
  const unit = { ms: 1, s: 1000, m: 60_000 }[match[2] ?? 's'] ?? 1000
  return Number(match[1]) * unit
}

/** @throws InvalidArgumentError */
export function port (text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535) throw new InvalidArgumentError('a port from 1 to 65535 is wanted.')
  return value
}

/** @throws InvalidArgumentError */
export function seconds (text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('a number of seconds above 0 is wanted.')
  return value
}
