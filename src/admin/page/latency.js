/** How long messages took until the remote had them, over the last seconds. */
import { took } from './words.js'

/** @typedef {import('./answers.d.ts').BridgeStatus['latency']} Latency */

/** Looks that are kept: what happened between the oldest and the newest is shown. */
const KEPT = 15

export class LatencyWindow {
  /** @type {Latency[]} */ #kept = []

  /** @param {Latency} latency of now */
  add (latency) {
    const isRestarted = this.#kept.some(({ counts }) => counts.some((count, i) => count > (latency.counts[i] ?? 0)))
    this.#kept = [...isRestarted ? [] : this.#kept, latency].slice(-KEPT)
  }

  /**
   * The bound within which this share of the messages was.
   * @param {number} share
   */
  words (share) {
    const [first] = this.#kept
    const last = this.#kept.at(-1)
    if (first === undefined || last === undefined) return '–'
    const counts = last.counts.map((count, i) => count - (first.counts[i] ?? 0))
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (total === 0) return '–'
    let within = 0
    const bucket = counts.findIndex(count => {
      within += count
      return within >= share * total
    })
    const bound = last.bounds[bucket]
    return bound === undefined ? `over ${took((last.bounds.at(-1) ?? 0) * 1000)}` : `≤ ${took(bound * 1000)}`
  }
}
