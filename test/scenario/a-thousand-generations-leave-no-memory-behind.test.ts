import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { test } from 'tap'
import { createTrustSnapshot } from '../../src/trust/snapshot.ts'
import type { TrustSnapshot } from '../../src/trust/snapshot.ts'
import { testPki } from '../support/certificates.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** MiB of the heap, and of the whole process, in which OpenSSL's memory is. */
async function memory (): Promise<{ heap: number, process: number }> {
  for (let i = 0; i < 3; i++) {
    collect()
    await new Promise(resolve => setImmediate(resolve))
  }
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed / 1024 ** 2, process: rss / 1024 ** 2 }
}

test('a thousand snapshots, each in the place of the one before', async t => {
  const pki = await testPki(t)
  const files = { cacertfile: pki.caFile, certfile: pki.client.certFile, keyfile: pki.client.keyFile, keyPassword: null }
  let current: TrustSnapshot | null = null
  const rotate = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      current = await createTrustSnapshot(files, i)
      if (i % 100 === 99) await memory()
    }
  }
  await rotate(300)
  const before = await memory()
  await rotate(1000)
  const after = await memory()
  t.ok(current)
  t.comment(`heap ${before.heap.toFixed(1)} to ${after.heap.toFixed(1)} MiB, process ${before.process.toFixed(0)} to ${after.process.toFixed(0)} MiB`)
  t.ok(after.heap - before.heap < 3, 'the heap is flat')
  t.ok(after.process - before.process < 30, 'and so is the memory of OpenSSL')
})
