/**
 * The durable journal of one lane of a bridge: every message of QoS 1 and 2 that waits for the remote, in one sequence of numbers, with
 * what must be known of it after a crash. Appending is synchronous and copies once; writing and syncing follow in groups. What was
 * acknowledged to a device on the word of {@link SpoolListener.durable} is there after `kill -9` and after the power went [invariant 10].
 */
import type { LatencyHistogram } from '../metrics/latency-histogram.ts'
import type { PublishView } from '../mqtt/publish-view.ts'
import type { Rewrite } from '../relay/rewrite.ts'
import { AcknowledgedRanges } from './acknowledged-ranges.ts'
import { Commit } from './commit.ts'
import { type Disk, realDisk } from './disk.ts'
import { SpoolError, spoolCodes } from './errors.ts'
import { HandshakeJournal } from './handshake-journal.ts'
import { RecordKind } from './record.ts'
import { RecordWriter } from './record-writer.ts'
import { recover, type Recovered } from './recovery.ts'
import { Retention, type SpoolLimits } from './retention.ts'
import { SpoolReader } from './reader.ts'
import type { WaitingSet } from './waiting-set.ts'

/** By a limit of age, to make room, or because what stands there is damaged. */
export type DropReason = 'age' | 'oldest' | 'damaged'

export interface SpoolListener {
  /** Every record up to this number is safe. Called in rising order. */
  durable (number: number): void
  /** Messages given up; they may have been acknowledged to their publishers. */
  dropped (count: number, reason: DropReason): void
  /** The disk refused; records wait in memory and are tried again. `code` is the system's, such as ENOSPC. */
  failing (reason: string, code: string, retryMs: number): void
  recovered (): void
  /** Files that were given up are gone. */
  room? (): void
}

export interface SpoolOptions {
  /** Made if it is not there; one process at a time. */
  readonly dir: string
  readonly fsync: 'always' | 'interval' | 'never'
  readonly limits: SpoolLimits
  readonly listener: SpoolListener
  /** Bytes after which a new file is begun. */
  readonly segmentBytes?: number
  /** Milliseconds a message of QoS 1 waits in memory for the remote's acknowledgement, which spares the disk. */
  readonly spoolAfterMs?: number
  readonly disk?: Disk
  /** Milliseconds since 1970. */
  readonly clock?: () => number
}

const SEGMENT_BYTES = 16 * 1024 * 1024
/** Records in memory that are not on disk; beyond it there is no room, but for one alone, however large. */
const MAX_HELD_BYTES = 32 * 1024 * 1024
const ACKNOWLEDGE_EVERY_MS = 100

export class Spool {
  readonly #options: SpoolOptions
  readonly #unlock: () => Promise<void>
  readonly #commit: Commit
  readonly #writer: RecordWriter
  readonly #acknowledged = new AcknowledgedRanges()
  readonly #retention: Retention
  readonly #clock: () => number
  /** What a process found when it opened the directory; read once by the outbox. */
  readonly recovered: Recovered
  /** The handshakes of QoS 2. */
  readonly handshakes: HandshakeJournal
  #durable: number
  #acknowledging: NodeJS.Timeout | null = null
  #closed = false

