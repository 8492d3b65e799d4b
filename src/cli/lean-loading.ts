/**
 * Loading some 650 modules makes the heap's young generation grow, and it does not shrink while the process is quiet; and some functions run often enough
 * in it to be compiled, with memory that is not given back either. So both are held back until the edge runs (docs/design/hot-path.md has
 * the figures).
 */
import { setFlagsFromString } from 'node:v8'
import { spareFullCollections } from './full-collections.ts'
import { boundOldGeneration } from './old-generation.ts'
import { boundYoungGeneration } from './young-generation.ts'

/** V8's compilers that are held back. Maglev is one only where it is on by default, which it is not on Node 20 and 22: it must not be switched on later. */
const compilers = ['opt', 'sparkplug', ...(Number.parseInt(process.versions.v8) >= 13 ? ['maglev'] : [])]
/** Whoever has said that nothing is to be compiled keeps that: it must not be switched on later. */
const SWITCHED_OFF = /--(?:no-?(?:opt|turbofan|sparkplug|maglev)|jitless)\b/
/** As for whoever has said how the heap may grow. */
const SIZED = /--(?:min|max)-semi-space-size|--semi-space-growth-factor|--heap-growing-percent|--incremental-marking-(?:hard|soft)-trigger/
let compiles = false
let isSized = false

/**
 * Before what an edge needs is loaded.
 * @param options Node's, of the command line and of NODE_OPTIONS
 */
export function loadLean (options: readonly string[]): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  isSized = options.some(option => SIZED.test(option))
  compiles = !options.some(option => SWITCHED_OFF.test(option))
  if (compiles) for (const compiler of compilers) setFlagsFromString(`--no-${compiler}`)
}

/** The edge runs: functions are compiled as V8 has it, the young generation grows again, to its bound, and the whole heap is looked through neither too often nor too late. */
export function growAsEver (): void {
  if (isSized) setFlagsFromString('--semi-space-growth-factor=2')
  else {
    boundYoungGeneration()
    spareFullCollections()
    boundOldGeneration()
  }
  if (compiles) for (const compiler of compilers) setFlagsFromString(`--${compiler}`)
}
