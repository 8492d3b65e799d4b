/**
 * From the bytes of a topic name to what is known of it. Bounded by bytes. A name is let in at once while there is room,
 * and at its second appearance when there is not, so that one device with random topics evicts nobody; what has not been
 * used for a round of the clock's hand goes first. A look-up makes no text and no object. HOT.
 */

/** What it keeps. */
export interface Cached {
  /** The name's bytes as latin1 text: one unit a byte, nothing decoded. */
  readonly key: string
}

/** Bytes an entry takes beside its name: objects, strings' heads and its place in the table. */
const ENTRY_OVERHEAD = 256
/** Places that a name may have: names that meet there can not make a look-up longer than this. */
const WAYS = 8
const FIRST_SETS = 16
/** Bits of the doorkeeper; a name seen once is two of them. */
const DOOR_BITS = 1 << 17
/** Names that knock before the doorkeeper forgets them all: at most one in twenty strangers is then mistaken for a known one. */
const DOOR_CAPACITY = DOOR_BITS / 8

export class TopicCache<T extends Cached> {
  /** Sets of {@link WAYS} places. Grown as names come: an edge at rest pays for none. */
  #hashes = new Int32Array(FIRST_SETS * WAYS)
  #entries: (T | undefined)[] = new Array<T | undefined>(FIRST_SETS * WAYS).fill(undefined)
  /** Looked up since the clock's hand last came by. */
  #used = new Uint8Array(FIRST_SETS * WAYS)
  #hand = 0
  readonly #budget: number
  readonly #door = new Uint32Array(DOOR_BITS / 32)
  #knocks = 0
  #size = 0
  #bytes = 0

  /** @param budget bytes it may take, names and entries together */
  constructor (budget: number) {
    this.#budget = budget
  }

  get size (): number { return this.#size }
  /** Bytes taken, reckoned from the lengths of the names. */
  get bytes (): number { return this.#bytes }

  /** @param hash of the name in `bytes[start, end)`, by {@link topicHash} */
  get (hash: number, bytes: Uint8Array, start: number, end: number): T | undefined {
    const hashes = this.#hashes
    const first = firstOf(hash, hashes.length)
    for (let place = first; place < first + WAYS; place++) {
      if (hashes[place] !== hash) continue
      const entry = this.#entries[place]
      if (entry === undefined || !isNamed(entry.key, bytes, start, end)) continue
      this.#used[place] = 1
      return entry
    }
    return undefined
  }

  /** Is a name of `length` bytes, which is not in, worth a place? Makes room for it then. */
  admits (hash: number, length: number): boolean {
    const cost = costOf(length)
    if (cost > this.#budget) return false
    if (this.#bytes + cost > this.#budget) {
      if (!this.#knownAtTheDoor(hash)) return false
      while (this.#bytes + cost > this.#budget) this.#evictOne()
    }
    return true
  }

  /** Keeps `entry`, which {@link admits} has made room for. */
  add (hash: number, entry: T): void {
    const place = this.#placeFor(hash)
    this.#hashes[place] = hash
    this.#entries[place] = entry
    this.#used[place] = 0
    this.#size++
    this.#bytes += costOf(entry.key.length)
  }

  /** A free place of its set. A set that is full before half of the table is loses one of its own. */
  #placeFor (hash: number): number {
    for (;;) {
      const first = firstOf(hash, this.#hashes.length)
      for (let place = first; place < first + WAYS; place++) if (this.#entries[place] === undefined) return place
      if (this.#size * 2 < this.#hashes.length) return this.#evictOf(first)
      this.#grow()
    }
  }

  #evictOf (first: number): number {
    let victim = first
    while (victim < first + WAYS && this.#used[victim] === 1) this.#used[victim++] = 0
    if (victim === first + WAYS) victim = first
    this.#remove(victim)
    return victim
  }

  /** Moves the hand to the first entry that was not used since it last came by, and takes that out. */
  #evictOne (): void {
    for (;;) {
      const place = this.#hand
      this.#hand = (place + 1) & (this.#hashes.length - 1)
      if (this.#entries[place] === undefined) continue
      if (this.#used[place] === 0) return this.#remove(place)
      this.#used[place] = 0
    }
  }

  #remove (place: number): void {
    const entry = this.#entries[place] as T
    this.#entries[place] = undefined
    this.#size--
    this.#bytes -= costOf(entry.key.length)
  }

  /** Twice as many sets; what was one set becomes two, so that none is too small. */
  #grow (): void {
    const [hashes, entries, used] = [this.#hashes, this.#entries, this.#used]
    const count = hashes.length * 2
    this.#hashes = new Int32Array(count)
    this.#entries = new Array<T | undefined>(count).fill(undefined)
    this.#used = new Uint8Array(count)
    this.#hand = 0
    for (let from = 0; from < entries.length; from++) {
      const entry = entries[from]
      if (entry === undefined) continue
      const hash = hashes[from] as number
      let place = firstOf(hash, count)
      while (this.#entries[place] !== undefined) place++
      this.#hashes[place] = hash
      this.#entries[place] = entry
      this.#used[place] = used[from] as number
    }
  }

  /** Has this name knocked before? Notes that it has now. */
  #knownAtTheDoor (hash: number): boolean {
    const knew = this.#knock(hash & (DOOR_BITS - 1))
    const knewAgain = this.#knock((hash >>> 15) & (DOOR_BITS - 1))
    if (knew && knewAgain) return true
    if (++this.#knocks > DOOR_CAPACITY) {
      this.#door.fill(0)
      this.#knocks = 0
    }
    return false
  }

  /** Sets a bit; answers whether it was. */
  #knock (at: number): boolean {
    const bit = 1 << (at & 31)
    const word = this.#door[at >>> 5] as number
    this.#door[at >>> 5] = word | bit
    return (word & bit) !== 0
  }
}

/** First place of the set of `hash` in a table of `count` places, a power of two. */
function firstOf (hash: number, count: number): number {
  return Math.imul(hash, WAYS) & (count - 1)
}

function isNamed (key: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false
  for (let i = 0; i < key.length; i++) if (key.charCodeAt(i) !== bytes[start + i]) return false
  return true
}

function costOf (length: number): number {
  return 2 * length + ENTRY_OVERHEAD
}
