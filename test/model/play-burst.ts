/** Devices that all publish at once, while a connection or a link breaks; and a remote that publishes to its bridge. */
import { eventually } from '../support/eventually.ts'
import { atLeastOnce, atMostOnce, once } from './ledger.ts'
import { type Outgoing, timesOf } from './outgoing.ts'
import type { Qos } from './plain-rules.ts'
import type { Circumstances } from './plain-site.ts'
import type { Burst, Down, PlannedMessages } from './plan.ts'
import { NOBODY, type Stage } from './stage.ts'

/** What each device sends, by device. */
type Sent = readonly (readonly Outgoing[])[]

export async function playBurst (stage: Stage, burst: Burst): Promise<void> {
  const { dies } = burst
  const sent = stage.devices.map((device, at) => device.connected ? burst.messages.filter(each => each.device === at).flatMap(each => outgoing(stage, each, dies?.device === at)) : [])
  const breaking = dies !== null && (sent[dies.device]?.length ?? 0) > 0 ? dies.device : NOBODY
  const breaks = stage.remotes.map(remote => remote.breaks)
  arm(stage, burst)
  await send(stage, sent, burst, breaking)
  const before = stage.circumstances(breaking)
  const will = stage.wills.get(breaking)
  const terms = stage.again(breaking)
  const present = breaking !== NOBODY && await stage.connect(breaking, terms)
  await stage.quiet()
  for (const remote of stage.remotes) remote.cut = null
  // a link that broke was broken while these were under way
  const links = before.links.map((link, at) => link === 'up' && stage.remote(at).breaks !== breaks[at] ? 'broke' : link)
  reckon(stage, sent, breaking, { ...before, links })
  if (will !== undefined) stage.site.published(will, once, { ...before, links })
  if (breaking !== NOBODY) {
    stage.site.goes(breaking)
    stage.hears(breaking, present, terms)
  }
  for (const [at, link] of links.entries()) if (link === 'broke') await stage.isUp(at)
}

function arm (stage: Stage, { cut }: Burst): void {
  const remote = cut === null ? undefined : stage.remotes[cut.bridge]
  if (cut !== null && remote?.down === false) remote.cut = { left: cut.after, answers: cut.answers }
}

/** All at once. */
async function send (stage: Stage, sent: Sent, { chunks, dies }: Burst, breaking: number): Promise<void> {
  await Promise.all(stage.devices.map(async (device, at) => {
    device.chunks = chunks
    device.breaksAfter = at === breaking ? dies?.after ?? 0 : null
    await device.publish(sent[at] ?? [])
    device.breaksAfter = null
  }))
}

function reckon (stage: Stage, sent: Sent, breaking: number, circumstances: Circumstances): void {
  for (const [at, each] of sent.entries()) {
    for (const message of each) stage.site.published({ ...message, qos: message.qos as Qos, by: at }, timesOf(message, at === breaking), circumstances)
  }
}

/** @param breaks what comes in depends on what gets through: nothing is retained then */
export function outgoing (stage: Stage, planned: PlannedMessages, breaks: boolean): Outgoing[] {
  return Array.from({ length: planned.count }, () => ({
    topic: planned.topic,
    payload: planned.empty && planned.retain && !breaks ? '' : `d${planned.device}:${stage.next()}`,
    qos: planned.qos,
    retain: planned.retain && !breaks,
    acknowledged: false,
    forgotten: false,
    released: false
  }))
}

/** A remote has something to say. */
export async function playDown (stage: Stage, { bridge: at, messages, breaksAfter }: Down): Promise<void> {
  const remote = stage.remote(at)
  if (remote.down) return
  await stage.isUp(at)
  await eventually('the bridge has subscribed', () => remote.subscribed)
  const sent = messages.flatMap(({ topic, qos, count }) => Array.from({ length: count }, () => ({ topic, payload: `r${at}:${stage.next()}`, qos, retain: false })))
  const breaks = breaksAfter !== null && breaksAfter < sent.length
  remote.publish(sent, breaks ? breaksAfter : null)
  await eventually('the bridge has answered', () => remote.settled)
  for (const message of sent) {
    const topic = at === 0 ? message.topic : message.topic.replace('cmd/', 'in/')
    const times = !breaks || message.qos === 2 ? once : message.qos === 1 ? atLeastOnce : atMostOnce
    stage.site.published({ ...message, topic, by: NOBODY }, times, stage.circumstances(), at)
  }
  await stage.isUp(at)
}
