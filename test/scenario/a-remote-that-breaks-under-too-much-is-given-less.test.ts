/** A remote of 3.1.1 that ends the link when too much is under way gets less each time, until it copes: nothing is lost. Invariant 8. */
import { test } from 'tap'
import { packetIdAt } from '../../src/mqtt/acknowledgement.ts'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { readPublish } from '../support/publish-frames.ts'
import { type RemoteConnection, scriptedRemote, type } from '../support/scripted-remote.ts'

const TAKES = 100
const MESSAGES = 1500

/** Acknowledges what has come once it is quiet; more than it takes ends the link with nothing acknowledged. @returns true when it was too much */
async function serve (remote: RemoteConnection, arrived: Set<string>): Promise<boolean> {
  for (;;) {
    const came = [await remote.next(type.PUBLISH)]
    // what the bridge has written before it waits for answers
    await new Promise(resolve => setTimeout(resolve, 30))
    came.push(...remote.frames.splice(0))
    if (came.length > TAKES) {
      remote.socket.destroy()
      return true
    }
    for (const frame of came) arrived.add(readPublish(frame, 4).payload)
    remote.send(...came.map(frame => [0x40, 2, ...idOf(frame)]))
    if (arrived.size === MESSAGES) return false
  }
}

function idOf (frame: Buffer): [number, number] {
  const id = packetIdAt(frame, 4 + frame.readUInt16BE(2))
  return [id >> 8, id & 0xff]
}

for (const present of [true, false]) {
  test(`the remote ${present ? 'keeps' : 'forgets'} its session`, async t => {
    const remote = await scriptedRemote(t)
    const { bridge, offer } = rig(t, bridgeConfig(remote.port))
    for (let n = 0; n < MESSAGES; n++) offer({ topic: 'up/a', payload: String(n), qos: 1, packetId: 1 })
    const arrived = new Set<string>()
    let links = 0
    for (let tooMuch = true; tooMuch; links++) {
      const connection = await remote.connection()
      await connection.accept(present && links > 0)
      tooMuch = await serve(connection, arrived)
    }
    t.equal(arrived.size, MESSAGES)
    t.ok(links > 2 && links < 15, `it took ${links} links`)
    t.ok(await bridge.drain(1000))
  })
}
