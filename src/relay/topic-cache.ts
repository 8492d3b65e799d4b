/**
 * From the bytes of a topic name to what is known of it. Bounded by bytes. A name is let in at once while there is room,
 * and at its second appearance when there is not, so that one device with random topics evicts nobody; what has not been
 * used for a round of the clock's hand goes first. HOT.
 */

/** What it keeps. */
export interface Cached {
  /** Looked up since the clock's hand last came by; set here, never elsewhere. */
  used: boolean
}

/** Bytes an entry takes beside its name, which is held three times: object, key and place in the map. */
const ENTRY_OVERHEAD = 256
/** Bits of the doorkeeper; a name seen once is one of them. */
const DOOR_BITS = 1 << 17
/** Names that knock before the doorkeeper forgets them all: at most one in eight strangers is then mistaken for a known one. */
const DOOR_CAPACITY = DOOR_BITS / 8

export class TopicCache<T extends Cached> {
  readonly #entries = new Map<string, T>()
  readonly #budget: number
  readonly #door = new Uint32Array(DOOR_BITS / 32)
  #knocks = 0
  #bytes = 0
  /** The clock's hand: a live iterator goes on behind what it has seen, over later insertions too. */
  #hand: MapIterator<[string, T]>

  /** @param budget bytes it may take, names and entries together */
  constructor (budget: number) {
    this.#budget = budget
    this.#hand = this.#entries.entries()
  }

  get size (): number { return this.#entries.size }
  /** Bytes taken, reckoned from the lengths of the names. */
  get bytes (): number { return this.#bytes }

  /** @param key the name's bytes as latin1 text: one unit a byte, nothing decoded */
  get (key: string): T | undefined {
    const record = this.#entries.get(key)
    if (record !== undefined) record.used = true
    return record
  }

  /** Keeps `record` when it is worth a place. */
  offer (key: string, record: T): void {
    const cost = costOf(key)
    if (cost > this.#budget) return
    if (this.#bytes + cost > this.#budget) {
      if (!this.#knownAtTheDoor(key)) return
      while (this.#bytes + cost > this.#budget) this.#evictOne()
    }
    this.#entries.set(key, record)
    this.#bytes += cost
  }

  /** Moves the hand to the first entry that was not used since it last came by, and takes that out. */
  #evictOne (): void {
    for (;;) {
      const step = this.#hand.next()
      if (step.done === true) {
        this.#hand = this.#entries.entries()
        continue
      }
      const [key, record] = step.value
      if (record.used) {
        record.used = false
        continue
      }
      this.#entries.delete(key)
      this.#bytes -= costOf(key)
      return
    }
  }

  /** Has this name knocked before? Notes that it has now. */
  #knownAtTheDoor (key: string): boolean {
    const hash = hashOf(key) & (DOOR_BITS - 1)
    const bit = 1 << (hash & 31)
    const word = this.#door[hash >>> 5] as number
    if ((word & bit) !== 0) return true
    if (++this.#knocks > DOOR_CAPACITY) {
      this.#door.fill(0)
      this.#knocks = 0
    }
    this.#door[hash >>> 5] = word | bit
    return false
  }
}

function costOf (key: string): number {
  return 3 * key.length + ENTRY_OVERHEAD
}

function hashOf (key: string): number {
  let hash = 0x811c9dc5 | 0
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return hash ^ (hash >>> 15)
}
