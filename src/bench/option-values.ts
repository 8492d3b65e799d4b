/** Reads the values of options; a wrong one is refused with what is allowed. */
import { BenchError, benchCodes } from './errors.ts'

function refuse (option: string, value: string, wanted: string): BenchError {
  return new BenchError(benchCodes.USAGE, `${option} ${value}: ${wanted} is wanted`, { hint: 'causeway bench --help shows what there is' })
}

/** Several options of one name, and commas. */
export function list (values: readonly string[] | undefined): string[] {
  return (values ?? []).flatMap(value => value.split(',')).map(value => value.trim()).filter(value => value !== '')
}

export function whole (option: string, value: string | undefined, from: number, to: number): number | null {
  if (value === undefined) return null
  const number = Number(value)
  if (!/^\d+$/.test(value) || number < from || number > to) throw refuse(option, value, `a whole number from ${from} to ${to}`)
  return number
}

/** Milliseconds of `10s`, `500ms` or `2m`; seconds without a unit. */
export function duration (option: string, value: string | undefined): number | null {
  if (value === undefined) return null
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value)
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's'] ?? 1000
  const milliseconds = Number(match?.[1]) * unit
  if (match === null || milliseconds < 1 || milliseconds > 86_400_000) throw refuse(option, value, 'a time such as 10s, 500ms or 2m, a day at most,')
  return milliseconds
}

export function choice<T extends string> (option: string, value: string | undefined, allowed: readonly T[]): T | null {
  if (value === undefined) return null
  const found = allowed.find(each => each === value)
  if (found === undefined) throw refuse(option, value, `one of ${allowed.join(', ')}`)
  return found
}

export function pair (option: string, value: string): readonly [string, string] {
  const at = value.indexOf('=')
  if (at < 1 || at === value.length - 1) throw refuse(option, value, 'NAME=VALUE')
  return [value.slice(0, at).trim(), value.slice(at + 1).trim()]
}

export function hostAndPort (option: string, value: string | undefined): { readonly host: string, readonly port: number } | null {
  if (value === undefined) return null
  const match = /^\[?([^\]]+?)\]?:(\d+)$/.exec(value)
  const port = Number(match?.[2])
  if (match?.[1] === undefined || port < 1 || port > 65_535) throw refuse(option, value, 'HOST:PORT')
  return { host: match[1], port }
}
