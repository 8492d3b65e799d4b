/**
 * Is the link alive? Any byte from the remote says so; when it is silent, or we are, a PINGREQ is sent, and a link that stays silent
 * after it is dead. mqtt.js's own timer is not asked: it counts only what it is shown.
 */
import type { Clock } from '../clock.ts'

/** What liveness asks of the link, and does to it. */
export interface Pulse {
  /** Since the last call: did bytes come in, did we write, did bytes that had waited leave? */
  takeHeard (): boolean
  takeSaid (): boolean
  takeMoved (): boolean
  /** Sends PINGREQ. */
  ping (): void
  /** The remote was silent for `silentMs`: the link is to be torn down. */
  dead (silentMs: number): void
}

/** Probes when no keep-alive is set: a half-open connection must be found out all the same. */
const DEFAULT_KEEPALIVE_MS = 60_000
/** A remote may take this long to answer at least, however short the keep-alive is. */
const SHORTEST_ANSWER_MS = 1000
/** While bytes of ours still move out the answer may wait behind them, this many times longer. */
const PATIENCE = 4

export class Liveness {
  readonly #pulse: Pulse
  readonly #clock: Clock
  readonly #quietMs: number
  readonly #answerMs: number
  #lastHeard: number
  #lastSaid: number
  #pingedAt = -1
  #movedAt = 0
  #cancel: () => void = () => {}

  /** @param keepaliveSeconds what was agreed with the remote; 0: nothing */
  constructor (keepaliveSeconds: number, pulse: Pulse, clock: Clock) {
    const keepalive = keepaliveSeconds === 0 ? DEFAULT_KEEPALIVE_MS : keepaliveSeconds * 1000
    this.#quietMs = keepalive / 2
    this.#answerMs = Math.max(SHORTEST_ANSWER_MS, keepalive / 2)
    this.#pulse = pulse
    this.#clock = clock
    this.#lastHeard = this.#lastSaid = clock.now()
    this.#arm()
  }

  stop (): void { this.#cancel() }

  #arm (): void {
    this.#cancel = this.#clock.after(Math.max(50, this.#quietMs / 4), () => {
      this.#arm()
      this.#look(this.#clock.now())
    })
  }

  #look (now: number): void {
    if (this.#pulse.takeMoved()) this.#movedAt = now
    if (this.#pulse.takeSaid()) this.#lastSaid = now
    if (this.#pulse.takeHeard()) {
      this.#lastHeard = now
      this.#pingedAt = -1
    }
    if (this.#pingedAt >= 0) this.#judge(now)
    else if (now - this.#lastHeard >= this.#quietMs || now - this.#lastSaid >= this.#quietMs) {
      this.#pingedAt = now
      this.#pulse.ping() // [MQTT-3.1.2-23]
    }
  }

  /** An answer is due. It may stand behind bytes of ours that still move. */
  #judge (now: number): void {
    const since = Math.max(this.#pingedAt, Math.min(this.#movedAt, this.#pingedAt + (PATIENCE - 1) * this.#answerMs))
    if (now - since < this.#answerMs) return
    this.#cancel()
    this.#pulse.dead(now - this.#lastHeard)
  }
}
