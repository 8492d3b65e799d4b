/**
 * Packet identifiers of our own PUBLISHes: which are taken, and by which message. mqtt.js numbers its SUBSCRIBEs from 1 and shares the
 * session with us, so that ours start above [MQTT-2.3.1-2]. QoS 2 has the upper half to itself: there an identifier may be open at the
 * remote for longer than this process lives, and must not meet another message. HOT.
 */

export const FIRST_ID = 1024
export const FIRST_QOS_2_ID = 32_768
export const LAST_ID = 65_535
/** QoS 2 identifiers of one lane; more can not be under way. */
export const QOS_2_IDS = 1024
/** Lanes that fit the upper half. Which part of it is a lane's does not change with what other lanes there are. */
export const MAX_SLICES = (LAST_ID + 1 - FIRST_QOS_2_ID) / QOS_2_IDS

export class PacketIds {
  readonly first: number
  readonly last: number
  /** Sequence number of the message that has the id, plus 1; 0: free. */
  readonly #owner: Float64Array
  #next: number

  constructor (first: number, last: number) {
    this.first = first
    this.last = last
    this.#owner = new Float64Array(last - first + 1)
    this.#next = first
  }

  /** The next free id for the message `sequence`. The caller's window is smaller than the range, so there is one. */
  take (sequence: number): number {
    const id = this.nextFree()
    this.claim(id, sequence)
    this.#next = id === this.last ? this.first : id + 1
    return id
  }

  /** The id that {@link take} would give. */
  nextFree (): number {
    let id = this.#next
    while (this.#owner[id - this.first] !== 0) id = id === this.last ? this.first : id + 1
    return id
  }

  claim (id: number, sequence: number): void {
    this.#owner[id - this.first] = sequence + 1
  }

  has (id: number): boolean { return id >= this.first && id <= this.last }

  /** The message that has `id`, which is of this range; or -1. */
  ownerOf (id: number): number {
    return (this.#owner[id - this.first] as number) - 1
  }

  free (id: number): void {
    this.#owner[id - this.first] = 0
  }

  clear (): void {
    this.#owner.fill(0)
  }
}

/** QoS 1 identifiers that each of `count` lanes has. */
export function qos1IdsOf (count: number): number {
  return Math.floor((FIRST_QOS_2_ID - FIRST_ID) / count)
}

/** QoS 1 identifiers of the lane `index` of `count`. */
export function qos1Ids (index: number, count: number): PacketIds {
  const share = qos1IdsOf(count)
  return new PacketIds(FIRST_ID + index * share, FIRST_ID + (index + 1) * share - 1)
}

/** QoS 2 identifiers of a slice from 0 to {@link MAX_SLICES} - 1. */
export function qos2Ids (slice: number): PacketIds {
  const first = FIRST_QOS_2_ID + slice * QOS_2_IDS
  return new PacketIds(first, first + QOS_2_IDS - 1)
}
