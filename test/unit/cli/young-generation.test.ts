import { setFlagsFromString } from 'node:v8'
import { test } from 'tap'
import { boundYoungGeneration, MOST_YOUNG_BYTES, youngBytes } from '../../../src/cli/young-generation.ts'

/** Much that lives on for a while, in turns of the event loop. */
async function work (): Promise<void> {
  let kept: object[] = []
  for (let turn = 0; turn < 200; turn++) {
    kept = kept.slice(-20_000)
    for (let i = 0; i < 20_000; i++) kept.push({ turn, i })
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('the young generation of the heap grows to its bound, and no further', async t => {
  // what loading this test has made of it stays
  const before = youngBytes()
  const observer = boundYoungGeneration()
  await work()
  const bounded = youngBytes()
  t.ok(bounded <= Math.max(before, MOST_YOUNG_BYTES), `${bounded} bytes`)
  observer.disconnect()
  setFlagsFromString('--semi-space-growth-factor=2')
  await work()
  t.ok(youngBytes() > bounded, 'V8 itself would have gone on')
})
