/** One clock for all processes of a run: monotonic, in microseconds, the same in every process of one machine. */
export function nowMicros (): number {
  const [seconds, nanos] = process.hrtime()
  return seconds * 1e6 + nanos / 1e3
}
