/** Messages of QoS 1 that a connection brings while another is about to take its session over: there they come again, and if nothing takes over they are delivered after all. */
import type { PublishView } from '../../mqtt/publish-view.ts'

/** A frame, and where its variable header begins. */
export interface KeptMessage {
  readonly frame: Buffer
  readonly body: number
}

/** As much as a remote sends in the few round trips that it takes; where it is more, nothing is kept. */
const MAX_KEPT = 1000
const MAX_KEPT_BYTES = 1024 * 1024

export class KeptMessages {
  readonly #kept: KeptMessage[] = []
  #bytes = 0

  /** Copies it. False when there is no room. */
  add ({ bytes, start, body, end }: PublishView): boolean {
    this.#bytes += end - start
    if (this.#kept.length === MAX_KEPT || this.#bytes > MAX_KEPT_BYTES) return false
    this.#kept.push({ frame: Buffer.from(bytes.subarray(start, end)), body: body - start })
    return true
  }

  /** In the order in which they came. */
  get all (): readonly KeptMessage[] { return this.#kept }
}
