/**
 * Enhanced authentication of one device [MQTT 5.0, section 4.12]: between CONNECT and CONNACK, before the keeper of sessions
 * hears of the device, and again while its connection is open. Who did not prove itself gets the same answer whatever was wrong.
 */
import { PacketType } from '../../mqtt/packet-type.ts'
import { faultOfClientHeader } from '../../mqtt/fixed-header.ts'
import { encodeAuth5, readAuth } from '../../mqtt/v5/auth-packet.ts'
import { ReasonCode } from '../../mqtt/v5/reason-code.ts'
import { type Violation, violation } from '../../mqtt/violation.ts'
import type { AuthenticationExchange, ExchangeAnswer, Gatekeeper, ProvenUser } from '../auth/rights.ts'
import type { SessionTerms } from './session-terms.ts'

const TOO_EARLY = violation('MQTT-3.1.2-30', 'a packet other than AUTH or DISCONNECT before CONNACK', ReasonCode.PROTOCOL_ERROR)
const OTHER_METHOD = violation('MQTT-4.12.0-5', 'AUTH with another method than CONNECT', ReasonCode.PROTOCOL_ERROR)
const OUT_OF_TURN = violation('MQTT-4.12.0-3', 'AUTH that does not continue what was begun, or before it was answered', ReasonCode.PROTOCOL_ERROR)
const NOT_BEGUN = violation('MQTT-4.12.1-1', 'AUTH that continues what was not begun', ReasonCode.PROTOCOL_ERROR)

const NO_DATA = Buffer.alloc(0)
/** The device speaks first: it is asked to, where CONNECT said nothing yet. */
const ASKED_TO_BEGIN: ExchangeAnswer = { kind: 'challenge', data: NO_DATA }

export interface AuthenticationHost {
  send (packet: Buffer): void
  /** Before CONNACK: the next packet may come. */
  goOn (): void
  /** It has gone before it was let in. */
  close (): void
  violated (fault: Violation): void
  /** Of CONNECT: it is refused. Of an open connection: it ends. The reason is for the log. */
  unproven (reasonCode: number, username: string | null, reason: string): void
}

export interface AuthenticationParts {
  readonly method: string
  /** What CONNECT began with; null: nothing. */
  readonly data: Buffer | null
  /** The user name of CONNECT; null without. It can not be another than the one that is proven. */
  readonly username: string | null
  readonly terms: SessionTerms
  readonly gatekeeper: Pick<Gatekeeper, 'exchange'>
  /** An exchange of an open connection takes no longer; before CONNACK the connection keeps time. */
  readonly limits: { readonly connectTimeoutMs: number }
  /** It is who its {@link SessionTerms.proof} says: CONNECT may pass. Called once. */
  readonly proven: () => void
}

export class EnhancedAuthentication {
  readonly #parts: AuthenticationParts
  readonly #host: AuthenticationHost
  #exchange: AuthenticationExchange | null = null
  #startedAt = 0
  /** What came last is not answered yet. */
  #deciding = false
  #closed = false

  constructor (parts: AuthenticationParts, host: AuthenticationHost) {
    this.#parts = parts
    this.#host = host
  }

  /** CONNECT has come. */
  begin (): void {
    this.#start(this.#parts.data)
  }

  /** A packet before CONNACK; always false: the next waits until this one is answered. */
  early (frame: Buffer, body: number): false {
    const first = frame[0] as number
    const type = first >> 4
    const fault = faultOfClientHeader(first, 5)
    if (fault !== null) this.#host.violated(fault)
    else if (type === PacketType.DISCONNECT) this.#host.close()
    else if (type === PacketType.AUTH) this.take(frame, body, frame.length)
    else this.#host.violated(TOO_EARLY) // [MQTT-3.1.2-30]
    return false
  }

  /** AUTH. False: the connection ends; otherwise packets go on meanwhile, where it is open [MQTT 5.0, section 4.12.1]. */
  take (bytes: Buffer, body: number, end: number): boolean {
    this.#take(bytes, body, end)
    return !this.#closed
  }

  /** @param now milliseconds of the clock of {@link performance} */
  tick (now: number): void {
    if (this.#exchange === null || now - this.#startedAt <= this.#parts.limits.connectTimeoutMs) return
    this.#fail(ReasonCode.NOT_AUTHORIZED, null, 'it did not finish in time what it began')
  }

  /** The connection is gone. */
  close (): void {
    this.#closed = true
    this.#exchange = null
  }

  #take (bytes: Buffer, body: number, end: number): void {
    const read = readAuth(bytes, body, end)
    if ('clause' in read) return this.#host.violated(read)
    const { reasonCode, method, data } = read
    if (method !== this.#parts.method) return this.#host.violated(OTHER_METHOD) // [MQTT-4.12.0-5] [MQTT-4.12.1-1]
    const begins = reasonCode === ReasonCode.REAUTHENTICATE
    if (this.#exchange === null) {
      if (begins) this.#start(data.length === 0 ? null : data)
      else this.#host.violated(NOT_BEGUN)
    } else if (begins || this.#deciding) {
      this.#host.violated(OUT_OF_TURN) // [MQTT-4.12.0-3]
    } else {
      this.#step(this.#exchange, data)
    }
  }

  #start (data: Buffer | null): void {
    const exchange = this.#parts.gatekeeper.exchange(this.#parts.method)
    if (exchange === null) return this.#fail(ReasonCode.BAD_AUTHENTICATION_METHOD, null, 'its method is not there any more')
    this.#exchange = exchange
    this.#startedAt = performance.now()
    this.#step(exchange, data)
  }

  #step (exchange: AuthenticationExchange, data: Buffer | null): void {
    this.#deciding = true
    this.#decide(exchange, data).catch((thrown: unknown) => this.#fail(ReasonCode.UNSPECIFIED, null, `the exchange failed: ${thrown instanceof Error ? thrown.name : typeof thrown}`))
  }

  async #decide (exchange: AuthenticationExchange, data: Buffer | null): Promise<void> {
    const answer = await (data === null ? ASKED_TO_BEGIN : exchange.next(data))
    this.#deciding = false
    if (this.#closed) return
    if (answer.kind === 'refused') this.#fail(answer.busy ? ReasonCode.SERVER_BUSY : ReasonCode.NOT_AUTHORIZED, answer.username, answer.reason)
    else if (answer.kind === 'challenge') this.#challenge(answer.data)
    else this.#proven(answer.user, answer.data)
  }

  #challenge (data: Buffer): void {
    this.#host.send(encodeAuth5(ReasonCode.CONTINUE_AUTHENTICATION, this.#parts.method, data)) // [MQTT-4.12.0-2]
    if (this.#parts.terms.proof === null) this.#host.goOn()
  }

  #proven (user: ProvenUser, data: Buffer): void {
    const { method, terms } = this.#parts
    const username = terms.proof?.user.username ?? this.#parts.username ?? user.username
    if (user.username !== username) return this.#fail(ReasonCode.NOT_AUTHORIZED, user.username, 'it proved to be another user than it says')
    this.#exchange = null
    if (terms.proof !== null) return this.#host.send(encodeAuth5(ReasonCode.SUCCESS, method, data))
    terms.proof = { method, data, user }
    this.#parts.proven()
  }

  #fail (reasonCode: number, username: string | null, reason: string): void {
    if (this.#closed) return
    this.close()
    this.#host.unproven(reasonCode, username, reason) // [MQTT-4.12.0-4] [MQTT-4.12.1-2]
  }
}
