/**
 * The spool of one bridge as its outbox wants it: says no when a limit is reached, gives up messages where the operator chose that, tells the
 * log when the disk refuses and when it works again, and reads back what memory could not hold.
 */
import { createHash } from 'node:crypto'
import type { SpoolConfig } from '../../config/model.ts'
import type { Logger } from '../../logger.ts'
import type { BridgeCounters } from '../../metrics/bridge-counters.ts'
import type { PublishView } from '../../mqtt/publish-view.ts'
import type { Journal } from '../../relay/journal.ts'
import type { JournaledLane } from '../../relay/journaled-lane.ts'
import type { Publisher } from '../../relay/origin.ts'
import type { Rewrite } from '../../relay/rewrite.ts'
import type { Disk } from '../../spool/disk.ts'
import { IDENTITY_BYTES } from '../../spool/handshake-notes.ts'
import { type DropReason, Spool } from '../../spool/spool.ts'
import type { DiskFigures } from '../bridge-figures.ts'
import { JournalFeeder } from './journal-feeder.ts'

/** Limits of age and room are looked at this often. */
const SWEEP_MS = 1000
/** A queue that stays at its limit is told of once in this time. */
const FULL_LINE_MS = 60_000
const SEGMENT_BYTES = 16 * 1024 * 1024
const NO_CLIENT = Buffer.alloc(0)

export interface BridgeJournalOptions {
  readonly config: SpoolConfig
  readonly counters: BridgeCounters
  readonly logger: Logger
  /** @default this machine's */
  readonly disk?: Disk
}

/** @throws SpoolError when the directory is another process's, of another version, or can not be used */
export async function openBridgeJournal (options: BridgeJournalOptions): Promise<BridgeJournal> {
  const { config, disk } = options
  const { dir, fsync, spoolAfterMs, maxBytes, maxMessages, maxAgeMs, minFreeBytes } = config
  let journal: BridgeJournal | null = null
  const spool = await Spool.open({
    dir,
    fsync,
    spoolAfterMs,
    limits: { maxBytes, maxMessages, maxAgeMs, minFreeBytes },
    segmentBytes: Math.min(SEGMENT_BYTES, maxBytes >>> 3 === 0 ? SEGMENT_BYTES : Math.floor(maxBytes / 8)),
    ...(disk === undefined ? {} : { disk }),
    listener: {
      durable: number => journal?.safe(number),
      dropped: (count, reason) => journal?.gaveUp(count, reason),
      failing: (reason, code) => journal?.failing(reason, code),
      recovered: () => journal?.recovered(),
      room: () => journal?.moved()
    }
  })
  journal = new BridgeJournal(spool, options)
  return journal
}

export class BridgeJournal implements Journal {
  readonly #spool: Spool
  readonly #config: SpoolConfig
  readonly #counters: BridgeCounters
  readonly #logger: Logger
  /** Of the other links of the bridge: a device may repeat a message that was another's when it came first. */
  others: readonly BridgeJournal[] = []
  #lane: JournaledLane | null = null
  #feeder: JournalFeeder | null = null
  #sweep: NodeJS.Timeout | null = null
  /** Messages were given up and their file is not gone yet. */
  #makingRoom = false
  #fullToldAt = -Infinity

  constructor (spool: Spool, { config, counters, logger }: BridgeJournalOptions) {
    this.#spool = spool
    this.#config = config
    this.#counters = counters
    this.#logger = logger
    const { waiting, recovered } = spool
    for (const { file, damage } of recovered.damages) {
      if (damage.torn) logger.info({ file, at: damage.at, bytes: damage.bytes, hint: 'Was there no power cut? Then look at the disk' }, 'the end of a spool file is not whole, as a power cut leaves it: what was being written there had not been acknowledged')
      else logger.warn({ file, at: damage.at, bytes: damage.bytes, hint: 'causeway spool verify shows what is missing; look at the disk' }, 'a spool file is damaged: what stood there is lost')
    }
    if (waiting.count > 0) logger.info({ messages: waiting.count, bytes: spool.diskBytes }, 'messages wait on disk from before')
  }

