/**
 * How many TLS and WebSocket handshakes run at once, over all listeners: a storm of reconnecting devices waits its turn,
 * unread, instead of taking all of the processor. Each has one deadline from the moment it was accepted, so that a peer
 * who says a byte at a time does not keep a slot.
 */
import type { Socket } from 'node:net'
import type { BrokerCounters } from '../../metrics/broker-counters.ts'

export class HandshakeSlots {
  readonly #max: number
  readonly #counters: BrokerCounters
  readonly #waiting = new Set<() => void>()
  #running = 0

  constructor (max: number, counters: BrokerCounters) {
    this.#max = max
    this.#counters = counters
  }

  /**
   * Calls `start` when a slot is free. The slot is given back when `start`'s argument is called or the socket closes.
   * @param deadlineMs the socket is destroyed when the handshake is not done by then, waiting included
   */
  take (socket: Socket, deadlineMs: number, start: (done: () => void) => void): void {
    let running = false
    const begin = (): void => {
      running = true
      this.#running++
      start(finish)
    }
    const finish = (): void => {
      clearTimeout(deadline)
      socket.off('close', finish)
      if (running) {
        running = false
        this.#running--
        this.#next()
      } else {
        this.#waiting.delete(begin)
      }
    }
    const deadline = setTimeout(() => {
      this.#counters.handshakeTimeouts++
      socket.destroy()
    }, deadlineMs)
    socket.once('close', finish)
    if (this.#running < this.#max) begin()
    else this.#waiting.add(begin)
  }

  #next (): void {
    const [begin] = this.#waiting
    if (begin === undefined) return
    this.#waiting.delete(begin)
    begin()
  }
}
