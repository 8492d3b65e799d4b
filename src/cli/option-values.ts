/** Values of options, read from the words of a command line. */
import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { InvalidArgumentError } from 'commander'
import { SCRAM_ITERATIONS } from '../config/scram-iterations.ts'

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

/** @throws InvalidArgumentError */
export function iterations (text: string): number {
  const value = Number(text)
  const { least, most } = SCRAM_ITERATIONS
  if (!/^\d+$/.test(text) || value < least || value > most) throw new InvalidArgumentError(`a whole number from ${least} to ${most} is wanted.`)
  return value
}

export interface ServerAddress {
  /** ASCII form (IDNA), or an IP literal without brackets. */
  readonly host: string
  readonly port: number
}

/**
 * HOST, HOST:PORT, [IPV6]:PORT, or the URL of a bridge; without a port 8883.
 * @throws InvalidArgumentError
 */
export function serverAddress (text: string): ServerAddress {
  const match = /^(?:[a-z+-]+:\/\/)?(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text)
  const host = match?.[1] ?? match?.[2] ?? ''
  const name = isIP(host) === 0 ? domainToASCII(host) : host
  const port = Number(match?.[3] ?? 8883)
  if (name === '' || port < 1 || port > 65_535) throw new InvalidArgumentError('a server such as broker.example:8883 or [2001:db8::1]:8883 is wanted.')
  return { host: name, port }
}
