/**
 * The handshakes of QoS 2 on disk: with devices, between PUBLISH and PUBREL, and with the remote, between PUBREC and PUBCOMP. Each note
 * answers with its number, and the next step may be made when that is safe. HOT.
 */
import { handshakeBody, numberBody, sentInBody } from './handshake-notes.ts'
import { ALL_IDS, type Handshakes } from './handshakes.ts'
import { RecordKind, SENT_IN } from './record.ts'
import type { RecordWriter } from './record-writer.ts'
import type { Recovered } from './recovery.ts'

const NOTHING = Buffer.alloc(0)

export class HandshakeJournal {
  readonly #writer: RecordWriter
  readonly #devices: Handshakes
  /** Messages that a process before this one had PUBREC for. */
  readonly #released: Set<number>
  /** Notes of the remote's session are on disk, or may be. */
  #noted: boolean
  /** The session at the remote that QoS 2 was last sent in; null: not known. */
  #sentIn: Buffer | null
  /** Number of the record that says so. */
  #sentInAt: number
  /** Messages up to this number are of a process before this one. */
  readonly inheritedThrough: number
  #waiters: { readonly number: number, readonly resolve: (safe: boolean) => void }[] = []
  #closed = false

  constructor (writer: RecordWriter, recovered: Recovered) {
    this.#writer = writer
    this.#devices = recovered.handshakes
    this.#released = recovered.released
    this.#noted = recovered.released.size > 0
    this.#sentIn = recovered.sentIn?.identity ?? null
    this.#sentInAt = recovered.sentIn?.at ?? Infinity
    this.inheritedThrough = recovered.nextNumber - 1
  }

  /** PUBREC came. @returns the note's number: PUBREL may go out when it is safe */
  noteReleased (number: number): number {
    this.#noted = true
    return this.#writer.noteAmong(RecordKind.RELEASED, numberBody(number))
  }

  /** Had PUBREC come for it before this process began? */
  wasReleased (number: number): boolean { return this.#released.has(number) }

  /** The remote began a session: what was noted of the one before is void. */
  noteSession (): void {
    this.#released.clear()
    if (!this.#noted) return
    this.#noted = false
    this.#writer.note(RecordKind.SESSION, NOTHING)
  }

  get sentIn (): Buffer | null { return this.#sentIn }

  /** QoS 2 is about to be sent in this session. @returns the note's number: it may go out when that is safe */
  noteSentIn (identity: Buffer): number {
    this.#sentIn = identity
    this.#sentInAt = this.#writer.note(RecordKind.SESSION, sentInBody(identity), SENT_IN)
    return this.#sentInAt
  }

  /** The record `number` holds a message that a device sent with QoS 2. */
  opened (clientId: string, packetId: number, number: number): void {
    this.#devices.open(clientId, packetId, number, false)
    for (let excess = this.#devices.takeExcess(); excess !== null; excess = this.#devices.takeExcess()) this.forget(excess, Buffer.from(excess))
  }

  /** Did a process before this one take the message, and the device has not released it? */
  inherits (clientId: string, packetId: number): boolean { return this.#devices.inherits(clientId, packetId) }

  /** The device sent PUBREL. @returns number of a record: PUBCOMP may go out when it is safe; 0: nothing was open here */
  noteCompleted (clientId: string, bytes: Buffer, packetId: number): number {
    const state = this.#devices.stateOf(clientId, packetId)
    if (state < 0) return 0
    if (state > 0) return this.#writer.last // it asks again; its note is among those being written
    const note = this.#writer.noteAmong(RecordKind.COMPLETED, handshakeBody(bytes, packetId))
    this.#devices.completing(clientId, packetId, note)
    return note
  }

  /** The device began a session: what it had open is void. */
  forget (clientId: string, bytes: Buffer): void {
    if (!this.#devices.has(clientId)) return
    this.#devices.close(clientId, ALL_IDS)
    this.#writer.note(RecordKind.COMPLETED, handshakeBody(bytes, ALL_IDS))
  }

  durable (number: number): void {
    this.#devices.durable(number)
    if (this.#waiters.length === 0) return
    for (const waiter of this.#waiters) if (waiter.number <= number) waiter.resolve(true)
    this.#waiters = this.#waiters.filter(waiter => waiter.number > number)
  }

  /**
   * Files with records up to `through` are about to go: what they tell of open handshakes with devices, and of the remote's session, is
   * written again.
   * @returns false when that could not be made safe: the files must stay
   */
  async rescue (through: number): Promise<boolean> {
    const bodies: Buffer[] = []
    if (this.#closed) return this.#sentInAt > through && !this.#devices.hasUpTo(through)
    let number = this.#sentIn !== null && this.#sentInAt <= through ? this.noteSentIn(this.#sentIn) : 0
    const next = this.#writer.last + 1
    this.#devices.move(through, next, (clientId, packetId) => bodies.push(handshakeBody(Buffer.from(clientId), packetId)))
    if (bodies.length > 0) number = this.#writer.note(RecordKind.OPEN, Buffer.concat(bodies))
    if (number === 0) return true
    return new Promise(resolve => this.#waiters.push({ number, resolve }))
  }

  close (): void {
    this.#closed = true
    for (const { resolve } of this.#waiters.splice(0)) resolve(false)
  }
}
