/**
 * Loading some 650 modules makes the heap's young generation grow, and it does not shrink while the process is quiet; and some functions run often enough
 * in it to be compiled, with memory that is not given back either. So both are held back until the edge runs (docs/design/hot-path.md has
 * the figures). From then on all is as V8 has it.
 */
import { setFlagsFromString } from 'node:v8'

/** V8's two compilers that are held back. */
const compilers = ['opt', 'sparkplug'] as const
/** Whoever has said that nothing is to be compiled keeps that: it must not be switched on later. */
const SWITCHED_OFF = /--(?:no-?(?:opt|turbofan|sparkplug)|jitless)\b/
let compiles = false

/**
 * Before what an edge needs is loaded.
 * @param options Node's, of the command line and of NODE_OPTIONS
 */
export function loadLean (options: readonly string[]): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  compiles = !options.some(option => SWITCHED_OFF.test(option))
  if (compiles) for (const compiler of compilers) setFlagsFromString(`--no-${compiler}`)
}

/** The edge runs: V8's own settings, which it reads each time the young generation is to grow, or a function to be compiled. */
export function growAsEver (): void {
  setFlagsFromString('--semi-space-growth-factor=2')
  if (compiles) for (const compiler of compilers) setFlagsFromString(`--${compiler}`)
}
