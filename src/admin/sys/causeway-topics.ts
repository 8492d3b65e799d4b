/** `$SYS/causeway/…`: bridges, their queues and trust, and certificates that end, as JSON. */
import type { Bridge } from '../../bridge/bridge.ts'
import { topicLevel } from '../../mqtt/topic-level.ts'
import type { AdminPort } from '../admin-port.ts'
import { droppedIn } from '../event-feed.ts'
import { standingOf, trustStandingOf } from '../standing.ts'

type Said = readonly [topic: string, payload: string]

/** A bridge whose remote is away goes through these again and again: what is said of it is that it is away, and why. */
const PASSING = new Set(['dialling', 'connecting'])
/** What ends first. A file may hold hundreds of CAs. */
const MOST_CERTIFICATES = 20

export function causewayTopics (edge: AdminPort): readonly Said[] {
  return [...edge.bridges.flatMap(bridgeTopics), ...trustTopics(edge), ...certificateTopics(edge)]
}

/** What was said last of a bridge that is on its way from one state to the other. */
const settled = new WeakMap<Bridge, string>()

function bridgeTopics (bridge: Bridge): readonly Said[] {
  const { name, state, queued, queuedBytes, figures: { links, inFlight, disk }, counters } = bridge
  const place = `$SYS/causeway/bridges/${topicLevel(name)}`
  if (!PASSING.has(state.name) || !settled.has(bridge)) {
    const { name: stateName, reason, sessionPresent } = standingOf(state)
    settled.set(bridge, JSON.stringify({ state: stateName, ...(reason === undefined ? {} : { reason }), ...(sessionPresent === undefined ? {} : { sessionPresent }), ...(links.all === 1 ? {} : { links }) }))
  }
  return [
    [`${place}/state`, settled.get(bridge) ?? ''],
    [`${place}/queue`, JSON.stringify({ messages: queued, bytes: queuedBytes, inFlight, diskBytes: disk?.bytes ?? null, dropped: droppedIn(counters) })]
  ]
}

function trustTopics ({ trust }: AdminPort): readonly Said[] {
  return trust.map(report => {
    const { kind, name, generation, fingerprint, stage, candidate, reason, last } = trustStandingOf(report)
    const about = { generation, fingerprint, stage, ...(candidate === undefined ? {} : { candidate }), ...(reason === undefined ? {} : { reason }), last }
    return [`$SYS/causeway/${kind}s/${topicLevel(name)}/trust`, JSON.stringify(about)] as const
  })
}

function certificateTopics ({ certificates }: AdminPort): readonly Said[] {
  const owners = new Map<string, (typeof certificates)[number][]>()
  for (const item of certificates) {
    const topic = `$SYS/causeway/${item.owner.kind}s/${topicLevel(item.owner.name)}/certificates`
    owners.set(topic, [...owners.get(topic) ?? [], item])
  }
  return [...owners].map(([topic, items]) => [topic, JSON.stringify({
    daysLeft: items[0]?.daysLeft ?? null,
    certificates: items.slice(0, MOST_CERTIFICATES).map(({ kind, subject, fingerprint, notAfter, daysLeft }) => ({ kind, subject, fingerprint, notAfter, daysLeft }))
  })] as const)
}
