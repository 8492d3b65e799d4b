/**
 * Before a device of MQTT 5 is let in: does the keeper of sessions write what it was given to write? A message goes through
 * it once, with a property block in front of its payload, and must come out as MQTT 5.
 */
import { bodyOf } from '../../mqtt/frame-layout.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import { PublishView } from '../../mqtt/publish-view.ts'
import type { Message, SessionOwner, SessionStream } from '../session-port.ts'
import { DeviceTap } from '../tap/device-tap.ts'
import { encodeConnect } from './connect-packet.ts'
import { addBlock } from './delivery-block.ts'

const TOPIC = '$SYS/causeway/self-test'
const RAW = Buffer.from([0x26, 0, 1, 0x62, 0, 1, 0x31, 0x26, 0, 1, 0x61, 0, 1, 0x32]) // b=1, a=2: in this order
const PAYLOAD = Buffer.from('payload')
const LARGEST_PACKET = 268_435_460

export interface SelfTestParts {
  readonly attach: (stream: SessionStream) => void
  readonly deliver: (message: Message) => void
  /** It has failed when nothing has come for so long. */
  readonly patienceMs: number
}

/** Answers whether MQTT 5 can be served. */
export async function carriesPropertyBlocks ({ attach, deliver, patienceMs }: SelfTestParts): Promise<boolean> {
  return await new Promise<boolean>(resolve => {
    const end = (passed: boolean): void => {
      clearTimeout(timer)
      tap.destroy()
      resolve(passed)
    }
    const timer = setTimeout(() => end(false), patienceMs)
    const tap = new DeviceTap(probe(deliver), {
      written: bytes => {
        if ((bytes.readUInt8(0) >> 4) === PacketType.PUBLISH) end(isAsGiven(bytes))
      },
      ended: () => {}
    })
    attach(tap)
    tap.push(encodeConnect({ clientId: '', cleanSession: true, will: null, username: null, password: null }))
  })
}

function probe (deliver: (message: Message) => void): SessionOwner {
  const subscription = { filter: TOPIC, qos: 1, bridge: false, noLocal: false, retainAsPublished: false } as const
  return {
    willTerms: null,
    authenticate: () => Promise.resolve(0),
    restore: () => true,
    registered () {},
    ready: session => session.subscribe([subscription], () => deliver({ topic: TOPIC, payload: PAYLOAD, qos: 1, retain: false, properties: { raw: RAW } })),
    gone () {},
    mayPublishWill: () => false,
    addTaker: () => false,
    prepare: delivery => addBlock(delivery, [subscription], { clientId: '', maximumPacketSize: LARGEST_PACKET })
  }
}

function isAsGiven (frame: Buffer): boolean {
  const view = new PublishView()
  const body = bodyOf(frame)
  if (view.read(frame, 0, body, frame.length, 5) !== null) return false
  return frame.toString('utf8', view.topicStart, view.topicEnd) === TOPIC && frame.subarray(view.propertiesStart, view.propertiesEnd).equals(RAW) &&
    frame.subarray(view.payloadStart).equals(PAYLOAD) && view.qos === 1
}
