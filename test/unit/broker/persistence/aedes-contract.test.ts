/** The conformance suite that aedes-persistence ships, run against our store: in memory, and with a disk behind it. */
import assert from 'node:assert'
import { createRequire } from 'node:module'
import { test } from 'tap'
import { openSessionStore } from '../../../../src/broker/persistence/stored-state.ts'
import { MemoryDisk, storeOptions } from '../../../support/session-store.ts'

interface SuiteTest {
  readonly assert: object
  plan (count: number): void
  diagnostic (text: string): void
}
type Suite = (options: {
  readonly test: (name: string, body: (t: SuiteTest) => Promise<void>) => void
  readonly persistence: () => Promise<object>
  readonly testAsync: true
}) => void

const suite = createRequire(import.meta.url)('aedes-persistence/abstract') as Suite

function run (kind: string, disk: () => MemoryDisk | null): void {
  suite({
    testAsync: true,
    persistence: async () => {
      const backend = disk()
      return (await openSessionStore(storeOptions(backend === null ? {} : { backend }))).store
    },
    test: (name, body) => {
      test(`${kind}: ${name}`, async t => {
        const plans: number[] = []
        let made = 0
        const counting = new Proxy(assert, {
          get (target, property) {
            made++
            return Reflect.get(target, property) as unknown
          }
        })
        await body({ assert: counting, plan: count => { plans.push(count) }, diagnostic () {} })
        t.equal(made, plans[0] ?? made, 'as many assertions as planned')
      })
    }
  })
}

run('memory', () => null)
run('disk', () => new MemoryDisk())
