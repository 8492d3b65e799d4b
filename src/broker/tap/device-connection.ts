/**
 * One device's connection, from accept to close: what has come in goes to who handles it, and only CONNECT passes until
 * the session is open. What came early waits, in order, in {@link Inbound} and in the peer's own socket.
 */
import type { Duplex } from 'node:stream'
import { ACKNOWLEDGEMENT_WITH_REASON_SIZE, AcknowledgementHeader } from '../../mqtt/acknowledgement.ts'
import { encodeDisconnect, encodePingresp } from '../../mqtt/control.ts'
import { encodeAcknowledgement5 } from '../../mqtt/v5/answers.ts'
import { ReasonCode } from '../../mqtt/v5/reason-code.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import type { Violation } from '../../mqtt/violation.ts'
import type { ClientFacts } from '../client-facts.ts'
import type { PeerInfo } from '../listener/peer-info.ts'
import type { Session } from '../session-port.ts'
import type { Ticking } from '../ticker.ts'
import { Arrival, type ArrivalHost } from './arrival.ts'
import type { Introduction } from './connect-door.ts'
import type { ControlHost } from './control-packets.ts'
import type { DeviceTap } from './device-tap.ts'
import { type Ending, endings } from './endings.ts'
import type { Flushable } from './flush-turn.ts'
import { Inbound, type PacketTaker } from './inbound.ts'
import { OpenSession } from './open-session.ts'
import { Outbound } from './outbound.ts'
import type { PublishHost } from './publish-host.ts'
import type { SessionLife } from './session-life.ts'
import type { DeviceSurroundings } from './surroundings.ts'

/** Waiting for CONNECT, and for the proof of who it is; for its session; open; past DISCONNECT; over. */
type Stage = 'arriving' | 'opening' | 'open' | 'leaving' | 'closed'

/** A closed connection has this long to take its last bytes; a DISCONNECT, to be taken in. */
const LINGER_MS = 2000

export class DeviceConnection implements PacketTaker, ArrivalHost, PublishHost, ControlHost, Ticking, Flushable {
  readonly #around: DeviceSurroundings
  readonly #socket: Duplex
  readonly peer: PeerInfo
  readonly #inbound: Inbound
  readonly #outbound: Outbound
  readonly #arrival: Arrival
  readonly #over: (one: DeviceConnection) => void
  #stage: Stage = 'arriving'
  /** When a stage began that must not last. */
  #since = performance.now()
  #tap: DeviceTap | null = null
  #open: OpenSession | null = null
  #socketGone = false

  /** @param over called once, when nothing of the connection is left */
  constructor (around: DeviceSurroundings, socket: Duplex, peer: PeerInfo, over: (one: DeviceConnection) => void) {
    this.#around = around
    this.#socket = socket
    this.peer = peer
    this.#over = over
    const bounds = { maxBacklogBytes: around.limits.maxSubscriberBacklogBytes, maxInflight: around.mqtt.maxInflightWindow }
    this.#outbound = new Outbound(socket, bounds, { counters: around.counters, traffic: peer.traffic }, { overrun: () => this.#overrun(), owing: () => around.turn.add(this), expired: (packetId, qos) => this.#expired(packetId, qos) })
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#socketClosed())
    this.#inbound = new Inbound(socket, { ...around, traffic: peer.traffic, maxPacketSize: around.mqtt.maxPacketSize }, this)
    this.#arrival = new Arrival(around, { peer, inbound: this.#inbound, outbound: this.#outbound }, this)
    around.ticker.add(this)
  }

