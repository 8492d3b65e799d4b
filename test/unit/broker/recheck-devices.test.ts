import type { TLSSocket } from 'node:tls'
import { test } from 'tap'
import { type CertifiedConnection, recheckDevices } from '../../../src/broker/recheck-devices.ts'
import type { ListenerContext } from '../../../src/trust/listener-context.ts'

test('a thousand slow checks leave the event loop room in between', async t => {
  const distrusted: number[] = []
  const connections = Array.from({ length: 1000 }, (_, i): CertifiedConnection => ({
    peer: { tls: i % 10 === 9 ? null : { destroyed: i % 10 === 8, i } as unknown as TLSSocket },
    distrust: () => distrusted.push(i)
  }))
  const context = {
    recheck: (socket: TLSSocket) => {
      const until = performance.now() + 0.2
      while (performance.now() < until);
      return (socket as unknown as { i: number }).i % 10 === 0 ? 'no' : null
    }
  } as unknown as ListenerContext
  let turns = 0
  const turning = setInterval(() => turns++, 1)
  const result = await recheckDevices(connections, context)
  clearInterval(turning)
  t.same(result, { dropped: 100, checked: 800 })
  t.equal(distrusted.length, 100)
  t.ok(turns >= 5, `${turns} turns in between`)
})
