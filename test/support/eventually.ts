/** Waits for what no event tells: counters and other plain numbers. */

const LOOK_MS = 5
/** A busy machine stands still for seconds; one that waits in vain is red anyway. */
const PATIENCE_MS = 20_000

/** @throws after `patienceMs`, saying what did not come about */
export async function eventually (what: string, condition: () => boolean, patienceMs = PATIENCE_MS): Promise<void> {
  const until = performance.now() + patienceMs
  while (!condition()) {
    if (performance.now() > until) throw new Error(`waited in vain: ${what}`)
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
  }
}
