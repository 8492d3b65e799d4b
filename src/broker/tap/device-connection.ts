/**
 * One device's connection, from accept to close: what has come in goes to who handles it, and only CONNECT passes until
 * the session is open. What came early waits, in order, in {@link Inbound} and in the peer's own socket.
 */
import type { Duplex } from 'node:stream'
import { AcknowledgementHeader } from '../../mqtt/acknowledgement.ts'
import { encodeDisconnect, encodePingresp } from '../../mqtt/control.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import type { Violation } from '../../mqtt/violation.ts'
import type { PeerInfo } from '../listener/peer-info.ts'
import type { Session } from '../session-port.ts'
import type { Ticking } from '../ticker.ts'
import { BUSY, type Introduction, answerTo, readIntroduction } from './connect-door.ts'
import type { ControlHost } from './control-packets.ts'
import { DeviceTap } from './device-tap.ts'
import type { Flushable } from './flush-turn.ts'
import { Inbound, type PacketTaker } from './inbound.ts'
import { KeepAlive } from './keep-alive.ts'
import { OpenSession } from './open-session.ts'
import { Outbound } from './outbound.ts'
import type { PublishHost } from './publish-path.ts'
import { SessionLife } from './session-life.ts'
import type { DeviceSurroundings } from './surroundings.ts'

/** Waiting for CONNECT; for its session; open; past DISCONNECT; over. */
type Stage = 'arriving' | 'opening' | 'open' | 'leaving' | 'closed'

/** A closed connection has this long to take its last bytes; a DISCONNECT, to be taken in. */
const LINGER_MS = 2000
const TOO_LARGE = 0x95

export class DeviceConnection implements PacketTaker, PublishHost, ControlHost, Ticking, Flushable {
  readonly #around: DeviceSurroundings
  readonly #socket: Duplex
  readonly #peer: PeerInfo
  readonly #inbound: Inbound
  readonly #outbound: Outbound
  readonly #over: (one: DeviceConnection) => void
  #stage: Stage = 'arriving'
  /** When a stage began that must not last. */
  #since = performance.now()
  #tap: DeviceTap | null = null
  #life: SessionLife | null = null
  #open: OpenSession | null = null
  #keepAlive: KeepAlive | null = null
  #socketGone = false

  /** @param over called once, when nothing of the connection is left */
  constructor (around: DeviceSurroundings, socket: Duplex, peer: PeerInfo, over: (one: DeviceConnection) => void) {
    this.#around = around
    this.#socket = socket
    this.#peer = peer
    this.#over = over
    this.#outbound = new Outbound(socket, {
      maxBacklogBytes: around.limits.maxSubscriberBacklogBytes,
      maxInflight: around.mqtt.maxInflightWindow
    }, around.counters, { overrun: () => this.#overrun(), owing: () => around.turn.add(this) })
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#socketClosed())
    this.#inbound = new Inbound(socket, { ...around, maxPacketSize: around.mqtt.maxPacketSize }, this)
    around.ticker.add(this)
  }

