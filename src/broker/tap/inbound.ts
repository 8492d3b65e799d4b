/**
 * The way in from one device: chunks are cut into packets; where a packet has to wait, the later ones are read ahead up
 * to a budget, so that PINGREQs among them are answered, and beyond it the socket is not read at all. HOT.
 */
import type { Duplex } from 'node:stream'
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import type { ListenerCounters } from '../../metrics/listener-counters.ts'
import { FrameScanner, type FrameSink } from '../../mqtt/frame-scanner.ts'
import type { Violation } from '../../mqtt/violation.ts'
import { HeldPings } from './held-pings.ts'
import type { PartialFrameHolder, PartialFrames } from './partial-frames.ts'

/** Who takes the packets. */
export interface PacketTaker extends FrameSink {
  /** Bytes have come from the device; called before their packets. */
  heard (): void
  /** All packets of what was read are taken, or the rest waits. */
  drained (): void
  /** A PINGREQ was found among what waits. */
  pinged (): void
  /** Its incomplete packet takes more room than there is. */
  evicted (): void
}

export interface InboundSurroundings {
  readonly maxPacketSize: number
  readonly partialFrames: PartialFrames
  readonly counters: BrokerCounters
  /** Of the listener it came in by. */
  readonly traffic: ListenerCounters
}

/** Bytes read ahead of a connection that is held. */
const AHEAD_BYTES = 65_536
const NOTHING = Buffer.alloc(0)

export class Inbound implements FrameSink, PartialFrameHolder {
  readonly pings: HeldPings
  /** Read ahead while held? Before CONNACK nothing is answered. */
  answersAhead = false
  readonly #socket: Duplex
  readonly #around: InboundSurroundings
  readonly #taker: PacketTaker
  readonly #scanner: FrameScanner
  #partial = 0
  #paused = false
  #ended = false
  /** Nothing new is taken. */
  #quiet = false
  /** What the packet taken last lies in, and where it ends. */
  #chunk: Buffer = NOTHING
  #chunkEnd = 0

  constructor (socket: Duplex, around: InboundSurroundings, taker: PacketTaker) {
    this.#socket = socket
    this.#around = around
    this.#taker = taker
    this.#scanner = new FrameScanner(this, around.maxPacketSize)
    this.pings = new HeldPings(around.maxPacketSize, () => taker.pinged())
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  get partialBytes (): number { return this.#partial }

  /** The device is not read, because of us. */
  get paused (): boolean { return this.#paused }

  /** CONNECT says what it speaks. */
  speaks (level: 4 | 5): 4 | 5 {
    this.#scanner.shortest = level === 5
    return level
  }

  /** What the last packet waited for is there. */
  goOn (): void {
    if (this.#quiet) return
    this.#scanner.resume()
    this.#afterPackets()
  }

  /** Not read any more, and not thrown away either: a broker that closes lets no new message in. */
  pause (): void {
    if (this.#ended) return
    this.#quiet = true
    this.#paused = true
    this.#socket.pause()
  }

  /** Nothing more is taken; what still comes is thrown away, so that the peer gets to read our last bytes. */
  end (): void {
    this.#ended = true
    this.#scanner.end()
    this.pings.end()
    this.#chunk = NOTHING
    this.#account()
    this.#socket.resume()
  }

  evicted (): void {
    this.#partial = 0
    this.#taker.evicted()
  }

  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    this.#chunk = bytes
    this.#chunkEnd = end
    return this.#taker.frame(bytes, start, body, end)
  }

  malformed (reason: Violation): void {
    this.#taker.malformed(reason)
  }

  #read (chunk: Buffer): void {
    if (this.#ended) return
    this.#around.traffic.receivedBytes += chunk.length
    this.#taker.heard()
    if (this.pings.reading) this.pings.push(chunk)
    this.#scanner.push(chunk)
    this.#afterPackets()
  }

  #afterPackets (): void {
    if (this.#ended) return
    if (this.#scanner.stopped) this.#held()
    else if (this.pings.reading) this.pings.end()
    this.#chunk = NOTHING
    this.#account()
    const full = this.#quiet || (this.#scanner.stopped && this.#scanner.pendingBytes > AHEAD_BYTES)
    if (full !== this.#paused) this.#setPaused(full)
    this.#taker.drained()
  }

  #held (): void {
    if (!this.answersAhead || this.pings.reading) return
    const ahead = this.#chunk.subarray(this.#chunkEnd)
    // only from a place where nothing is missing: with older chunks in between it would take bytes for packets
    if (ahead.length === this.#scanner.pendingBytes) this.pings.begin(ahead)
  }

  #setPaused (paused: boolean): void {
    this.#paused = paused
    if (!paused) {
      this.#socket.resume()
      return
    }
    this.#around.counters.socketsPaused++
    this.#socket.pause()
  }

  /** What waits because of us is bounded by the pause; the budget is for packets whose end the peer has not sent. */
  #account (): void {
    const partial = this.#scanner.stopped ? 0 : this.#scanner.pendingBytes
    if (partial === this.#partial) return
    const delta = partial - this.#partial
    this.#partial = partial
    this.#around.partialFrames.changed(this, delta)
  }
}
