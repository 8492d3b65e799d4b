/** A rig whose bridge keeps its messages on disk, and a publisher that counts what it is acknowledged. */
import type { BridgeConfig, SpoolConfig } from '../../src/config/model.ts'
import { type BridgeJournal, openBridgeJournal } from '../../src/bridge/up/bridge-journal.ts'
import { BridgeJournals } from '../../src/bridge/up/bridge-journals.ts'
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import { Receipts } from '../../src/relay/receipts.ts'
import type { Disk } from '../../src/spool/disk.ts'
import { bridgeConfig, keepingLogger, type LogLine, rig, type Rig } from './bridge-rig.ts'
import type { TestScope } from './certificates.ts'

export interface JournaledRig extends Rig {
  readonly journal: BridgeJournal
  /** What the journal has said. */
  readonly journalLog: readonly LogLine[]
}

export interface JournaledRigOptions {
  readonly port: number
  readonly dir: string
  readonly spool?: Partial<SpoolConfig>
  readonly bridge?: Partial<BridgeConfig>
  readonly disk?: Disk
}

export async function journaledRig (t: TestScope, { port, dir, spool: more, bridge, disk }: JournaledRigOptions): Promise<JournaledRig> {
  const spool: SpoolConfig = { dir, fsync: 'always', spoolAfterMs: 0, maxBytes: 1e9, maxMessages: 1e6, maxAgeMs: 0, minFreeBytes: 0, onFull: 'backpressure', ...more }
  const counters = new BridgeCounters()
  const journalLog: LogLine[] = []
  const journal = await openBridgeJournal({ config: spool, counters, logger: keepingLogger(journalLog), ...(disk === undefined ? {} : { disk }) })
  const made = rig(t, bridgeConfig(port, { durability: 'spool', spool, ...bridge }), { journals: new BridgeJournals(new Map([['normal', journal]])), counters })
  return Object.assign(made, { journal, journalLog })
}

/** Offers numbered messages as a device does, in order; what is refused is offered again when there is room. */
export class Publisher {
  readonly acknowledged: number[] = []
  readonly #rig: Rig
  readonly #topic: string
  readonly #qos: 1 | 2
  readonly #receipts: Receipts
  readonly #numbers: number[] = []
  /** Times it was told that there is no room. */
  refused = 0

  constructor (rig: Rig, topic: string, qos: 1 | 2 = 1) {
    this.#rig = rig
    this.#topic = topic
    this.#qos = qos
    this.#receipts = new Receipts({ acknowledge: () => this.acknowledged.push(this.#numbers.shift() ?? -1) })
  }

  /** Offers the numbers in [from, to); resolves when all have been taken. */
  async publish (from: number, to: number): Promise<void> {
    for (let number = from; number < to; number++) {
      const slot = this.#receipts.open(1, this.#qos)
      this.#numbers.push(number)
      const message = { topic: this.#topic, payload: String(number), qos: this.#qos, packetId: 1 }
      while (!this.#rig.offer(message, { receipts: this.#receipts, slot })) {
        this.refused++
        await new Promise<void>(resolve => this.#rig.relay.whenRoom(resolve))
      }
      this.#receipts.release(slot)
      if (number % 64 === 63) await new Promise(resolve => setImmediate(resolve))
    }
  }
}
