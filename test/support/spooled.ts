/** What tests of the spool share: one that is open, what is in it, a view over an encoded PUBLISH, and a listener that can be awaited. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PublishView } from '../../src/mqtt/publish-view.ts'
import type { ReadMessage } from '../../src/spool/reader.ts'
import { type DropReason, Spool, type SpoolListener, type SpoolOptions } from '../../src/spool/spool.ts'
import type { TestScope } from './certificates.ts'

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

  dropped (count: number, reason: DropReason): void { this.dropped_.push({ count, reason }) }

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

/** A directory of the real disk for a spool, which is not there yet. */
export async function spoolDir (t: TestScope): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'spool-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  return join(dir, 'north')
}

export async function openSpool (dir: string, more: Partial<SpoolOptions> = {}): Promise<{ spool: Spool, watcher: Watcher }> {
  const watcher = new Watcher()
  return { spool: await Spool.open({ dir, fsync: 'always', limits: roomy, listener: watcher, ...more }), watcher }
}

export async function readAll (spool: Spool, from = 0): Promise<ReadMessage[]> {
  const reader = spool.reader(from)
  const all: ReadMessage[] = []
  for (let block = await reader.next(); block.length > 0; block = await reader.next()) all.push(...block)
  reader.ended(spool.durable)
  await reader.close()
  return all
}