  /** Acknowledgements that its device waits for. */
  get owed (): number { return this.#open?.publish.owed ?? 0 }

  get #life (): SessionLife | null { return this.#arrival.life }

  /** Null unless its session is open. */
  get facts (): ClientFacts | null { return this.#stage === 'open' ? this.#open?.facts ?? null : null }

  /** Takes no more from the device; what is owed still goes out. */
  quiesce (): void {
    if (this.#stage === 'arriving') return // its CONNECT is still answered
    this.#inbound.pause()
  }

  /**
   * Ends it: owed acknowledgements that are due go out first; a will is published.
   * @param reasonCode what a device of MQTT 5 is told; 0: nothing [MQTT-3.14.0-1]
   * @param serverReference where it may go instead
   */
  close (reasonCode = 0, reason = '', serverReference = ''): void {
    if (this.#stage === 'closed') return
    this.#outbound.part(reasonCode, { reason, serverReference })
    const opening = this.#stage === 'opening'
    this.#stage = 'closed'
    this.#since = performance.now()
    this.#closeParts()
    this.#inbound.end()
    this.#outbound.close()
    this.#socket.end()
    // a session that is being made must be whole before it can be ended: it ends itself in opened()
    if (opening) this.#life?.abandon()
    else this.#tap?.destroy()
    this.#forgetWhenOver()
  }

  end ({ kind, message, reasonCode }: Ending, fields: object = {}): void {
    if (this.#stage === 'closed') return
    this.#around.lines.warn(kind, { clientId: this.#life?.clientId ?? '', address: this.peer.address, listener: this.peer.listener, ...fields }, message)
    this.close(reasonCode, message)
  }

  /** Its certificate is not accepted any more. */
  distrust (cause: string): void { this.end(endings.distrusted, { cause }) }

  /** Users or rules were replaced. */
  review (): void { if (this.#stage === 'open') this.#life?.review() }

  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    const open = this.#open
    if (this.#stage !== 'open' || open === null) return this.#stage === 'arriving' && this.#arrival.frame(bytes.subarray(start, end), body - start)
    if ((bytes[start] as number) >> 4 === PacketType.PUBLISH) return open.publish.frame(bytes, start, body, end)
    return open.control.frame(bytes, start, body, end)
  }

  malformed (reason: Violation): void {
    if (reason.reasonCode === ReasonCode.PACKET_TOO_LARGE) this.#around.counters.packetsTooLarge++
    this.violated(reason)
  }

  heard (): void { this.#open?.keepAlive.heard() }

  drained (): void { this.#outbound.flush() }

  pinged (): void { this.#outbound.send(encodePingresp()) }

  evicted (): void {
    this.#around.counters.partialFrameEvictions++
    this.end(endings.evicted)
  }

  flush (): void { this.#outbound.flush() }

  acknowledge (packetId: number, qos: number): void {
    this.#outbound.acknowledge(qos === 1 ? AcknowledgementHeader.PUBACK : AcknowledgementHeader.PUBREC, packetId)
  }

  acknowledgeRefusal (packetId: number, qos: number, reasonCode: number): void {
    this.#outbound.send(encodeAcknowledgement5(qos === 1 ? AcknowledgementHeader.PUBACK : AcknowledgementHeader.PUBREC, packetId, reasonCode, this.#outbound.notice('the device may not publish to this topic', ACKNOWLEDGEMENT_WITH_REASON_SIZE)))
  }

  goOn (): void { if (this.#stage === 'open' || this.#stage === 'arriving') this.#inbound.goOn() }

  send (packet: Buffer): void { this.#outbound.send(packet) }

  unproven (reasonCode: number, username: string | null, reason: string): void {
    if (this.#stage === 'open') return this.end(endings.unproven(reasonCode), { cause: reason })
    this.#arrival.unproven(reasonCode, username, reason)
    this.close()
  }

  /** MQTT forbids what the device did [MQTT-4.8.0-1]. */
  violated (fault: Violation): void {
    if (this.#stage === 'closed') return
    this.#around.counters.violations++
    if (this.#stage === 'arriving') this.#arrival.answer(fault)
    this.end(endings.violated(fault), { clause: fault.clause, cause: fault.reason })
  }

  denied (topic: string): void { this.end(endings.denied, { topic }) }

  storeFailed (error: Error): void { this.end(endings.storeFailed, { cause: error.message }) }

  pass (packet: Buffer): void { this.#tap?.push(packet) }

  leave (): void {
    this.#outbound.flush()
    this.#stage = 'leaving'
    this.#life?.leaves()
    this.#closeParts() // before the session is let go of: the next connection finds what it left
    this.#since = performance.now()
    this.#inbound.answersAhead = false
    this.pass(encodeDisconnect(4))
  }

  tick (now: number): void {
    const { limits, counters } = this.#around
    if (this.#stage === 'arriving') {
      if (now - this.#since <= limits.connectTimeoutMs) return
      counters.connectTimeouts++
      this.end(endings.connectTimeout)
    } else if (this.#stage === 'open') {
      this.#open?.tick(now)
      if (this.#inbound.paused) this.heard()
      if (this.#open?.keepAlive.hasExpired(now) !== true) return
      counters.keepaliveTimeouts++
      this.end(endings.silent)
    } else if (this.#stage !== 'opening' && now - this.#since > LINGER_MS) {
      this.#tap?.destroy()
      this.#socket.destroy()
    }
  }

  admitted (tap: DeviceTap): void {
    this.#stage = 'opening'
    this.#tap = tap
  }

  opened (session: Session, introduction: Introduction): void {
    const life = this.#life
    if (this.#stage !== 'opening' || life === null) {
      this.#tap?.destroy()
      return
    }
    this.#open = new OpenSession({ around: this.#around, introduction, life, session, outbound: this.#outbound, pings: this.#inbound.pings, authentication: this.#arrival.authentication, host: this })
    this.#stage = 'open'
    this.#inbound.answersAhead = true
    this.#around.logger.debug({ clientId: session.clientId, address: this.peer.address, listener: this.peer.listener }, 'device connected')
    this.#inbound.goOn()
  }

  #closeParts (): void {
    this.#open?.close()
    this.#arrival.close()
  }

  sessionEnded (): void {
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
    this.end(endings.slow)
  }

  /** MQTT 5: a message expired while the device had no room for it; to the keeper of sessions it is acknowledged. */
  #expired (packetId: number, qos: number): void {
    if (qos > 0) this.pass(Buffer.of(AcknowledgementHeader.PUBACK, 2, packetId >> 8, packetId & 0xff))
  }
}
