/** A bridge as NanoMQ's `/bridges` shows it, with two differences: secrets are hidden and keys are named by their files, and `status` tells how it is. */
import type { Bridge } from '../../bridge/bridge.ts'
import { fillOf } from '../../bridge/bridge-figures.ts'
import type { BridgeConfig, ForwardRule, SubscriptionRule, TopicRule } from '../../config/model.ts'
import { latencyBounds } from '../../metrics/latency-histogram.ts'
import { HIDDEN } from '../redaction.ts'
import { standingOf } from '../standing.ts'

export function bridgeNode (config: BridgeConfig, bridge: Bridge | undefined): object {
  const { name, enable, server, protoVer, clientid, cleanStart, username, password, keepaliveSeconds, tls } = config
  return {
    name,
    enable,
    connector: {
      server: server.url,
      proto_ver: protoVer,
      clientid,
      clean_start: cleanStart,
      username,
      password: password === null ? null : HIDDEN,
      keepalive: keepaliveSeconds
    },
    forwards: config.forwards.map(forwardNode),
    subscription: config.subscription.map(subscriptionNode),
    tls: tls === null
      ? { enable: false }
      : { enable: true, url: server.url, key_password: tls.keyPassword === null ? null : HIDDEN, key: tls.keyfile, cert: tls.certfile, cacert: tls.cacertfile, verify_peer: true, fail_if_no_peer_cert: true },
    durability: config.durability,
    required: config.required,
    status: bridge === undefined ? null : statusOf(bridge)
  }
}

/** How it is, in numbers. */
export function statusOf ({ state, queued, queuedBytes, counters, figures: { links, inFlight, queues, oldestMs, latency, disk } }: Bridge): object {
  return {
    ...standingOf(state),
    links,
    queued,
    queuedBytes,
    queueFill: Number(fillOf(queues).toFixed(4)),
    inFlight,
    oldestMs: Math.round(oldestMs),
    diskBytes: disk?.bytes ?? null,
    latency: { bounds: latencyBounds, counts: [...latency.counts] },
    counters: Object.fromEntries(Object.entries(counters))
  }
}

function ruleNode ({ localTopic, remoteTopic, qos, retain, prefix, suffix }: TopicRule): object {
  return {
    remote_topic: remoteTopic,
    local_topic: localTopic,
    ...(qos === null ? {} : { qos }),
    ...(retain === null ? {} : { retain: retain ? 1 : 0 }),
    ...(prefix === '' ? {} : { prefix }),
    ...(suffix === '' ? {} : { suffix })
  }
}

function forwardNode (rule: ForwardRule): object {
  return { ...ruleNode(rule), ...(rule.priority === 'normal' ? {} : { priority: rule.priority }), ...(rule.durability === null ? {} : { durability: rule.durability }) }
}

function subscriptionNode (rule: SubscriptionRule): object {
  return { ...ruleNode(rule), qos: rule.subscribeQos, retain_as_published: rule.retainAsPublished ? 1 : 0, retain_handling: rule.retainHandling }
}
