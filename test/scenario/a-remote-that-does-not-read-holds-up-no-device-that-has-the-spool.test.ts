/** The link is up and full, and nothing leaves it: what devices send is safe on disk all the same, also when the disk had been behind for a moment. */
import { test } from 'tap'
import { rule } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { journaledRig } from '../support/journaled-rig.ts'
import { scriptedRemote } from '../support/scripted-remote.ts'
import { spoolDir } from '../support/spooled.ts'
import { Receipts } from '../../src/relay/receipts.ts'

const MESSAGES = 200
/** So large that a turn brings more than may wait for the disk. */
const payload = 'x'.repeat(1_000_000)

test('all are acknowledged while the remote reads nothing', async t => {
  const remote = await scriptedRemote(t)
  const north = await journaledRig(t, { port: remote.port, dir: await spoolDir(t), bridge: { forwards: [rule('up/#', '')], subscription: [], ackTimeoutMs: 600_000, keepaliveSeconds: 600, maxSendQueueBytes: 1e9 } })
  const connection = await remote.connection()
  await connection.accept()
  await north.reaches('up')
  connection.socket.pause()

  let acknowledged = 0
  let refused = 0
  const receipts = new Receipts({ acknowledge: () => { acknowledged++ } })
  for (let sent = 0; sent < MESSAGES; sent++) {
    const slot = receipts.open(1, 1)
    while (!north.offer({ topic: 'up/a', payload, qos: 1, packetId: 1 }, { receipts, slot })) {
      refused++
      await new Promise<void>(resolve => north.relay.whenRoom(resolve))
    }
    receipts.release(slot)
  }
  await eventually('all are acknowledged', () => acknowledged === MESSAGES)
  t.ok(refused > 0, 'the disk was behind')
  t.equal(north.bridge.state.name, 'up')
  t.equal(north.bridge.queued, MESSAGES)
})