  get peer (): PeerInfo { return this.#peer }

  /** Acknowledgements that its device waits for. */
  get owed (): number { return this.#open?.publish.owed ?? 0 }

  /** Takes no more from the device; what is owed still goes out. */
  quiesce (): void {
    this.#inbound.pause()
  }

  /** Ends it: owed acknowledgements that are due go out first; a will is published. */
  close (): void {
    if (this.#stage === 'closed') return
    const opening = this.#stage === 'opening'
    this.#stage = 'closed'
    this.#since = performance.now()
    this.#open?.close()
    this.#inbound.end()
    this.#outbound.close()
    this.#socket.end()
    // a session that is being made must be whole before it can be ended: it ends itself in #opened
    if (opening) this.#life?.abandon()
    else this.#tap?.destroy()
    this.#forgetWhenOver()
  }

  /** Its certificate is not accepted any more. */
  distrust (cause: string): void {
    this.#end('distrusted', 'closed a connection: the CAs of now do not accept the certificate of the device', { cause })
  }

  /** Users or rules were replaced. */
  review (): void {
    if (this.#stage === 'open') this.#life?.review()
  }

  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    const open = this.#open
    if (this.#stage !== 'open' || open === null) return this.#introduce(bytes.subarray(start, end), body - start)
    if ((bytes[start] as number) >> 4 === PacketType.PUBLISH) return open.publish.frame(bytes, start, body, end)
    return open.control.frame(bytes, start, body, end)
  }

  malformed (reason: Violation): void {
    if (reason.reasonCode === TOO_LARGE) this.#around.counters.packetsTooLarge++
    this.violated(reason)
  }

  heard (): void {
    this.#keepAlive?.heard()
  }

  drained (): void {
    this.#outbound.flush()
  }

  pinged (): void {
    this.#outbound.send(encodePingresp())
  }

  evicted (): void {
    this.#around.counters.partialFrameEvictions++
    this.#end('partial', 'closed a connection: incomplete packets take too much room, and it has the most')
  }

  flush (): void {
    this.#outbound.flush()
  }

  acknowledge (packetId: number, qos: number): void {
    this.#outbound.acknowledge(qos === 1 ? AcknowledgementHeader.PUBACK : AcknowledgementHeader.PUBREC, packetId)
  }

  goOn (): void {
    if (this.#stage === 'open') this.#inbound.goOn()
  }

  /** MQTT forbids what the device did [MQTT-4.8.0-1]. */
  violated (fault: Violation): void {
    if (this.#stage === 'closed') return
    this.#around.counters.violations++
    const answer = this.#stage === 'arriving' ? answerTo(fault) : null
    if (answer !== null) this.#outbound.send(answer)
    this.#end(fault.clause === '' ? fault.reason : fault.clause, 'closed a connection that broke the protocol', { clause: fault.clause, cause: fault.reason })
  }

  denied (topic: string): void {
    this.#end('publish-denied', 'closed a connection that published without the right to', { topic })
  }

  storeFailed (error: Error): void {
    this.#end('store', 'closed a connection: its message or subscription could not be stored', { cause: error.message })
  }

  pass (packet: Buffer): void {
    this.#tap?.push(packet)
  }

  leave (): void {
    this.#outbound.flush()
    this.#stage = 'leaving'
    this.#since = performance.now()
    this.#inbound.answersAhead = false
    this.pass(encodeDisconnect(4))
  }

  tick (now: number): void {
    const { limits, counters } = this.#around
    if (this.#stage === 'arriving') {
      if (now - this.#since <= limits.connectTimeoutMs) return
      counters.connectTimeouts++
      this.#end('connect-timeout', 'closed a connection: no CONNECT in time')
    } else if (this.#stage === 'open') {
      this.#open?.publish.tick(now)
      if (this.#inbound.paused) this.#keepAlive?.heard()
      if (this.#keepAlive?.hasExpired(now) !== true) return
      counters.keepaliveTimeouts++
      this.#end('keepalive', 'closed a connection: the device is silent') // [MQTT-3.1.2-24]
    } else if (this.#stage !== 'opening' && now - this.#since > LINGER_MS) {
      this.#tap?.destroy()
      this.#socket.destroy()
    }
  }

  /** The first packet, or one that should not be here. Never goes on: what follows waits for the session. */
  #introduce (frame: Buffer, body: number): false {
    if (this.#stage !== 'arriving') return false
    const introduction = readIntroduction(frame, body, this.#around.limits)
    if ('clause' in introduction) {
      this.#around.counters.connectsRefused++
      this.violated(introduction)
    } else if (this.#around.connectRate.take(performance.now())) {
      this.#begin(introduction)
    } else {
      this.#around.counters.refusedConnectRate++
      this.#outbound.send(BUSY)
      this.#end('connect-rate', 'refused a device: too many CONNECTs a second')
    }
    return false
  }

  #begin (introduction: Introduction): void {
    const life = new SessionLife(this.#around, this.#peer, introduction, {
      opened: session => this.#opened(session, introduction),
      dismissed: reason => this.#end('dismissed', 'closed a connection', { cause: reason })
    })
    const tap = new DeviceTap(life, { written: bytes => this.#outbound.write(bytes), ended: () => this.#sessionEnded() })
    this.#stage = 'opening'
    this.#life = life
    this.#tap = tap
    this.#around.attach(tap)
    tap.push(introduction.frame)
  }

  #opened (session: Session, { request, level }: Introduction): void {
    const life = this.#life
    if (this.#stage !== 'opening' || life === null) {
      this.#tap?.destroy()
      return
    }
    const { mqtt, limits, ticker } = this.#around
    this.#keepAlive = new KeepAlive(request.keepAlive, mqtt.keepaliveMultiplier, limits.maxKeepaliveSeconds, ticker.now)
    this.#open = new OpenSession({ around: this.#around, request, level, life, session, outbound: this.#outbound, pings: this.#inbound.pings, host: this })
    this.#stage = 'open'
    this.#inbound.answersAhead = true
    this.#around.logger.debug({ clientId: session.clientId, address: this.#peer.address, listener: this.#peer.listener }, 'device connected')
    this.#inbound.goOn()
  }

  /** The keeper of the session has closed the stream, or we have. */
  #sessionEnded (): void {
    this.#life?.streamEnded()
    if (this.#stage === 'opening') this.#stage = 'leaving' // it was refused, and the answer is on its way
    this.close()
    this.#forgetWhenOver()
  }

  #socketClosed (): void {
    // a DISCONNECT that was passed on is taken in first: without it the will would be published
    this.#socketGone = true
    if (this.#stage === 'leaving') this.#inbound.end()
    else this.close()
    this.#forgetWhenOver()
  }

  #forgetWhenOver (): void {
    if (!this.#socketGone || this.#stage !== 'closed' || this.#tap?.destroyed === false) return
    this.#around.ticker.delete(this)
    this.#over(this)
  }

  #overrun (): void {
    this.#around.counters.slowSubscribersClosed++
    this.#end('slow', 'closed a connection: the device does not read what it has subscribed to')
  }

  #end (kind: string, message: string, fields: object = {}): void {
    if (this.#stage === 'closed') return
    const { address, listener } = this.#peer
    this.#around.lines.warn(kind, { clientId: this.#life?.clientId ?? '', address, listener, ...fields }, message)
    this.close()
  }
}
