/** The edge stops or dies and starts again, at rest or while devices publish; devices that were there come back. */
import { type Outgoing, timesOverDeath } from './outgoing.ts'
import { outgoing } from './play-burst.ts'
import type { Qos } from './plain-rules.ts'
import type { Crash } from './plan.ts'
import type { Stage } from './stage.ts'

export async function playRestart (stage: Stage, dies: boolean): Promise<void> {
  const before = present(stage)
  if (dies) {
    await stage.isOnDisk()
    die(stage)
  } else for (const device of stage.devices) device.isLetGo()
  await startAgain(stage, before, dies, false)
}

/** It dies when a device has written so many bytes, or all it had to. */
export async function playCrash (stage: Stage, { messages, chunks, device: fuse, after }: Crash): Promise<void> {
  if (!stage.device(fuse).connected) return
  await stage.isOnDisk()
  const before = present(stage)
  const sent = stage.devices.map((device, at) => device.connected ? messages.filter(each => each.device === at).flatMap(each => outgoing(stage, each, true)) : [])
  const burning = stage.device(fuse)
  burning.breaksAfter = after
  burning.onBreak = () => { die(stage) }
  await Promise.all(stage.devices.map(async (device, at) => {
    device.chunks = chunks
    await device.publish(sent[at] ?? [])
  }))
  burning.breaksAfter = null
  reckon(stage, sent, before)
  await startAgain(stage, before, true, true)
}

interface Before {
  readonly there: readonly number[]
  readonly downs: readonly boolean[]
}

function present (stage: Stage): Before {
  return { there: [...stage.devices.keys()].filter(at => stage.device(at).connected), downs: stage.remotes.map(({ down }) => down) }
}

/** What is written from now on reaches nobody. */
function die (stage: Stage): void {
  for (const remote of stage.remotes) remote.goDown()
  for (const device of stage.devices) {
    device.onBreak = null
    device.breaks()
    device.rests() // who has died may not know that it has sent something before
  }
  for (const remote of stage.remotes) remote.rests()
  stage.planned.dies()
}

async function startAgain (stage: Stage, { there, downs }: Before, dies: boolean, busy: boolean): Promise<void> {
  const { site, wills, planned } = stage
  await planned.startAgain()
  site.restarts({ dies, busy, forgetful: new Set([...stage.remotes.keys()].filter(at => stage.remote(at).isForgetful)) })
  for (const [at, remote] of stage.remotes.entries()) {
    remote.meetsAnother()
    remote.down = downs[at] === true
  }
  // it may be published now or later [MQTT 3.1.1 section 3.1.2.5]
  for (const will of wills.values()) site.mayBePublished(will)
  wills.clear()
  for (const device of stage.devices) device.port = planned.port
  await stage.linksAreUp()
  for (const at of there) {
    const terms = stage.again(at)
    stage.hears(at, await stage.connect(at, terms), terms)
  }
}

function reckon (stage: Stage, sent: readonly (readonly Outgoing[])[], { there, downs }: Before): void {
  const circumstances = {
    devices: stage.devices.map((_, at) => there.includes(at) ? 'broke' as const : 'away' as const),
    links: downs.map(down => down ? 'down' as const : 'broke' as const),
    died: true
  }
  for (const [at, each] of sent.entries()) {
    for (const message of each) stage.site.published({ ...message, qos: message.qos as Qos, by: at }, timesOverDeath(message, stage.site.resumes(at)), circumstances)
  }
}
