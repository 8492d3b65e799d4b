/**
 * One device's connection, from accept to close: what has come in goes to who handles it, and only CONNECT passes until
 * the session is open. What came early waits, in order, in {@link Inbound} and in the peer's own socket.
 */
import type { Duplex } from 'node:stream'
import { ACKNOWLEDGEMENT_WITH_REASON_SIZE, AcknowledgementHeader } from '../../mqtt/acknowledgement.ts'
import { encodeConnack, encodeDisconnect, encodePingresp } from '../../mqtt/control.ts'
import { encodeAcknowledgement5, encodeConnack5 } from '../../mqtt/v5/answers.ts'
import { ReasonCode } from '../../mqtt/v5/reason-code.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import type { Violation } from '../../mqtt/violation.ts'
import type { ClientFacts } from '../client-facts.ts'
import type { PeerInfo } from '../listener/peer-info.ts'
import type { Session } from '../session-port.ts'
import type { Ticking } from '../ticker.ts'
import { DeliveryWriter } from '../v5/delivery-writer.ts'
import { type AuthenticationHost, EnhancedAuthentication } from '../v5/enhanced-authentication.ts'
import { type Introduction, answerTo, busy, levelOf, readIntroduction } from './connect-door.ts'
import type { ControlHost } from './control-packets.ts'
import { DeviceTap } from './device-tap.ts'
import type { Flushable } from './flush-turn.ts'
import { Inbound, type PacketTaker } from './inbound.ts'
import { KeepAlive } from './keep-alive.ts'
import { OpenSession } from './open-session.ts'
import { Outbound } from './outbound.ts'
import type { PublishHost } from './publish-host.ts'
import { SessionLife } from './session-life.ts'
import type { DeviceSurroundings } from './surroundings.ts'

/** Waiting for CONNECT; for the proof of who it is; for its session; open; past DISCONNECT; over. */
type Stage = 'arriving' | 'proving' | 'opening' | 'open' | 'leaving' | 'closed'

/** A closed connection has this long to take its last bytes; a DISCONNECT, to be taken in. */
const LINGER_MS = 2000

