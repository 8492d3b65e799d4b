/** Chunks of PUBLISH frames, as they come from a socket. */
import { publishFrame } from '../../test/support/publish-frames.ts'
import { CHUNK } from './subject.ts'

export interface ChunkOptions {
  readonly qos: 0 | 1 | 2
  readonly payload: number
  /** Name of the message at a place. */
  readonly topic: (place: number) => string
  /** Of MQTT 5, without its length; left out: 3.1.1. */
  readonly properties?: Buffer
}

export function chunkOf ({ qos, payload, topic, properties }: ChunkOptions): Buffer {
  return Buffer.concat(Array.from({ length: CHUNK }, (_, place) => publishFrame({ topic: topic(place), payload: 'x'.repeat(payload), qos, packetId: place + 1, ...(properties === undefined ? {} : { properties }) })))
}

export const sameTopic = (): string => 'plant/7/line/3/temperature'

/** As long as {@link sameTopic}, and another at each place. */
export const otherTopic = (place: number): string => `plant/7/line/${String(place).padStart(13, '0')}`
