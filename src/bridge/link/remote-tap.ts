/**
 * Stands between the verified socket and one mqtt.js client. PUBLISH and acknowledgements, both ways, and the liveness of the link are
 * its own; CONNECT, SUBSCRIBE, AUTH and DISCONNECT are the client's. Frames are whole in both directions [invariant 5], whatever
 * pieces a library writes. HOT.
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { faultOfAcknowledgement, packetIdAt, reasonCodeOf } from '../../mqtt/acknowledgement.ts'
import { encodePingreq, encodePingresp, faultOfEmptyPacket, readConnack } from '../../mqtt/control.ts'
import { faultOfServerHeader } from '../../mqtt/fixed-header.ts'
import { FrameScanner } from '../../mqtt/frame-scanner.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import { PublishView } from '../../mqtt/publish-view.ts'
import type { Violation } from '../../mqtt/violation.ts'
import { isViolation, violation } from '../../mqtt/violation.ts'
import type { SessionTerms } from '../../relay/link.ts'
import type { Outbox } from '../../relay/outbox.ts'
import type { Incoming, IncomingPort } from '../down/incoming.ts'
import { AliasWriter } from './alias-writer.ts'
import { ClientFrames } from './client-frames.ts'
import { LinkSocket } from './link-socket.ts'
import { PacedWriter } from './paced-writer.ts'
import { PingBarrier } from './ping-barrier.ts'
import { ReadBrake } from './read-brake.ts'
import { RemoteEnd } from './remote-end.ts'
import type { RemoteTapOptions } from './remote-tap-options.ts'
import { TapSigns } from './tap-signs.ts'

const EARLY = violation('MQTT-3.2.0-1', 'a packet comes before CONNACK', 0x82)
const SECOND_CONNACK = violation('MQTT-3.2.0-2', 'CONNACK comes a second time', 0x82)
const FLOOD = violation('', 'more control packets than are read', 0x97)
/** Control packets that wait for mqtt.js, in bytes. */
const MAX_UNREAD = 256 * 1024

export class RemoteTap extends Duplex {
  /** What came in and went out. */
  readonly signs: TapSigns
  readonly #options: RemoteTapOptions
  readonly #socket: Socket
  readonly #level: 4 | 5
  readonly #incoming: Incoming
  readonly #inbound: FrameScanner
  readonly #outbound: ClientFrames
  readonly #view = new PublishView()
  readonly #writer: LinkSocket
  /** null: messages leave as they come. */
  readonly #paced: PacedWriter | null
  readonly #brake: ReadBrake
  readonly #pings = new PingBarrier()
  readonly #end = new RemoteEnd()
  #outbox: Outbox | null = null
  #accepted = false

