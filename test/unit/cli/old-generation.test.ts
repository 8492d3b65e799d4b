import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { test } from 'tap'
import { boundOldGeneration, oldBytes } from '../../../src/cli/old-generation.ts'

const MEBIBYTE = 1024 * 1024

/** Some 100 MB of objects that live for long enough to be old, and then are needed by nobody. How far the old generation came. */
async function mostWhileAgeing (): Promise<number> {
  let kept: object[] = []
  let most = 0
  for (let turn = 0; turn < 130; turn++) {
    kept = kept.slice(-60_000)
    for (let i = 0; i < 4000; i++) kept.push(new Array<number>(8).fill(turn))
    most = Math.max(most, oldBytes())
    await new Promise(resolve => setImmediate(resolve))
  }
  return most
}

test('what nobody needs any more does not pile up in the old generation until the heap has grown by all it may', async t => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=600')
  collect()
  const start = oldBytes()
  const unbound = await mostWhileAgeing() - start
  collect()
  const observer = boundOldGeneration(0)
  const bound = await mostWhileAgeing() - start
  observer.disconnect()
  t.ok(unbound > 24 * MEBIBYTE, `${unbound} bytes without`)
  t.ok(bound < unbound / 2, `${bound} bytes in place of ${unbound}`)
})

test('it is left to V8 for as long as the last look is not long ago', async t => {
  const collect = runInNewContext('gc') as () => void
  collect()
  const start = oldBytes()
  const observer = boundOldGeneration(Infinity)
  const grown = await mostWhileAgeing() - start
  observer.disconnect()
  t.ok(grown > 24 * MEBIBYTE, `${grown} bytes`)
})
