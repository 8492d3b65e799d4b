/** MQTT 5 is served only where the keeper of sessions writes what it was given; each way to fail is found out. */
import { test } from 'tap'
import type { Delivery, SessionOwner, SessionStream } from '../../../../src/broker/session-port.ts'
import { carriesPropertyBlocks } from '../../../../src/broker/v5/self-test.ts'
import { publish } from '../../../support/packets.ts'

const TOPIC = '$SYS/causeway/self-test'

/** A keeper of sessions that writes what `written` makes of the delivery. */
function keeper (written: (delivery: Delivery) => Buffer): (stream: SessionStream) => void {
  return stream => {
    const owner: SessionOwner = stream.owner
    owner.ready({
      clientId: 'x',
      clean: true,
      subscribe: (_, done) => done(null),
      unsubscribe () {},
      note () {},
      forget () {},
      deliver () {}
    })
    const delivery: Delivery = { topic: TOPIC, payload: Buffer.from('payload'), qos: 1, retain: false, brokerId: 'b', properties: { raw: Buffer.from([0x26, 0, 1, 0x62, 0, 1, 0x31, 0x26, 0, 1, 0x61, 0, 1, 0x32]) } }
    owner.prepare(delivery)
    stream.write(written(delivery))
  }
}

const run = (attach: (stream: SessionStream) => void): Promise<boolean> => carriesPropertyBlocks({ attach, deliver () {}, patienceMs: 200 })

test('what was prepared is written: it passes', async t => {
  t.equal(await run(keeper(({ payload }) => publish(TOPIC, payload, { qos: 1 }))), true)
})

test('the block is lost, the message is another, nothing comes: it fails', async t => {
  t.equal(await run(keeper(() => publish(TOPIC, 'payload', { qos: 1 }))), false)
  t.equal(await run(keeper(({ payload }) => publish('other', payload, { qos: 1 }))), false)
  t.equal(await run(() => {}), false)
})
