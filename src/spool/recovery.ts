/**
 * Reads a journal directory as a process finds it at its start: which messages wait, under which packet identifiers they went out,
 * which handshakes with devices are open, and what is damaged. Nothing is repaired in place: a damaged file stays as it is until
 * all of its messages are gone.
 */
import { randomInt } from 'node:crypto'
import type { Disk } from './disk.ts'
import { readMessage } from './message.ts'
import { type Damage, type FoundRecord, readRecords, RecordKind } from './record.ts'
import { ordinalOf, readSegmentHeader, type Segment, SEGMENT_HEADER_BYTES } from './segment.ts'
import { WaitingSet } from './waiting-set.ts'

/** A QoS 2 handshake with a device that has not sent PUBREL yet. */
export interface OpenHandshake {
  readonly clientId: string
  readonly packetId: number
}

export interface Recovered {
  readonly segments: Segment[]
  readonly waiting: WaitingSet
  /** The next number to give out. */
  readonly nextNumber: number
  readonly nextOrdinal: number
  /** The journal's own random number; chosen when it is begun. */
  readonly salt: number
  /** Record number → packet identifier of QoS 2 messages that went out. */
  readonly sent: Map<number, number>
  /** Those for which the remote has sent PUBREC. */
  readonly released: Set<number>
  readonly handshakes: OpenHandshake[]
  /** (number, arrival in ms since 1970), one for each second or so, in rising order. */
  readonly arrivals: { number: number, at: number }[]
  readonly damages: { readonly file: string, readonly damage: Damage }[]
}

/** @throws SpoolError CW_SPOOL_VERSION; errors of the disk as they are */
export async function recover (dir: string, disk: Disk, salvage?: (record: FoundRecord) => void): Promise<Recovered> {
  const state = new RecoveryState()
  for (const name of (await disk.list(dir)).sort()) {
    const ordinal = ordinalOf(name)
    if (ordinal === null) continue
    const file = `${dir}/${name}`
    const bytes = await disk.readWhole(file)
    state.nextOrdinal = ordinal + 1
    const header = readSegmentHeader(bytes, file)
    const segment: Segment = {
      ordinal, file, salt: header?.salt ?? 0, firstNumber: header?.firstNumber ?? state.nextNumber, lastNumber: state.nextNumber - 1, bytes: bytes.length
    }
    state.segments.push(segment)
    if (header === null) {
      state.damages.push({ file, damage: { at: 0, bytes: bytes.length, torn: bytes.length < SEGMENT_HEADER_BYTES } })
      continue
    }
    const damages = readRecords(bytes, SEGMENT_HEADER_BYTES, header.salt, record => {
      state.take(record, segment)
      salvage?.(record)
    })
    for (const damage of damages) state.damages.push({ file, damage })
  }
  return state.result()
}

class RecoveryState {
  readonly segments: Segment[] = []
  readonly waiting = new WaitingSet()
  readonly sent = new Map<number, number>()
  readonly released = new Set<number>()
  readonly arrivals: { number: number, at: number }[] = []
  readonly damages: { file: string, damage: Damage }[] = []
  readonly #handshakes = new Map<string, OpenHandshake>()
  readonly #seen = new WaitingSet()
  nextNumber = 1
  nextOrdinal = 1

  take (record: FoundRecord, segment: Segment): void {
    segment.lastNumber = Math.max(segment.lastNumber, record.number)
    this.nextNumber = Math.max(this.nextNumber, record.number + 1)
    switch (record.kind) {
      case RecordKind.MESSAGE: this.#message(record); break
      case RecordKind.ACKNOWLEDGED: this.#acknowledged(record.body); break
      case RecordKind.SENT: if (record.body.length >= 10) this.sent.set(record.body.readDoubleLE(0), record.body.readUInt16LE(8)); break
      case RecordKind.RELEASED: if (record.body.length >= 8) this.released.add(record.body.readDoubleLE(0)); break
      case RecordKind.COMPLETED: this.#handshakes.delete(record.body.toString('latin1')); break
    }
  }

  result (): Recovered {
    for (const number of this.sent.keys()) if (!this.waiting.has(number)) this.sent.delete(number)
    for (const number of this.released) if (!this.waiting.has(number)) this.released.delete(number)
    return {
      segments: this.segments,
      waiting: this.waiting,
      nextNumber: this.nextNumber,
      nextOrdinal: this.nextOrdinal,
      salt: this.segments.findLast(segment => segment.salt !== 0)?.salt ?? randomInt(1, 2 ** 32),
      sent: this.sent,
      released: this.released,
      handshakes: [...this.#handshakes.values()],
      arrivals: this.arrivals,
      damages: this.damages
    }
  }

  #message (record: FoundRecord): void {
    const message = readMessage(record.body, record.flags)
    // the same record may stand in two segments after a failed sync; acknowledged in between, it must not come back
    if (message === null || !this.#seen.add(record.number)) return
    this.waiting.add(record.number)
    const last = this.arrivals.at(-1)
    if (last === undefined || Math.abs(message.arrived - last.at) >= 1000) this.arrivals.push({ number: record.number, at: message.arrived })
    if (message.publisherId !== 0) {
      this.#handshakes.set(handshakeKey(message.clientId, message.publisherId), { clientId: message.clientId.toString(), packetId: message.publisherId })
    }
  }

  #acknowledged (body: Buffer): void {
    for (let at = 0; at + 12 <= body.length; at += 12) {
      const first = body.readDoubleLE(at)
      const count = body.readUInt32LE(at + 8)
      for (let i = 0; i < count; i++) this.waiting.remove(first + i)
    }
  }
}

/** The body of a COMPLETED record, as latin1: packet identifier and client id. */
export function handshakeKey (clientId: Buffer, packetId: number): string {
  return String.fromCharCode(packetId & 255, packetId >> 8) + clientId.toString('latin1')
}
