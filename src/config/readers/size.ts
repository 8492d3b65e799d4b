/** Sizes in bytes: `10MB`, `64kb`, `512`. A K is 1,024, as NanoMQ has it. */
import type { HoconScalar } from '../hocon/tree.ts'
import type { Reading } from '../schema/reading.ts'

const form = /^(\d{1,15})\s*([kmg]?)b?$/i
const factors: ReadonlyMap<string, number> = new Map([['', 1], ['k', 1024], ['m', 1024 ** 2], ['g', 1024 ** 3]])

export function readSize (scalar: HoconScalar, reading: Reading): number | undefined {
  const [, digits, unit = ''] = form.exec(scalar.text) ?? []
  const factor = factors.get(unit.toLowerCase())
  if (digits === undefined || factor === undefined) return reading.refuse('must be a size such as 512, 64KB, 10MB or 1GB')
  return Number(digits) * factor
}

/** As it would be written: the largest unit that leaves no rest. */
export function showSize (bytes: number): string {
  for (const unit of ['g', 'm', 'k']) {
    const factor = factors.get(unit) ?? 1
    if (bytes > 0 && bytes % factor === 0) return `${bytes / factor}${unit.toUpperCase()}B`
  }
  return String(bytes)
}
