/** Signs of life of one connection: what came in and went out since it was last asked. What is not read for now has not fallen silent. HOT. */
import type { LinkSocket } from './link-socket.ts'
import type { ReadBrake } from './read-brake.ts'

export class TapSigns {
  readonly #writer: LinkSocket
  readonly #brake: ReadBrake
  #heard = true
  #moved = false
  #answered = false

  constructor (writer: LinkSocket, brake: ReadBrake) {
    this.#writer = writer
    this.#brake = brake
  }

  heard (): void { this.#heard = true }
  moved (): void { this.#moved = true }
  answered (): void { this.#answered = true }

  /** Did bytes come in since the last call? A remote that we do not read is not silent. */
  takeHeard (): boolean {
    const heard = this.#heard || this.#brake.on
    this.#heard = false
    return heard
  }

  /** Was anything written since the last call? */
  takeSaid (): boolean { return this.#writer.takeSaid() }

  /** Did bytes that had waited in the socket leave since the last call? */
  takeMoved (): boolean {
    const moved = this.#moved
    this.#moved = false
    return moved
  }

  /** Did an acknowledgement of something under way come in since the last call? One that we do not read may have. */
  takeAnswered (): boolean {
    const answered = this.#answered || this.#brake.on
    this.#answered = false
    return answered
  }
}
