import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { RemoteClient } from '../../../../src/bridge/link/remote-client.ts'
import { bridgeConfig } from '../../../support/bridge-rig.ts'

test('what is asked on a connection that is gone is refused at once, and leaves no timer behind', async t => {
  const stream = new PassThrough()
  const client = new RemoteClient(bridgeConfig(1), 'gone', stream, 1000)
  const accepted = t.rejects(client.accepted(), { code: 'CW_BRIDGE_NO_CONNACK' })
  stream.destroy()
  await accepted
  const timers = (): number => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  const before = timers()
  await t.rejects(client.subscribe([{ filter: 'a', qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 }]), { code: 'CW_BRIDGE_LINK_LOST' })
  await t.rejects(client.unsubscribe(['a']), { code: 'CW_BRIDGE_LINK_LOST' })
  t.equal(timers(), before)
})
