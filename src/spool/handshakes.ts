/**
 * QoS 2 messages of devices between PUBLISH and PUBREL: by client id and packet id, so that a repetition after a restart is known as one
 * [MQTT-4.3.3-2]. Opened by the record of the message itself, closed by a note of its own.
 */

/** Over all devices; beyond it the device that has had something open for longest is forgotten. */
const MAX_OPEN = 100_000
/** Packet id of a note that speaks of all that a device has open. */
export const ALL_IDS = 0

interface Open {
  /** A process before this one took the message. */
  readonly inherited: boolean
  /** Number of the record that says so. */
  at: number
  /** Number of the note that ends it; 0: PUBREL has not come. */
  completing: number
}

export class Handshakes {
  readonly #clients = new Map<string, Map<number, Open>>()
  /** In the order of their notes. */
  readonly #completing: { readonly clientId: string, readonly packetId: number, readonly open: Open }[] = []
  /** Devices to be forgotten, as more have something open than may. */
  readonly #excess: string[] = []
  #count = 0
  #inherited = 0

  /** Handshakes that are open. */
  get count (): number { return this.#count }

  /** The message of the record `at` has come. */
  open (clientId: string, packetId: number, at: number, inherited: boolean): void {
    const ids = this.#clients.get(clientId) ?? new Map<number, Open>()
    this.#delete(clientId, ids, packetId)
    ids.set(packetId, { inherited, at, completing: 0 })
    this.#clients.set(clientId, ids)
    this.#count++
    if (inherited) this.#inherited++
    if (this.#count > MAX_OPEN) this.#excess.push(this.#clients.keys().next().value ?? clientId)
  }

  /** A device to be forgotten; null: none. */
  takeExcess (): string | null { return this.#excess.pop() ?? null }

  /** Was it taken by a process before this one, and not released since? */
  inherits (clientId: string, packetId: number): boolean {
    if (this.#inherited === 0) return false
    const open = this.#clients.get(clientId)?.get(packetId)
    return open !== undefined && open.inherited && open.completing === 0
  }

  /** 0: open; the number of a note: it is being closed; -1: nothing is open. */
  stateOf (clientId: string, packetId: number): number {
    return this.#clients.get(clientId)?.get(packetId)?.completing ?? -1
  }

  has (clientId: string): boolean { return this.#clients.has(clientId) }

  /** PUBREL has come; `note` is being written. */
  completing (clientId: string, packetId: number, note: number): void {
    const open = this.#clients.get(clientId)?.get(packetId)
    if (open === undefined) return
    open.completing = note
    this.#completing.push({ clientId, packetId, open })
  }

  /** Notes up to this number are safe. */
  durable (number: number): void {
    let done = 0
    for (const { clientId, packetId, open } of this.#completing) {
      if (open.completing > number) break
      done++
      const ids = this.#clients.get(clientId)
      // the device may have opened it again, against the rules
      if (ids?.get(packetId) === open) this.#delete(clientId, ids, packetId)
    }
    if (done > 0) this.#completing.splice(0, done)
  }

  close (clientId: string, packetId: number): void {
    const ids = this.#clients.get(clientId)
    if (ids === undefined) return
    if (packetId === ALL_IDS) for (const id of [...ids.keys()]) this.#delete(clientId, ids, id)
    else this.#delete(clientId, ids, packetId)
  }

  clear (): void {
    this.#clients.clear()
    this.#count = this.#inherited = 0
  }

  /** Is there one that a record up to `through` tells of? */
  hasUpTo (through: number): boolean {
    for (const ids of this.#clients.values()) for (const open of ids.values()) if (open.at <= through) return true
    return false
  }

  /** Says for each that a record up to `through` tells of that it is told by the record `at` from now on. */
  move (through: number, at: number, each: (clientId: string, packetId: number) => void): void {
    for (const [clientId, ids] of this.#clients) {
      for (const [packetId, open] of ids) {
        if (open.at > through || open.completing !== 0) continue
        open.at = at
        each(clientId, packetId)
      }
    }
  }

  #delete (clientId: string, ids: Map<number, Open>, packetId: number): void {
    const open = ids.get(packetId)
    if (open === undefined) return
    ids.delete(packetId)
    this.#count--
    if (open.inherited) this.#inherited--
    if (ids.size === 0) this.#clients.delete(clientId)
  }
}
