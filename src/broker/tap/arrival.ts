/**
 * The beginning of one connection: its first packet is held to the rules of the door and to the rate of CONNECTs, the
 * device proves who it is where CONNECT names a method, and then CONNECT goes on to the keeper of sessions.
 */
import { encodeConnack } from '../../mqtt/control.ts'
import type { Violation } from '../../mqtt/violation.ts'
import { encodeConnack5 } from '../../mqtt/v5/answers.ts'
import { ReasonCode } from '../../mqtt/v5/reason-code.ts'
import type { PeerInfo } from '../listener/peer-info.ts'
import type { Session } from '../session-port.ts'
import { DeliveryWriter } from '../v5/delivery-writer.ts'
import { type AuthenticationHost, EnhancedAuthentication } from '../v5/enhanced-authentication.ts'
import { type Introduction, answerTo, busy, levelOf, readIntroduction } from './connect-door.ts'
import { DeviceTap } from './device-tap.ts'
import { type Ending, endings } from './endings.ts'
import type { Inbound } from './inbound.ts'
import type { Outbound } from './outbound.ts'
import { SessionLife } from './session-life.ts'
import type { DeviceSurroundings } from './surroundings.ts'

export interface ArrivalHost extends AuthenticationHost {
  /** It may come in: CONNECT goes to the keeper of sessions by this stream. */
  admitted (tap: DeviceTap): void
  /** Its session is there. */
  opened (session: Session, introduction: Introduction): void
  /** The keeper of sessions has closed the stream, or we have. */
  sessionEnded (): void
  end (ending: Ending, fields?: object): void
}

export interface ArrivalParts {
  readonly peer: PeerInfo
  readonly inbound: Pick<Inbound, 'speaks'>
  readonly outbound: Outbound
}

export class Arrival {
  readonly #around: DeviceSurroundings
  readonly #parts: ArrivalParts
  readonly #host: ArrivalHost
  /** What the first packet said it speaks. */
  #level: 4 | 5 = 4
  #life: SessionLife | null = null
  #authentication: EnhancedAuthentication | null = null

  constructor (around: DeviceSurroundings, parts: ArrivalParts, host: ArrivalHost) {
    this.#around = around
    this.#parts = parts
    this.#host = host
  }

  /** Null until CONNECT has passed the door. */
  get life (): SessionLife | null { return this.#life }

  /** Null where CONNECT named no method; goes on to serve the open connection. */
  get authentication (): EnhancedAuthentication | null { return this.#authentication }

  /** The first packet, or one of a proof. Always false: what follows waits for the answer. */
  frame (frame: Buffer, body: number): false {
    if (this.#authentication !== null) return this.#authentication.early(frame, body)
    this.#level = this.#parts.inbound.speaks(levelOf(frame, body))
    const introduction = readIntroduction(frame, body, this.#around)
    if ('clause' in introduction) {
      this.#around.counters.connectsRefused++
      this.#host.violated(introduction)
    } else if (this.#around.departure.begun) {
      this.#sendAway(introduction.request.level)
    } else if (this.#around.connectRate.take(performance.now())) {
      this.#begin(introduction)
    } else {
      this.#around.counters.refusedConnectRate++
      this.#parts.outbound.send(busy(this.#level))
      this.#host.end(endings.connectRate)
    }
    return false
  }

  /** Tells a device that broke the protocol why it is not let in, where its version of MQTT has an answer for that. */
  answer (fault: Violation): void {
    const answer = answerTo(fault, this.#level)
    if (answer !== null) this.#parts.outbound.send(answer)
  }

  /** It did not prove who it is. */
  unproven (reasonCode: number, username: string | null, reason: string): void {
    this.#life?.unproven(username, reasonCode === ReasonCode.SERVER_BUSY ? 3 : 5, reason)
    this.#parts.outbound.send(encodeConnack5(false, reasonCode))
  }

  /** The connection is gone. */
  close (): void {
    this.#authentication?.close()
  }

  /** The broker stops: nobody new comes in. */
  #sendAway (level: 3 | 4 | 5): void {
    this.#around.counters.connectsRefused++
    this.#parts.outbound.send(this.#around.departure.refusal(level))
    this.#host.close()
  }

  #begin (introduction: Introduction): void {
    const { request, five } = introduction
    const life = new SessionLife(this.#around, this.#parts.peer, introduction, {
      opened: session => this.#host.opened(session, introduction),
      dismissed: (reason, reasonCode) => this.#host.end(endings.dismissed(reasonCode), { cause: reason })
    })
    this.#life = life
    const { outbound } = this.#parts
    if (life.isKept) outbound.waitFor(this.#around.store)
    if (five === null) {
      outbound.speak3(code => encodeConnack(4, life.sessionPresent && request.level === 4, code))
      return this.#admit(life, introduction)
    }
    const { asked, session: terms } = five
    outbound.speak5(new DeliveryWriter({ ...asked, connack: code => five.connack(code, life.sessionPresent) }), asked.receiveMaximum)
    const { method, data } = asked
    if (method === null) return this.#admit(life, introduction)
    const proven = (): void => {
      if (this.#around.departure.begun) this.#sendAway(5) // the broker began to stop meanwhile
      else this.#admit(life, introduction)
    }
    this.#authentication = new EnhancedAuthentication({ ...this.#around, method, data, username: request.username, terms, proven }, this.#host)
    this.#authentication.begin()
  }

  #admit (life: SessionLife, { frame }: Introduction): void {
    const tap = new DeviceTap(life, { written: bytes => this.#parts.outbound.write(bytes), ended: () => this.#host.sessionEnded() })
    this.#host.admitted(tap)
    this.#around.attach(tap)
    tap.push(frame)
  }
}
