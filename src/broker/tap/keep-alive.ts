/** Is the device still there? Any byte from it counts; a device that we do not read is never taken for dead [invariant 7]. */

export class KeepAlive {
  readonly #limitMs: number
  /** Something has come since the last look. */
  #fresh = true
  #heard: number

  /**
   * @param seconds   as CONNECT asks; 0: none [MQTT-3.1.2-24]
   * @param multiplier a device is silent for this many of its keep-alives before it is cut off
   * @param maxSeconds a longer keep-alive, or none, is treated as this; 0: no limit
   */
  constructor (seconds: number, multiplier: number, maxSeconds: number, now: number) {
    const unlimited = seconds === 0 ? maxSeconds : maxSeconds === 0 ? seconds : Math.min(seconds, maxSeconds)
    this.#limitMs = unlimited * multiplier * 1000
    this.#heard = now
  }

  /** HOT. */
  heard (): void {
    this.#fresh = true
  }

  /** Asked now and then: too late by at most the time between two questions, never too early. */
  hasExpired (now: number): boolean {
    if (this.#fresh) {
      this.#fresh = false
      this.#heard = now
    }
    return this.#limitMs > 0 && now - this.#heard > this.#limitMs
  }
}
