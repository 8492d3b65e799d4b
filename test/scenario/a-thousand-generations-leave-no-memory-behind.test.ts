import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { createTrustSnapshot } from '../../src/trust/snapshot.ts'
import type { TrustSnapshot } from '../../src/trust/snapshot.ts'
import { testPki } from '../support/certificates.ts'
import { issue } from '../support/issued.ts'

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
  const files = { cacertfile: join(pki.dir, 'rotating.pem'), certfile: pki.client.certFile, keyfile: pki.client.keyFile, keyPassword: null }
  // equal sets would share one context: each of the 1,100 is another
  const authorities = Array.from({ length: 11 }, (_each, i) => issue({ cn: `CA ${i}`, ca: true }).pem)
  const set = (n: number): string => pki.root.certPem + authorities.filter((_each, i) => (n >> i & 1) === 1).join('')
  const contexts = new Set<WeakRef<object>>()
  let current: TrustSnapshot | null = null
  let made = 0
  const rotate = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await writeFile(files.cacertfile, set(made))
      current = await createTrustSnapshot(files, made++)
      contexts.add(new WeakRef(current.context))
      if (i % 100 === 99) await memory()
    }
  }
  await rotate(100)
  const before = await memory()
  await rotate(1000)
  const after = await memory()
  t.ok(current)
  t.equal(contexts.size, 1100)
  const alive = [...contexts].filter(each => each.deref() !== undefined).length
  t.ok(alive <= 2, `${alive} contexts are left of 1,100`)
  t.comment(`heap ${before.heap.toFixed(1)} to ${after.heap.toFixed(1)} MiB, process ${before.process.toFixed(0)} to ${after.process.toFixed(0)} MiB`)
  t.ok(after.heap - before.heap < 3, 'the heap is flat')
  t.ok(after.process - before.process < 30, 'and so is the memory of OpenSSL')
})
