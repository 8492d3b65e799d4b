/** Retained messages that say how things are: one is published when it says something else than before, and cleared when there is nothing to say any more. */
export class RetainedBoard {
  readonly #publish: (topic: string, payload: string) => void
  readonly #shown = new Map<string, string>()

  constructor (publish: (topic: string, payload: string) => void) {
    this.#publish = publish
  }

  /** @param wanted all that is to be there, by topic */
  show (wanted: ReadonlyMap<string, string>): void {
    for (const topic of this.#shown.keys()) {
      if (wanted.has(topic)) continue
      this.#shown.delete(topic)
      this.#publish(topic, '') // [MQTT-3.3.1-10]
    }
    for (const [topic, payload] of wanted) {
      if (this.#shown.get(topic) === payload) continue
      this.#shown.set(topic, payload)
      this.#publish(topic, payload)
    }
  }
}
