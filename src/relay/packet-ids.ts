/**
 * Packet identifiers of our own PUBLISHes: which are taken, and by which message. mqtt.js numbers its SUBSCRIBEs from 1
 * and shares the session with us, so that ours start above [MQTT-2.3.1-2]. HOT.
 */

export const FIRST_ID = 1024
export const LAST_ID = 65_535

export class PacketIds {
  /** Sequence number of the message that has the id, plus 1; 0: free. */
  readonly #owner = new Float64Array(LAST_ID + 1)
  #next = FIRST_ID

  /** The next free id for the message `sequence`. The caller's window is far smaller than the range, so there is one. */
  take (sequence: number): number {
    let id = this.#next
    while (this.#owner[id] !== 0) id = id === LAST_ID ? FIRST_ID : id + 1
    this.#next = id === LAST_ID ? FIRST_ID : id + 1
    this.#owner[id] = sequence + 1
    return id
  }

  /** The message that has `id`, or -1. */
  ownerOf (id: number): number {
    return (this.#owner[id] as number) - 1
  }

  free (id: number): void {
    this.#owner[id] = 0
  }

  clear (): void {
    this.#owner.fill(0)
  }
}
