/** `npm run bench:micro [-- FILTER] [-- --json]`: nanoseconds and allocated bytes per message of the parts of the data plane. */
import { getHeapStatistics } from 'node:v8'
import { measure } from 'mitata'
import { forwardingSubjects } from './forwarding.ts'
import { routeSubjects } from './routes.ts'
import { scannerSubjects } from './scanner.ts'
import { closeSpool, spoolSubjects } from './spool.ts'

export interface MicroResult {
  readonly name: string
  /** Median nanoseconds of a message. */
  readonly nanos: number
  /** Bytes of JavaScript heap allocated for a message; memory outside of it, such as large buffers, is not in it. */
  readonly bytes: number
}

function heap (): number {
  const { used_heap_size: used, malloced_memory: outside } = getHeapStatistics()
  return used + outside
}

function collect (): void {
  if (globalThis.gc === undefined) throw new Error('start it with node --expose-gc')
  globalThis.gc()
}

const argv = process.argv.slice(2)
const filter = argv.find(argument => !argument.startsWith('--')) ?? ''
const results: MicroResult[] = []
for (const { name, messages, work } of [...scannerSubjects, ...routeSubjects, ...forwardingSubjects, ...spoolSubjects]) {
  if (!name.includes(filter)) continue
  const { p50, heap: allocated } = await measure(work, { heap, gc: collect, min_cpu_time: 5e8 })
  const result = { name, nanos: p50 / messages, bytes: Math.max(0, allocated?.avg ?? 0) / messages }
  results.push(result)
  if (!argv.includes('--json')) process.stdout.write(`${name.padEnd(54)} ${result.nanos.toFixed(1).padStart(8)} ns ${result.bytes.toFixed(1).padStart(9)} bytes a message\n`)
}
await closeSpool()
if (argv.includes('--json')) process.stdout.write(JSON.stringify(results) + '\n')
