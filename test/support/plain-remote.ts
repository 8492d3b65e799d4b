/** A remote that does what MQTT says and no more, fed frame by frame; what an outbox does wrong towards it is noted as a fault. */
import { FIRST_QOS_2_ID, QOS_2_IDS } from '../../src/relay/packet-ids.ts'
import type { Outbox } from '../../src/relay/outbox.ts'
import { readPublish } from './publish-frames.ts'

export class PlainRemote {
  /** Frames on their way. */
  wire: Buffer[] = []
  /** Payloads handed on, QoS 2 once. */
  readonly got: string[] = []
  /** Ids of QoS 2 between PUBREC and PUBREL, at first some that a process before has left; ids of this connection not answered yet. */
  readonly #held = new Set<number>([FIRST_QOS_2_ID, FIRST_QOS_2_ID + 1, FIRST_QOS_2_ID + 3, FIRST_QOS_2_ID + QOS_2_IDS])
  #unanswered: { id: number, kind: 'puback' | 'pubrec' | 'pubcomp', payload?: string }[] = []
  readonly #seenHere = new Set<number>()
  /** PUBRELs for what is not under way on this connection: answered all together. */
  #releases: number[] = []
  readonly faults: string[] = []
  readonly #mostInFlight: number

  /** @param mostInFlight messages of QoS 1 and 2 that it may be sent at once */
  constructor (mostInFlight: number) {
    this.#mostInFlight = mostInFlight
  }

  receive (count: number): void {
    for (const frame of this.wire.splice(0, count)) {
      if (frame.readUInt8(0) === 0x62) {
        const id = frame.readUInt16BE(2)
        this.#held.delete(id)
        if (this.#seenHere.has(id)) this.#unanswered.push({ id, kind: 'pubcomp' })
        else this.#releases.push(id)
      } else this.#publish(readPublish(frame))
    }
  }

  #publish ({ qos, packetId: id = 0, payload, dup }: { qos: 0 | 1 | 2, packetId?: number, payload: string, dup?: boolean }): void {
    if (qos === 0) {
      this.got.push(payload)
      return
    }
    if (id < 1024) this.faults.push(`id ${id} is not ours`)
    if (this.#seenHere.has(id)) this.faults.push(`id ${id} twice on a connection, unanswered`)
    this.#seenHere.add(id)
    if (qos === 2 && this.#held.has(id)) {
      if (dup !== true) this.faults.push('a known id comes again without DUP')
    } else this.got.push(payload)
    // only what came now, and not on a connection before, can be put off
    const fresh = dup === true ? {} : { payload }
    if (qos === 2) this.#held.add(id)
    this.#unanswered.push({ id, kind: qos === 1 ? 'puback' : 'pubrec', ...fresh })
    const open = this.#unanswered.length
    if (open > this.#mostInFlight) this.faults.push(`${open} in flight`)
  }

  answer (which: number, outbox: Outbox): void {
    for (const id of this.#releases.splice(0)) if (!outbox.pubcomp(id)) this.faults.push(`pubcomp ${id} answers nothing`)
    const [chosen] = this.#unanswered.splice(which % Math.max(1, this.#unanswered.length), 1)
    if (chosen === undefined) return
    if (chosen.kind !== 'pubrec') this.#seenHere.delete(chosen.id)
    const known = chosen.kind === 'pubcomp' ? outbox.pubcomp(chosen.id) : outbox[chosen.kind](chosen.id, 0)
    if (!known) this.faults.push(`${chosen.kind} ${chosen.id} answers nothing`)
  }

  /** Its quota is used up: a message that it has just got is not handed on. */
  putOff (which: number, outbox: Outbox): void {
    const open = this.#unanswered.filter(({ payload }) => payload !== undefined)
    const chosen = open[which % Math.max(1, open.length)]
    if (chosen?.payload === undefined || chosen.kind === 'pubcomp') return
    this.#unanswered.splice(this.#unanswered.indexOf(chosen), 1)
    this.#seenHere.delete(chosen.id)
    this.#held.delete(chosen.id)
    this.got.splice(this.got.lastIndexOf(chosen.payload), 1)
    if (!outbox[chosen.kind](chosen.id, 0x97)) this.faults.push(`${chosen.kind} ${chosen.id} answers nothing`)
  }

  reconnect (session: boolean): void {
    this.wire = []
    this.#unanswered = []
    this.#releases = []
    this.#seenHere.clear()
    if (!session) this.#held.clear()
  }

  get quiet (): boolean { return this.wire.length === 0 && this.#unanswered.length === 0 && this.#releases.length === 0 }
}
