import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { test } from 'tap'
import { isMajor } from '../../../src/cli/collector-flag.ts'
import { growthOf, spareFullCollections } from '../../../src/cli/full-collections.ts'

/** As sockets are read from: 4 MB of chunks live from one turn of the event loop to the next. Counts the looks through the whole heap. */
async function looksWhileReading (): Promise<number> {
  let looks = 0
  const count = (entries: readonly PerformanceEntry[]): void => {
    looks += entries.filter(isMajor).length
  }
  const observer = new PerformanceObserver(list => count(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  let chunks: readonly Buffer[] = []
  for (let turn = 0; turn < 600; turn++) {
    chunks = Array.from({ length: 64 }, () => Buffer.allocUnsafeSlow(65_536))
    await new Promise(resolve => setImmediate(resolve))
  }
  count(observer.takeRecords())
  observer.disconnect()
  return chunks.length === 0 ? 0 : looks
}

test('what is read from sockets does not make V8 look through the whole heap all the time', async t => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const seen: string[] = []
  // on a machine that is busy with others V8 marks more slowly, and looks less often of itself
  let fewer = false
  while (!fewer && seen.length < 6) {
    setFlagsFromString('--heap-growing-percent=0')
    collect()
    const before = await looksWhileReading()
    const observer = spareFullCollections()
    collect()
    const looks = await looksWhileReading()
    observer.disconnect()
    seen.push(`${looks} in place of ${before}`)
    fewer = looks * 2 < before
  }
  t.ok(fewer, seen.join(', '))
})

test('a heap may grow by 48 MB, and a large one as V8 has it', async t => {
  const mebibyte = 1024 * 1024
  t.strictSame([8, 16, 48, 127, 128, 4096].map(used => growthOf(used * mebibyte)), [600, 300, 100, 38, 0, 0])
})
