/** Chunks of PUBLISH frames, as they come from a socket. */
import { publishFrame } from '../../test/support/publish-frames.ts'
import { CHUNK } from './subject.ts'

export interface ChunkOptions {
  readonly qos: 0 | 1 | 2
  readonly payload: number
  /** Name of the message at a place. */
  readonly topic: (place: number) => string
}

export function chunkOf ({ qos, payload, topic }: ChunkOptions): Buffer {
  return Buffer.concat(Array.from({ length: CHUNK }, (_, place) => publishFrame({ topic: topic(place), payload: 'x'.repeat(payload), qos, packetId: place + 1 })))
}

export const sameTopic = (): string => 'plant/7/line/3/temperature'
