/** Plays a plan at a real edge, with real sockets, and in the plain model beside it; answers what is not the same. */
import { eventually } from '../support/eventually.ts'
import { once } from './ledger.ts'
import { playBurst, playDown } from './play-burst.ts'
import { playCrash, playRestart } from './play-restart.ts'
import type { Plan, Step } from './plan.ts'
import { Stage, type Terms } from './stage.ts'

/** @returns what went wrong; empty: all is as MQTT demands */
export async function play (plan: Plan): Promise<string[]> {
  const cleaning: (() => unknown)[] = []
  try {
    const stage = await Stage.make(plan, { teardown: clean => { cleaning.unshift(clean) } })
    return await new Player(stage).play()
  } finally {
    for (const clean of cleaning) await clean()
  }
}

class Player {
  readonly #stage: Stage

  constructor (stage: Stage) {
    this.#stage = stage
  }

  async play (): Promise<string[]> {
    const { plan, complaints } = this.#stage
    await this.#stage.linksAreUp()
    for (const [device, { clean }] of plan.devices.entries()) await this.#come(device, this.#stage.terms(device, clean))
    for (const [at, step] of plan.steps.entries()) {
      await this.#step(step)
      if (complaints.length > 0) return complaints.map(each => `after step ${at} (${step.do}): ${each}`)
    }
    await this.#end()
    return complaints
  }

  async #step (step: Step): Promise<void> {
    switch (step.do) {
      case 'burst': await playBurst(this.#stage, step); break
      case 'down': await playDown(this.#stage, step); break
      case 'come': await this.#come(step.device, this.#stage.terms(step.device, step.clean, step.kept)); break
      case 'leave': await this.#leave(step.device, step.says); break
      case 'link': await this.#link(step.bridge, step.up, step.forgets); break
      case 'restart': await playRestart(this.#stage, step.dies); break
      case 'crash': await playCrash(this.#stage, step); break
      case 'subscribe':
      case 'unsubscribe': await this.#subscribe(step); break
    }
    await this.#stage.settle()
  }

  async #subscribe (step: Extract<Step, { readonly do: 'subscribe' | 'unsubscribe' }>): Promise<void> {
    const device = this.#stage.device(step.device)
    if (!device.connected) return
    if (step.do === 'subscribe') {
      await device.subscribe(step.filter, step.qos, step.options)
      this.#stage.site.subscribes(step.device, step.filter, step.qos, step.options)
    } else {
      await device.unsubscribe(step.filter)
      this.#stage.site.unsubscribes(step.device, step.filter)
    }
  }

  async #come (at: number, terms: Terms): Promise<void> {
    const { site, wills } = this.#stage
    const before = wills.get(at)
    const wasThere = this.#stage.device(at).connected
    const present = await this.#stage.connect(at, terms)
    if (wasThere) {
      // the broker has ended the first connection [MQTT-3.1.4-2]: its will is published [MQTT-3.1.2-8]
      if (before !== undefined) site.published(before, once, this.#stage.circumstances(at))
      site.goes(at)
    }
    this.#stage.hears(at, present, terms)
  }

  async #leave (at: number, says: boolean): Promise<void> {
    const { site, wills, planned } = this.#stage
    const device = this.#stage.device(at)
    if (!device.connected) return
    if (says) await device.leave()
    else device.breaks()
    await eventually(`${device.name} is gone`, () => planned.edge.clients().every(({ clientId }) => clientId !== device.name))
    const will = wills.get(at)
    wills.delete(at)
    site.goes(at) // of a session that is not kept nothing gets the will
    if (!says && will !== undefined) site.published(will, once, this.#stage.circumstances())
  }

  async #link (at: number, up: boolean, forgets: boolean): Promise<void> {
    const remote = this.#stage.remote(at)
    if (up) {
      remote.down = false
      await this.#stage.isUp(at)
    } else if (!remote.down) {
      remote.goDown()
      if (forgets) remote.forget()
      await eventually('the link is down', () => this.#stage.bridge(at).state.name !== 'up')
    }
  }

  async #end (): Promise<void> {
    const { remotes, devices, site } = this.#stage
    for (const at of remotes.keys()) await this.#link(at, true, false)
    for (const at of devices.keys()) if (!this.#stage.device(at).connected && site.sessions[at]?.kept === true) await this.#come(at, this.#stage.again(at))
    await this.#stage.judge()
  }
}
