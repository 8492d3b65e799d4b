/**
 * How many TLS and WebSocket handshakes run at once, over all listeners: a storm of reconnecting devices waits its turn,
 * unread, instead of taking all of the processor. Each has a deadline for its turn to come, and another to be done, so that
 * a peer who says a byte at a time does not keep a slot.
 */
import type { Socket } from 'node:net'
import type { BrokerCounters } from '../../metrics/broker-counters.ts'

export class HandshakeSlots {
  /** Running at once; fewer than run now let no more begin. */
  max: number
  readonly #counters: BrokerCounters
  readonly #waiting = new Set<() => void>()
  #running = 0

  constructor (max: number, counters: BrokerCounters) {
    this.max = max
    this.#counters = counters
  }

  /**
   * Calls `start` when a slot is free. The slot is given back when `start`'s argument is called or the socket closes.
   * @param deadlineMs the socket is destroyed when it has waited this long, and when its handshake takes this long
   * @param late called then
   */
  take (socket: Socket, deadlineMs: number, start: (done: () => void) => void, late: () => void): void {
    let running = false
    const timer = setTimeout(() => {
      this.#counters.handshakeTimeouts++
      late()
      // now, not when the socket has closed: the deadline of the next one may be in the same turn
      finish()
      socket.destroy()
    }, deadlineMs)
    const begin = (): void => {
      running = true
      timer.refresh()
      this.#running++
      start(finish)
    }
    const finish = (): void => {
      clearTimeout(timer)
      socket.off('close', finish)
      this.#waiting.delete(begin)
      if (!running) return
      running = false
      this.#running--
      this.#next()
    }
    socket.once('close', finish)
    if (this.#running < this.max) begin()
    else this.#waiting.add(begin)
  }

  #next (): void {
    const [begin] = this.#waiting
    if (begin === undefined || this.#running >= this.max) return
    this.#waiting.delete(begin)
    begin()
  }
}
