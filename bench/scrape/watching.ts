/** Who looks on: a scraper, and a page that is open. */
import { LOOPBACK } from '../../src/bench/rig/ports.ts'

export interface Scrape {
  readonly text: string
  readonly millis: number
}

export class Watching {
  /** Bytes the follower of the events has got. */
  followed = 0
  /** Why the follower gets nothing any more; null: it does. */
  cutOff: string | null = null
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #end = new AbortController()

  constructor (port: number, password: string) {
    this.#url = `http://${LOOPBACK}:${port}`
    this.#headers = { authorization: `Basic ${Buffer.from(`bench:${password}`).toString('base64')}` }
  }

  async scrape (): Promise<Scrape> {
    const began = performance.now()
    const answer = await fetch(`${this.#url}/api/v4/prometheus`, { headers: this.#headers, signal: AbortSignal.timeout(5000) })
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`the metrics were answered with ${answer.status}: ${text}`)
    return { text, millis: performance.now() - began }
  }

  /** What the page asks each second. */
  async look (): Promise<void> {
    const answer = await fetch(`${this.#url}/api/v1/status`, { headers: this.#headers, signal: AbortSignal.timeout(5000) })
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`the status was answered with ${answer.status}: ${text}`)
  }

  /** @returns once the events are open */
  async follow (): Promise<void> {
    const answer = await fetch(`${this.#url}/api/v1/events`, { headers: this.#headers, signal: this.#end.signal })
    if (answer.status !== 200 || answer.body === null) throw new Error(`the events were answered with ${answer.status}`)
    void this.#read(answer.body)
  }

  close (): void {
    this.#end.abort()
  }

  async #read (body: NonNullable<Response['body']>): Promise<void> {
    try {
      for await (const chunk of body) this.followed += (chunk as Uint8Array).length
      this.cutOff = 'the stream was ended'
    } catch (error) {
      if (!this.#end.signal.aborted) this.cutOff = String(error)
    }
  }
}
