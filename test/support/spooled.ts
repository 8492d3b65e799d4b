/** What tests of the spool share: a view over an encoded PUBLISH, and a listener that can be awaited. */
import { PublishView } from '../../src/mqtt/publish-view.ts'
import type { SpoolListener } from '../../src/spool/spool.ts'

export const NO_CLIENT = Buffer.alloc(0)

/** A view of a PUBLISH of MQTT 3.1.1. */
export function publishView (topic: string, payload: string | Buffer, qos: 1 | 2 = 1, packetId = 1): PublishView {
  const name = Buffer.from(topic)
  const body = Buffer.concat([Buffer.from([name.length >> 8, name.length & 255]), name, Buffer.from([packetId >> 8, packetId & 255]), Buffer.from(payload)])
  const length: number[] = []
  for (let rest = body.length; ;) {
    length.push((rest & 127) | (rest > 127 ? 128 : 0))
    rest >>= 7
    if (rest === 0) break
  }
  const frame = Buffer.concat([Buffer.from([0x30 | (qos << 1), ...length]), body])
  const view = new PublishView()
  const violation = view.read(frame, 0, 1 + length.length, frame.length, 4)
  if (violation !== null) throw new Error(violation.reason)
  return view
}

export class Watcher implements SpoolListener {
  durableThrough = 0
  dropped_: { count: number, reason: string }[] = []
  failures: string[] = []
  recoveries = 0
  #waits: { number: number, resolve: () => void }[] = []
  #failed: (() => void)[] = []

  durable (number: number): void {
    this.durableThrough = number
    this.#waits = this.#waits.filter(wait => {
      if (wait.number <= number) wait.resolve()
      return wait.number > number
    })
  }

  dropped (count: number, reason: 'age' | 'oldest'): void { this.dropped_.push({ count, reason }) }

  failing (_reason: string, code: string): void {
    this.failures.push(code)
    for (const resolve of this.#failed.splice(0)) resolve()
  }

  recovered (): void { this.recoveries++ }

  async untilDurable (number: number): Promise<void> {
    if (this.durableThrough >= number) return
    await new Promise<void>(resolve => this.#waits.push({ number, resolve }))
  }

  async untilFailure (): Promise<void> {
    await new Promise<void>(resolve => this.#failed.push(resolve))
  }
}

export const roomy = { maxBytes: 1e12, maxMessages: 1e9, maxAgeMs: 0, minFreeBytes: 0 }