  private constructor (options: SpoolOptions, unlock: () => Promise<void>, recovered: Recovered) {
    this.#options = options
    this.#unlock = unlock
    this.#clock = options.clock ?? Date.now
    this.recovered = recovered
    this.#durable = recovered.nextNumber - 1
    const disk = options.disk ?? realDisk
    this.#commit = new Commit({
      dir: options.dir,
      disk,
      fsync: options.fsync,
      segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
      firstOrdinal: recovered.nextOrdinal,
      salt: recovered.salt,
      clock: this.#clock
    }, {
      durable: number => this.#safe(number),
      segmentBegun: segment => this.#retention.begin(segment),
      failed: (reason, code, retryMs) => options.listener.failing(reason, code, retryMs),
      recovered: () => options.listener.recovered()
    })
    this.#writer = new RecordWriter({
      commit: this.#commit,
      salt: recovered.salt,
      firstNumber: recovered.nextNumber,
      clock: this.#clock,
      spoolAfterMs: options.spoolAfterMs ?? 0,
      isSpared: (first, last) => this.#isSpared(first, last)
    })
    this.handshakes = new HandshakeJournal(this.#writer, recovered)
    this.#retention = new Retention({
      disk, dir: options.dir, limits: options.limits, clock: this.#clock, rescue: through => this.handshakes.rescue(through)
    }, recovered)
  }

  /**
   * Opens or makes a journal and takes its lock.
   * @throws SpoolError CW_SPOOL_LOCKED, CW_SPOOL_VERSION, CW_SPOOL_UNUSABLE
   */
  static async open (options: SpoolOptions): Promise<Spool> {
    const disk = options.disk ?? realDisk
    let unlock: (() => Promise<void>) | null = null
    try {
      await disk.makeDirectory(options.dir)
      unlock = await disk.lock(options.dir)
      return new Spool(options, unlock, await recover(options.dir, disk))
    } catch (error) {
      await unlock?.()
      if (error instanceof SpoolError) throw error
      throw new SpoolError(spoolCodes.UNUSABLE, `${options.dir}: this spool directory can not be used: ${error instanceof Error ? error.message : String(error)}`,
        { hint: 'make the directory writable for the user Causeway runs as, and see that its file system is there', cause: error })
    }
  }

  /** Messages that the remote has not taken. */
  get waiting (): WaitingSet { return this.recovered.waiting }

  /** The number of the newest record. */
  get last (): number { return this.#writer.last }

  /** Every record up to this number is safe. */
  get durable (): number { return this.#durable }

  /** Bytes of all files of the journal. */
  get diskBytes (): number { return this.#retention.bytes }

  /** Which part of its limits is taken, 0 to 1. */
  get fill (): number { return this.#retention.fill }

  /** Age of the oldest waiting message in ms, within a second; 0 when none waits. */
  get oldestAgeMs (): number { return this.#retention.oldestAgeMs() }

  get failing (): boolean { return this.#commit.failing }

  /** How long writes took, each with its sync. */
  get commits (): LatencyHistogram { return this.#commit.durations }

  /** Is there room for a message of this many bytes? False is back-pressure: nothing is lost by it. */
  hasRoom (bytes: number): boolean {
    return this.#keepsUp(bytes) && this.#retention.hasRoom(bytes)
  }

  /** Has it so much room again, since {@link hasRoom} said no, that whoever waits is to be told? */
  get roomy (): boolean { return this.#keepsUp(0) && this.#retention.roomy }

  /** The disk is not too far behind. */
  #keepsUp (bytes: number): boolean {
    const held = this.#commit.heldBytes + this.#writer.heldBytes
    return !this.#closed && (held === 0 || held + bytes < MAX_HELD_BYTES)
  }

  /** A limit of bytes, count or free disk is in the way, and not a slow disk. */
  atLimit (bytes: number): boolean {
    return !this.#retention.hasRoom(bytes)
  }

  /**
   * Appends the message in `view`; HOT: one copy, nothing is allocated but the buffer now and then.
   * @param publisherId packet identifier of the device at QoS 2, for the journal of its handshake; 0 otherwise
   * @param change what is kept is the message with another topic, QoS or retain flag; null: as it came
   * @returns its number
   */
  append (view: PublishView, clientId: Buffer, publisherId: number, change: Rewrite | null = null): number {
    const arrived = this.#clock()
    const number = this.#writer.message(view, clientId, publisherId, change, arrived)
    this.waiting.add(number)
    this.#retention.arrived(number, arrived)
    return number
  }

  /** The remote has taken it (PUBACK, PUBCOMP), or it was given up. Written lazily: lost in a crash it means one copy more, none less. */
  acknowledge (number: number): void {
    this.waiting.remove(number)
    this.#note(number)
  }

  #note (number: number): void {
    // still in memory only: whether it must be written down is decided when its group is
    if (this.#writer.holds(number)) return
    this.#acknowledged.add(number)
    this.#acknowledging ??= setTimeout(() => this.#writeAcknowledged(), ACKNOWLEDGE_EVERY_MS)
  }

  /** Reads waiting messages in order, from the first number at or above `from`. */
  reader (from: number): SpoolReader {
    const lost = (numbers: readonly number[]): void => {
      for (const number of numbers) this.acknowledge(number)
      this.#options.listener.dropped(numbers.length, 'damaged')
    }
    return new SpoolReader({ disk: this.#options.disk ?? realDisk, retention: this.#retention, waiting: this.waiting, lost }, from)
  }

  /**
   * Gives up what limits of age and size say; called by a coarse timer of the owner.
   * @param inHand the owner has the messages up to this number, and says {@link acknowledge} for each: one that is given up may be under way to the remote, and is
   *   there again after a crash until its handshake is over
   */
  sweep (inHand = 0): void {
    const aged = this.#retention.dropAged(this.waiting, this.#givesUp(inHand))
    if (aged > 0) this.#options.listener.dropped(aged, 'age')
    void this.#retention.removeEmpty(this.waiting)
  }

  /** Makes room by giving up the oldest messages: a share where their count is at its limit, those of the oldest file otherwise; answers how many. @param inHand as for {@link sweep} */
  dropOldest (inHand = 0): number {
    const count = this.#retention.dropOldest(this.waiting, this.#givesUp(inHand))
    if (count > 0) this.#options.listener.dropped(count, 'oldest')
    void this.#retention.removeEmpty(this.waiting).then(() => this.#options.listener.room?.())
    return count
  }

  /** What is given up is not there again after a restart. */
  #givesUp (inHand: number): (number: number) => void {
    return number => { if (number > inHand) this.#note(number) }
  }

  /** Writes and syncs everything, then lets the directory go, also where the disk refuses. */
  async close (): Promise<void> {
    if (this.#closed) return
    if (this.#acknowledging !== null) clearTimeout(this.#acknowledging)
    this.#writeAcknowledged()
    this.#closed = true
    this.handshakes.close()
    this.#writer.close()
    try {
      await this.#commit.close()
      await this.#retention.removeEmpty(this.waiting)
    } finally {
      await this.#unlock()
    }
  }

  #writeAcknowledged (): void {
    this.#acknowledging = null
    const body = this.#acknowledged.take()
    if (body.length > 0) this.#writer.note(RecordKind.ACKNOWLEDGED, body)
    void this.#retention.removeEmpty(this.waiting)
  }

  /** With `spoolAfterMs`: what the remote took while it waited here is not written; if it took all of it, nothing is. */
  #isSpared (firstNumber: number, lastNumber: number): boolean {
    if (this.waiting.lowest() > lastNumber) {
      this.#safe(lastNumber)
      return true
    }
    for (let number = firstNumber; number <= lastNumber; number++) if (!this.waiting.has(number)) this.#acknowledged.add(number)
    return false
  }

  #safe (number: number): void {
    this.#durable = number
    this.#retention.written(number)
    this.handshakes.durable(number)
    this.#options.listener.durable(number)
    this.#writer.goOn()
  }
}
