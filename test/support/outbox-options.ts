/** An outbox in memory with bounds that no test runs into by itself. */
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import type { OutboxOptions } from '../../src/relay/outbox-options.ts'

export function outboxOptions (more: Partial<OutboxOptions> = {}): OutboxOptions {
  return {
    name: 'x',
    level: 4,
    required: true,
    forwardBridged: false,
    awaitRemote: false,
    maxCount: 1000,
    maxBytes: 1_000_000,
    windowQos1: 100,
    windowQos2: 100,
    schedule: () => {},
    counters: new BridgeCounters(),
    ...more
  }
}
