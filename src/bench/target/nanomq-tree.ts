/** The configuration of NanoMQ for a run; Causeway reads the same file and gets its own keys added. */
import type { HoconTree } from './hocon-text.ts'
import type { ForwardRule, TargetSetup } from './target.ts'

export const BRIDGE_NAME = 'remote'
/** Enough that no target drops for want of a queue, and bounded. */
export const QUEUE = 1_000_000

/** @param more  keys of a rule that NanoMQ does not have */
export function nanomqTree (setup: TargetSetup, more: (rule: ForwardRule) => HoconTree = () => ({})): HoconTree {
  return {
    mqtt: { max_packet_size: `${Math.ceil(setup.maxPacket / 1024)}KB`, max_mqueue_len: QUEUE, keepalive_multiplier: 2 },
    listeners: { tcp: { bind: `127.0.0.1:${setup.port}` } },
    auth: { allow_anonymous: true, no_match: 'allow' },
    log: { to: ['console'], level: 'warn' },
    bridges: { mqtt: { [BRIDGE_NAME]: bridge(setup, more) } }
  }
}

function bridge (setup: TargetSetup, more: (rule: ForwardRule) => HoconTree): HoconTree {
  return {
    server: `tls+mqtt-tcp://127.0.0.1:${setup.remotePort}`,
    enable: true,
    proto_ver: setup.remoteLevel,
    clientid: 'bench-bridge',
    keepalive: '60s',
    clean_start: false,
    backoff_max: '1s',
    max_send_queue_len: QUEUE,
    ssl: { cacertfile: setup.caFile },
    tcp: { nodelay: true },
    forwards: setup.forwards.map(rule => ({
      local_topic: rule.filter,
      remote_topic: '',
      ...(rule.prefix === '' ? {} : { prefix: rule.prefix }),
      ...more(rule)
    })),
    subscription: setup.subscriptions.map(({ filter, qos }) => ({ remote_topic: filter, local_topic: '', qos }))
  }
}