export class DeviceConnection implements PacketTaker, PublishHost, ControlHost, AuthenticationHost, Ticking, Flushable {
  readonly #around: DeviceSurroundings
  readonly #socket: Duplex
  readonly peer: PeerInfo
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
  #authentication: EnhancedAuthentication | null = null
  /** What the connection's first packet said it speaks. */
  #level: 4 | 5 = 4

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
    around.ticker.add(this)
  }

  /** Acknowledgements that its device waits for. */
  get owed (): number { return this.#open?.publish.owed ?? 0 }

  get #isBeforeConnack (): boolean { return this.#stage === 'arriving' || this.#stage === 'proving' }

  /** Null unless its session is open. */
  get facts (): ClientFacts | null { return this.#stage === 'open' ? this.#open?.facts ?? null : null }

  /** Takes no more from the device; what is owed still goes out. */
  quiesce (): void {
    if (this.#isBeforeConnack) return // its CONNECT is still answered
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
    // a session that is being made must be whole before it can be ended: it ends itself in #opened
    if (opening) this.#life?.abandon()
    else this.#tap?.destroy()
    this.#forgetWhenOver()
  }

  /** Its certificate is not accepted any more. */
  distrust (cause: string): void {
    this.#end('distrusted', 'closed a connection: the CAs of now do not accept the certificate of the device', ReasonCode.NOT_AUTHORIZED, { cause })
  }

  /** Users or rules were replaced. */
  review (): void { if (this.#stage === 'open') this.#life?.review() }

  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    const open = this.#open
    if (this.#stage !== 'open' || open === null) return this.#introduce(bytes.subarray(start, end), body - start)
    if ((bytes[start] as number) >> 4 === PacketType.PUBLISH) return open.publish.frame(bytes, start, body, end)
    return open.control.frame(bytes, start, body, end)
  }

  malformed (reason: Violation): void {
    if (reason.reasonCode === ReasonCode.PACKET_TOO_LARGE) this.#around.counters.packetsTooLarge++
    this.violated(reason)
  }

  heard (): void { this.#keepAlive?.heard() }

  drained (): void { this.#outbound.flush() }

  pinged (): void { this.#outbound.send(encodePingresp()) }

  evicted (): void {
    this.#around.counters.partialFrameEvictions++
    this.#end('partial', 'closed a connection: incomplete packets take too much room, and it has the most', ReasonCode.QUOTA_EXCEEDED)
  }

  flush (): void { this.#outbound.flush() }

  acknowledge (packetId: number, qos: number): void {
    this.#outbound.acknowledge(qos === 1 ? AcknowledgementHeader.PUBACK : AcknowledgementHeader.PUBREC, packetId)
  }

  acknowledgeRefusal (packetId: number, qos: number, reasonCode: number): void {
    this.#outbound.send(encodeAcknowledgement5(qos === 1 ? AcknowledgementHeader.PUBACK : AcknowledgementHeader.PUBREC, packetId, reasonCode, this.#outbound.notice('the device may not publish to this topic', ACKNOWLEDGEMENT_WITH_REASON_SIZE)))
  }

  goOn (): void { if (this.#stage === 'open' || this.#stage === 'proving') this.#inbound.goOn() }

  send (packet: Buffer): void { this.#outbound.send(packet) }

  unproven (reasonCode: number, username: string | null, reason: string): void {
    if (this.#stage === 'open') return this.#end('unproven', 'closed a connection: it did not prove again who it is', reasonCode, { cause: reason })
    this.#life?.unproven(username, reasonCode === ReasonCode.SERVER_BUSY ? 3 : 5, reason)
    this.#outbound.send(encodeConnack5(false, reasonCode))
    this.close()
  }

  /** MQTT forbids what the device did [MQTT-4.8.0-1]. */
  violated (fault: Violation): void {
    if (this.#stage === 'closed') return
    this.#around.counters.violations++
    const answer = this.#isBeforeConnack ? answerTo(fault, this.#level) : null
    if (answer !== null) this.#outbound.send(answer)
    this.#end(fault.clause === '' ? fault.reason : fault.clause, 'closed a connection that broke the protocol', fault.reasonCode, { clause: fault.clause, cause: fault.reason })
  }

  denied (topic: string): void {
    this.#end('publish-denied', 'closed a connection that published without the right to', ReasonCode.NOT_AUTHORIZED, { topic })
  }

  storeFailed (error: Error): void {
    this.#end('store', 'closed a connection: its message or subscription could not be stored', ReasonCode.UNSPECIFIED, { cause: error.message })
  }

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
    if (this.#isBeforeConnack) {
      if (now - this.#since <= limits.connectTimeoutMs) return
      counters.connectTimeouts++
      this.#end('connect-timeout', 'closed a connection: no CONNECT in time, or no proof of who it is', ReasonCode.UNSPECIFIED)
    } else if (this.#stage === 'open') {
      this.#open?.tick(now)
      if (this.#inbound.paused) this.#keepAlive?.heard()
      if (this.#keepAlive?.hasExpired(now) !== true) return
      counters.keepaliveTimeouts++
      this.#end('keepalive', 'closed a connection: the device is silent', ReasonCode.KEEP_ALIVE_TIMEOUT) // [MQTT-3.1.2-24]
    } else if (this.#stage !== 'opening' && now - this.#since > LINGER_MS) {
      this.#tap?.destroy()
      this.#socket.destroy()
    }
  }

  /** The first packet, or one that should not be here. Never goes on: what follows waits for the session. */
  #introduce (frame: Buffer, body: number): false {
    if (this.#stage === 'proving') return this.#authentication?.early(frame, body) ?? false
    if (this.#stage !== 'arriving') return false
    this.#level = this.#inbound.speaks(levelOf(frame, body))
    const introduction = readIntroduction(frame, body, this.#around)
    if ('clause' in introduction) {
      this.#around.counters.connectsRefused++
      this.violated(introduction)
    } else if (this.#around.departure.begun) {
      this.#sendAway(introduction.request.level)
    } else if (this.#around.connectRate.take(performance.now())) {
      this.#begin(introduction)
    } else {
      this.#around.counters.refusedConnectRate++
      this.#outbound.send(busy(this.#level))
      this.#end('connect-rate', 'refused a device: too many CONNECTs a second', ReasonCode.CONNECTION_RATE)
    }
    return false
  }

  /** The broker stops: nobody new comes in. */
  #sendAway (level: 3 | 4 | 5): void {
    this.#around.counters.connectsRefused++
    this.#outbound.send(this.#around.departure.refusal(level))
    this.close()
  }

  #begin (introduction: Introduction): void {
    const { five } = introduction
    const life = new SessionLife(this.#around, this.peer, introduction, {
      opened: session => this.#opened(session, introduction),
      dismissed: (reason, reasonCode) => this.#end('dismissed', 'closed a connection', reasonCode, { cause: reason })
    })
    if (five === null) this.#outbound.speak3(code => encodeConnack(4, life.sessionPresent && introduction.request.level === 4, code))
    else this.#outbound.speak5(new DeliveryWriter({ ...five.asked, connack: code => five.connack(code, life.sessionPresent) }), five.asked.receiveMaximum)
    this.#life = life
    const { method = null, data = null } = five?.asked ?? {}
    if (five === null || method === null) return this.#admit(life, introduction)
    this.#stage = 'proving'
    const proven = (): void => {
      if (this.#around.departure.begun) this.#sendAway(5) // it was not quiesced
      else if (this.#stage === 'proving') this.#admit(life, introduction)
    }
    this.#authentication = new EnhancedAuthentication({ ...this.#around, method, data, username: introduction.request.username, terms: five.session, proven }, this)
    this.#authentication.begin()
  }

  /** CONNECT goes to the keeper of sessions. */
  #admit (life: SessionLife, introduction: Introduction): void {
    const tap = new DeviceTap(life, { written: bytes => this.#outbound.write(bytes), ended: () => this.#sessionEnded() })
    this.#stage = 'opening'
    this.#tap = tap
    this.#around.attach(tap)
    tap.push(introduction.frame)
  }

  #opened (session: Session, introduction: Introduction): void {
    const life = this.#life
    if (this.#stage !== 'opening' || life === null) {
      this.#tap?.destroy()
      return
    }
    const { mqtt, limits, ticker } = this.#around
    this.#keepAlive = new KeepAlive(introduction.five?.keepAlive ?? introduction.request.keepAlive, mqtt.keepaliveMultiplier, limits.maxKeepaliveSeconds, ticker.now)
    this.#open = new OpenSession({ around: this.#around, introduction, life, session, outbound: this.#outbound, pings: this.#inbound.pings, authentication: this.#authentication, host: this })
    this.#stage = 'open'
    this.#inbound.answersAhead = true
    this.#around.logger.debug({ clientId: session.clientId, address: this.peer.address, listener: this.peer.listener }, 'device connected')
    this.#inbound.goOn()
  }

  #closeParts (): void {
    this.#open?.close()
    this.#authentication?.close()
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
    this.#end('slow', 'closed a connection: the device does not read what it has subscribed to', ReasonCode.QUOTA_EXCEEDED)
  }

  /** MQTT 5: a message expired while the device had no room for it; to the keeper of sessions it is acknowledged. */
  #expired (packetId: number, qos: number): void {
    if (qos > 0) this.pass(Buffer.of(AcknowledgementHeader.PUBACK, 2, packetId >> 8, packetId & 0xff))
  }

  #end (kind: string, message: string, reasonCode: number, fields: object = {}): void {
    if (this.#stage === 'closed') return
    this.#around.lines.warn(kind, { clientId: this.#life?.clientId ?? '', address: this.peer.address, listener: this.peer.listener, ...fields }, message)
    this.close(reasonCode, message)
  }
}
