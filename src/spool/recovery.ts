/**
 * Reads a journal directory as a process finds it at its start: which messages wait, under which packet identifiers they went out,
 * which handshakes with devices are open, and what is damaged. Nothing is repaired in place: a damaged file stays as it is until
 * all of its messages are gone.
 */
import { randomInt } from 'node:crypto'
import type { Disk } from './disk.ts'
import { readHandshakes, readNumbers, readSentIn } from './handshake-notes.ts'
import { Handshakes } from './handshakes.ts'
import { readMessage } from './message.ts'
import { type Damage, type FoundRecord, readRecords, RecordKind, SENT_IN } from './record.ts'
import { type FoundHeader, ordinalOf, readSegmentHeader, type Segment, SEGMENT_HEADER_BYTES } from './segment.ts'
import { WaitingSet } from './waiting-set.ts'

export interface Recovered {
  readonly segments: Segment[]
  readonly waiting: WaitingSet
  /** The next number to give out. */
  readonly nextNumber: number
  readonly nextOrdinal: number
  /** The journal's own random number; chosen when it is begun. */
  readonly salt: number
  /** Messages of QoS 2 for which the remote has sent PUBREC. */
  readonly released: Set<number>
  /** The session at the remote that QoS 2 was last sent in, and the record that says so; null: not known. */
  readonly sentIn: { readonly identity: Buffer, readonly at: number } | null
  /** Of QoS 2, with devices that have not sent PUBREL. */
  readonly handshakes: Handshakes
  /** (number, arrival in ms since 1970), one for each second or so, in rising order. */
  readonly arrivals: { number: number, at: number }[]
  readonly damages: { readonly file: string, readonly damage: Damage }[]
}

/** @throws SpoolError CW_SPOOL_VERSION; errors of the disk as they are */
export async function recover (dir: string, disk: Disk, salvage?: (record: FoundRecord) => void): Promise<Recovered> {
  const state = new RecoveryState()
  const files = (await disk.list(dir)).sort().flatMap(name => {
    const ordinal = ordinalOf(name)
    return ordinal === null ? [] : [{ ordinal, file: `${dir}/${name}` }]
  })
  for (const { ordinal, file } of files) {
    const bytes = await disk.readWhole(file)
    state.nextOrdinal = ordinal + 1
    const header = readSegmentHeader(bytes, file)
    // those before it may have been taken and their files be gone
    if (header !== null) state.nextNumber = Math.max(state.nextNumber, header.firstNumber)
    // all files of a journal have one salt: with that of another the records behind a ruined header can be read all the same
    const salt = header?.salt ?? (bytes.length < SEGMENT_HEADER_BYTES ? 0 : await saltAmong(files.map(each => each.file), disk))
    const segment: Segment = {
      ordinal, file, salt, firstNumber: header?.firstNumber ?? state.nextNumber, lastNumber: state.nextNumber - 1, bytes: bytes.length
    }
    state.segments.push(segment)
    const damages = salt === 0
      ? [{ at: 0, bytes: bytes.length, torn: bytes.length < SEGMENT_HEADER_BYTES }]
      : headerDamage(header).concat(readRecords(bytes, SEGMENT_HEADER_BYTES, salt, record => {
        state.take(record, segment)
        salvage?.(record)
      }))
    for (const damage of damages) state.damages.push({ file, damage })
    // what is missing may have ended a handshake: better a message twice than one that is taken for a repetition. A mended header took nothing with it
    if (damages.some(({ torn, at }) => !torn && (at > 0 || salt === 0))) state.doubtHandshakes()
  }
  return state.result()
}

/** Of a header that was ruined or had to be mended. */
function headerDamage (header: FoundHeader | null): Damage[] {
  return header?.mended === false ? [] : [{ at: 0, bytes: SEGMENT_HEADER_BYTES, torn: false }]
}

/** The salt of the first file whose header can be read; 0: there is none. */
async function saltAmong (files: readonly string[], disk: Disk): Promise<number> {
  for (const file of files) {
    const handle = await disk.openForReading(file)
    try {
      const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
      const length = await handle.read(bytes, 0)
      const header = readSegmentHeader(bytes.subarray(0, length), file)
      if (header !== null) return header.salt
    } finally {
      await handle.close()
    }
  }
  return 0
}

class RecoveryState {
  readonly segments: Segment[] = []
  readonly waiting = new WaitingSet()
  readonly released = new Set<number>()
  readonly arrivals: { number: number, at: number }[] = []
  readonly damages: { file: string, damage: Damage }[] = []
  readonly #handshakes = new Handshakes()
  readonly #seen = new WaitingSet()
  #sentIn: { readonly identity: Buffer, readonly at: number } | null = null
  nextNumber = 1
  nextOrdinal = 1

  take (record: FoundRecord, segment: Segment): void {
    segment.lastNumber = Math.max(segment.lastNumber, record.number)
    this.nextNumber = Math.max(this.nextNumber, record.number + 1)
    // the same record may stand in two segments after a failed sync: acknowledged in between, a message must not come back, nor a note of
    // an old handshake end a later one that has its id
    if (!this.#seen.add(record.number)) return
    switch (record.kind) {
      case RecordKind.MESSAGE: this.#message(record); break
      case RecordKind.ACKNOWLEDGED: this.#acknowledged(record.body); break
      case RecordKind.SESSION: this.#session(record); break
      case RecordKind.RELEASED: readNumbers(record.body, number => this.released.add(number)); break
      case RecordKind.COMPLETED: readHandshakes(record.body, (clientId, packetId) => this.#handshakes.close(clientId, packetId)); break
      case RecordKind.OPEN: readHandshakes(record.body, (clientId, packetId) => this.#handshakes.open(clientId, packetId, record.number, true)); break
    }
  }

  doubtHandshakes (): void {
    this.#handshakes.clear()
    this.released.clear()
  }

  result (): Recovered {
    for (const number of this.released) if (!this.waiting.has(number)) this.released.delete(number)
    return {
      segments: this.segments,
      waiting: this.waiting,
      nextNumber: this.nextNumber,
      nextOrdinal: this.nextOrdinal,
      salt: this.segments.findLast(segment => segment.salt !== 0)?.salt ?? randomInt(1, 2 ** 32),
      released: this.released,
      sentIn: this.#sentIn,
      handshakes: this.#handshakes,
      arrivals: this.arrivals,
      damages: this.damages
    }
  }

  #message (record: FoundRecord): void {
    const message = readMessage(record.body, record.flags)
    if (message === null) return
    this.waiting.add(record.number)
    const last = this.arrivals.at(-1)
    if (last === undefined || Math.abs(message.arrived - last.at) >= 1000) this.arrivals.push({ number: record.number, at: message.arrived })
    if (message.publisherId !== 0) {
      this.#handshakes.open(message.clientId.toString(), message.publisherId, record.number, true)
    }
  }

  #session ({ flags, body, number }: FoundRecord): void {
    if ((flags & SENT_IN) === 0) return this.released.clear()
    const identity = readSentIn(body)
    this.#sentIn = identity === null ? null : { identity, at: number }
  }

  #acknowledged (body: Buffer): void {
    for (let at = 0; at + 12 <= body.length; at += 12) {
      const first = body.readDoubleLE(at)
      const count = body.readUInt32LE(at + 8)
      for (let i = 0; i < count; i++) this.waiting.remove(first + i)
    }
  }
}