  constructor (options: RemoteTapOptions) {
    super({ decodeStrings: true })
    this.#options = options
    this.#socket = options.socket
    this.#writer = new LinkSocket(options.socket)
    this.#brake = new ReadBrake(options.socket, options.limits.down, options.clock)
    this.signs = new TapSigns(this.#writer, this.#brake)
    this.#paced = options.limits.up === null ? null : new PacedWriter(this.#writer, options.limits.up, options.clock, () => this.#outbox?.flush())
    this.#level = options.level
    this.#incoming = options.incoming
    this.#inbound = new FrameScanner({
      frame: (bytes, start, body, end) => this.#fromRemote(bytes, start, body, end),
      malformed: reason => this.#violated(reason)
    }, options.maxPacketSize)
    this.#outbound = new ClientFrames({
      ...options,
      writer: this.#writer,
      pinged: () => this.push(encodePingresp()),
      failed: error => this.destroy(error)
    })
    this.#listen()
  }

  #listen (): void {
    const socket = this.#socket
    socket.on('data', (chunk: Buffer) => {
      this.signs.heard()
      this.#inbound.push(chunk)
      this.#outbox?.answersRead()
      this.#brake.slow()
    })
    socket.on('drain', () => {
      this.signs.moved()
      this.#outbox?.drained()
    })
    socket.on('error', error => {
      this.#end.failed(error)
      this.destroy(error)
    })
    socket.on('end', () => {
      this.#end.ended()
      this.push(null)
    })
    // what came last is read first: a refusal, or why the remote closes
    socket.on('close', () => setImmediate(() => this.destroy()))
  }

  /** CONNACK has said yes. */
  get isAccepted (): boolean { return this.#accepted }

  /** The remote has accepted us: from now on the outbox writes here. */
  carry (outbox: Outbox, terms: SessionTerms): void {
    this.#outbox = outbox
    const writer = this.#paced ?? this.#writer
    const aliases = Math.min(this.#options.topicAliases, terms.topicAliasMaximum) // [MQTT-3.2.2-17]
    outbox.linkUp(aliases === 0 ? writer : new AliasWriter(writer, aliases, terms.maximumPacketSize, outbox.counters), terms)
    this.#incoming.agreed?.(terms)
  }

  /** Nothing of the data plane goes over this link any more. */
  release (): void {
    this.#paced?.stop()
    this.#outbox?.linkDown(this.#end.blamesMessage)
    this.#outbox = null
    this.#incoming.close(this.#port)
  }

  /** Another connection has taken the session over: outbox and downlink are its own now. What still comes in is read to its end. */
  retire (): void {
    this.#paced?.stop()
    this.#outbox = null
  }

  /** Writes a frame past the queue, and past the rate limit. */
  say (frame: Buffer): void {
    this.#writer.write(frame, null)
  }

  /** Sends PINGREQ; its answer is not shown to mqtt.js. */
  ping (): void {
    this.#pings.sent()
    this.#writer.write(encodePingreq(), null)
  }

  /** What comes in of QoS 1 is kept from now on. @param settled called once when the remote has the acknowledgements of all that came before */
  handOver (settled: () => void): void {
    if (this.#incoming.handOver === undefined) return settled()
    // acknowledgements go out at the end of the turn, and so ahead of PINGREQ
    this.#incoming.handOver(this.#port, () => setImmediate(() => this.#pings.ask(() => this.ping(), settled)))
  }

  /** Ends {@link handOver}: nothing has taken over. */
  proceed (): void {
    const fault = this.#incoming.proceed?.(this.#port) ?? null
    if (fault !== null) this.#violated(fault)
  }

  /** Bytes wait in the socket. */
  get isWriting (): boolean { return this.#socket.writableLength !== 0 }

  #fromRemote (bytes: Buffer, start: number, body: number, end: number): boolean {
    const fault = faultOfServerHeader(bytes[start] as number, this.#level) ?? this.#take(bytes, start, body, end)
    if (fault !== null) this.#violated(fault)
    return fault === null
  }

  /** The frequent ones first. */
  #take (bytes: Buffer, start: number, body: number, end: number): Violation | null {
    if (!this.#accepted) return this.#beforeConnack(bytes, start, body, end)
    const type = (bytes[start] as number) >> 4
    switch (type) {
      case PacketType.PUBACK:
      case PacketType.PUBREC:
      case PacketType.PUBCOMP:
      case PacketType.PUBREL:
        return faultOfAcknowledgement(bytes, body, end, this.#level) ?? this.#answer(type, packetIdAt(bytes, body), reasonCodeOf(bytes, body, end))
      case PacketType.PUBLISH:
        this.#brake.count(end - start)
        return this.#view.read(bytes, start, body, end, this.#level) ?? this.#incoming.publish(this.#view, this.#port)
      case PacketType.PINGRESP:
        this.#pings.answered()
        return faultOfEmptyPacket(body, end) // already counted as life
      case PacketType.CONNACK:
        return SECOND_CONNACK
      default: // SUBACK, UNSUBACK, DISCONNECT, AUTH: the table of first bytes lets nothing else through
        if (type === PacketType.DISCONNECT) this.#end.disconnected(bytes, body, end)
        return this.#show(bytes, start, end)
    }
  }

  #beforeConnack (bytes: Buffer, start: number, body: number, end: number): Violation | null {
    const type = (bytes[start] as number) >> 4
    if (type === PacketType.AUTH || type === PacketType.DISCONNECT) return this.#show(bytes, start, end)
    if (type !== PacketType.CONNACK) return EARLY // [MQTT-3.2.0-1]
    const connack = readConnack(bytes, body, end, this.#level)
    if (isViolation(connack)) return connack
    if (connack.code === 0) {
      // the remote may go on in the same chunk, long before mqtt.js has said 'connect'
      this.#accepted = true
      this.#incoming.open(this.#port, this.#options.resumes(connack.sessionPresent), this.#options.session)
    }
    return this.#show(bytes, start, end)
  }

  #answer (type: number, id: number, reason: number): Violation | null {
    if (type === PacketType.PUBREL) return this.#incoming.pubrel(id, this.#port)
    const outbox = this.#outbox
    const known = outbox !== null && (
      type === PacketType.PUBACK ? outbox.puback(id, reason) : type === PacketType.PUBREC ? outbox.pubrec(id, reason) : outbox.pubcomp(id))
    if (known) this.signs.answered()
    else this.#options.owner.stray(type, id)
    return null
  }

  /** Hands a frame to mqtt.js. */
  #show (bytes: Buffer, start: number, end: number): Violation | null {
    if (this.readableLength > MAX_UNREAD) return FLOOD
    this.push(Buffer.from(bytes.subarray(start, end)))
    return null
  }

  #violated (reason: Violation): void {
    this.#inbound.end()
    this.#options.owner.violated(reason)
  }

  readonly #port: IncomingPort = {
    acknowledge: (header, packetId, reason) => this.#writer.acknowledge(header, packetId, reason),
    hold: held => this.#brake.hold(held),
    failed: error => this.#options.owner.undelivered(error)
  }

  override _read (): void {}

  override _write (chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#outbound.push(chunk)
    done()
  }

  override _final (done: () => void): void {
    this.#socket.end()
    done()
  }

  override _destroy (error: Error | null, done: (error: Error | null) => void): void {
    this.release()
    this.#brake.stop()
    this.#inbound.end()
    this.#socket.destroy()
    done(error)
  }
}
