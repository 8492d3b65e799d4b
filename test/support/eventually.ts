/** Waits for what no event tells: counters and other plain numbers. */

const LOOK_MS = 5

/** @throws after `patienceMs`, saying what did not come about */
export async function eventually (what: string, condition: () => boolean, patienceMs = 5000): Promise<void> {
  const until = performance.now() + patienceMs
  while (!condition()) {
    if (performance.now() > until) throw new Error(`waited in vain: ${what}`)
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
  }
}
