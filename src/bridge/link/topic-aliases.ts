/**
 * Which topic names have an alias on one connection [MQTT 5, 3.3.2.3.4]. A name gets one when it is sent the second time, so that names that come once
 * take none; when all are given out, one that was not used lately gives way. HOT.
 */

/** Names seen once, in bytes, before all of them are forgotten; and names that have an alias. */
const MAX_SEEN_BYTES = 256 * 1024
const MAX_BYTES = 1024 * 1024

export class TopicAliases {
  readonly #most: number
  readonly #aliases = new Map<string, number>()
  /** By alias, from 1 on [MQTT-3.3.2-8]. */
  readonly #names: string[] = ['']
  readonly #used: Uint8Array
  #bytes = 0
  readonly #seen = new Set<string>()
  #seenBytes = 0
  /** The clock's hand: on an alias. */
  #hand = 0

  /** @param most aliases, at least 1: the remote's Topic Alias Maximum, or fewer [MQTT-3.3.2-9] */
  constructor (most: number) {
    this.#most = most
    this.#used = new Uint8Array(most + 1)
  }

  /**
   * @param name its bytes as latin1 text
   * @returns the alias that the remote knows; below 0: one that it is to be told, together with the name; 0: none
   */
  of (name: string): number {
    const known = this.#aliases.get(name)
    if (known !== undefined) {
      this.#used[known] = 1
      return known
    }
    const alias = this.#isRepeated(name) && this.#bytes + name.length <= MAX_BYTES ? this.#place() : 0
    if (alias === 0) return 0
    this.#aliases.set(name, alias)
    this.#names[alias] = name
    this.#used[alias] = 1
    this.#bytes += name.length
    return -alias
  }

  #isRepeated (name: string): boolean {
    if (this.#seen.delete(name)) {
      this.#seenBytes -= name.length
      return true
    }
    if (this.#seenBytes + name.length > MAX_SEEN_BYTES) {
      this.#seen.clear()
      this.#seenBytes = 0
    }
    this.#seen.add(name)
    this.#seenBytes += name.length
    return false
  }

  /** One that is free, or whose name was not sent since the hand last came by. One step a time: names that come in turns must not push each other out. */
  #place (): number {
    if (this.#names.length <= this.#most) return this.#names.length
    this.#hand = this.#hand % this.#most + 1
    if (this.#used[this.#hand] === 1) {
      this.#used[this.#hand] = 0
      return 0
    }
    const name = this.#names[this.#hand] as string
    this.#aliases.delete(name)
    this.#bytes -= name.length
    return this.#hand
  }
}