  get waiting (): number { return this.#spool.waiting.count }
  get oldest (): number { return this.#spool.waiting.lowest() }
  get last (): number { return this.#spool.last }
  /** Age of the oldest message that waits, in milliseconds. */
  get oldestMs (): number { return this.#spool.oldestAgeMs }
  get disk (): DiskFigures { return { bytes: this.#spool.diskBytes, commits: this.#spool.commits, failing: this.#spool.failing } }
  get fill (): number { return this.#spool.fill }
  get durable (): number { return this.#spool.durable }
  get dropsNewest (): boolean { return this.#config.onFull === 'drop_newest' }

  /** Serves this lane from now on, and reads back for it. */
  serve (lane: JournaledLane): void {
    this.#lane = lane
    this.#feeder = new JournalFeeder(this.#spool, lane, this.#logger)
    lane.onHungry = () => this.#feeder?.wake()
    this.#feeder.wake()
    this.#sweep = setInterval(() => {
      this.#spool.sweep(lane.inHand)
      this.moved()
    }, SWEEP_MS).unref()
  }

  hasRoom (bytes: number): boolean {
    if (this.#spool.hasRoom(bytes)) return true
    this.#tellFull()
    if (this.#config.onFull !== 'drop_oldest' || this.#makingRoom || !this.#spool.atLimit(bytes)) return false
    this.#makingRoom = this.#spool.dropOldest(this.#lane?.inHand) > 0
    return this.#spool.hasRoom(bytes)
  }

  get roomy (): boolean {
    return this.#config.onFull === 'drop_oldest' ? this.hasRoom(0) : this.#spool.roomy
  }

  append (view: PublishView, rewrite: Rewrite, publisher: Publisher | null): number {
    if (publisher === null) return this.#spool.append(view, NO_CLIENT, 0, rewrite)
    const number = this.#spool.append(view, publisher.bytes, view.packetId, rewrite)
    this.#spool.handshakes.opened(publisher.clientId, view.packetId, number)
    return number
  }

  get inheritedThrough (): number { return this.#spool.handshakes.inheritedThrough }

  noteReleased (number: number): number {
    return this.#spool.handshakes.noteReleased(number)
  }

  wasReleased (number: number): boolean {
    return this.#spool.handshakes.wasReleased(number)
  }

  noteSession (): void {
    this.#spool.handshakes.noteSession()
  }

  wasSentIn (session: string): boolean | null {
    const { sentIn } = this.#spool.handshakes
    return sentIn === null ? null : sentIn.equals(identityOf(session))
  }

  noteSentIn (session: string): number {
    return this.#spool.handshakes.noteSentIn(identityOf(session))
  }

  inherits (publisher: Publisher, packetId: number): boolean {
    return this.#hasInherited(publisher, packetId) || this.others.some(other => other.#hasInherited(publisher, packetId))
  }

  #hasInherited ({ clientId }: Publisher, packetId: number): boolean {
    return this.#spool.handshakes.inherits(clientId, packetId)
  }

  noteCompleted ({ clientId, bytes }: Publisher, packetId: number): number {
    return this.#spool.handshakes.noteCompleted(clientId, bytes, packetId)
  }

  noteForgotten ({ clientId, bytes }: Publisher): void {
    this.#spool.handshakes.forget(clientId, bytes)
  }

  has (number: number): boolean {
    return this.#spool.waiting.has(number)
  }

  acknowledge (number: number): void {
    this.#spool.acknowledge(number)
  }

  safe (number: number): void {
    this.#feeder?.durable()
    this.#lane?.durable(number)
  }

  moved (): void {
    this.#makingRoom = false
    this.#lane?.moved()
  }

  gaveUp (count: number, reason: DropReason): void {
    this.#counters.acknowledgedDropped += count
    if (reason === 'damaged') {
      this.#counters.droppedDamaged += count
      this.#logger.error({ messages: count, hint: 'causeway spool verify shows where; look at the disk' }, 'messages on disk can not be read back: what stood there is damaged, and lost')
      return
    }
    this.#counters[reason === 'age' ? 'droppedAge' : 'droppedOldest'] += count
    const limit = reason === 'age' ? 'max_age' : 'on_full = drop_oldest'
    // not within the offer that made room
    setImmediate(() => this.#lane?.forgetGivenUp())
    this.#logger.warn({ messages: count, limit }, 'messages on disk were given up, as the configuration says')
  }

  #failing = false

  failing (reason: string, code: string): void {
    if (this.#failing) return
    this.#failing = true
    const hint = code === 'ENOSPC' ? 'Make room on the file system of spool.dir' : 'Look at the disk and its file system'
    this.#logger.warn({ reason, code, hint }, 'the spool can not be written: publishers wait for the remote or for the disk; nothing acknowledged is lost')
  }

  recovered (): void {
    this.#failing = false
    this.#logger.info({ waiting: this.waiting }, 'the spool can be written again')
  }

  #tellFull (): void {
    const now = performance.now()
    if (now - this.#fullToldAt < FULL_LINE_MS || this.#failing) return
    this.#fullToldAt = now
    this.#logger.warn({ waiting: this.waiting, bytes: this.#spool.diskBytes, onFull: this.#config.onFull, hint: 'See max_bytes, max_messages and min_free of spool, and why the remote takes so little' }, 'the queue on disk is full')
  }

  /** Writes and syncs all, and gives the directory back. What waits stays there. */
  async close (): Promise<void> {
    if (this.#sweep !== null) clearInterval(this.#sweep)
    try {
      await this.#feeder?.close()
    } finally {
      await this.#spool.close()
    }
  }
}

/** A session's name as it is kept: a hash, since it has the address of the server in it. */
function identityOf (session: string): Buffer {
  return createHash('sha256').update(session).digest().subarray(0, IDENTITY_BYTES)
}
