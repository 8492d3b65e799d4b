/** What befalls a target in the middle of a window, and what must hold afterwards. */
import { writeFile, rename } from 'node:fs/promises'
import { withDeadline } from '../../deadline.ts'
import type { Extra } from './figures.ts'
import type { Rig } from './rig.ts'

export interface Incident {
  during (): Promise<void>
  /** Reasons to fail the run; called when everything has arrived. */
  after (): Promise<readonly string[]>
  extra (): Extra
}

export function incidentOf (rig: Rig): Incident {
  switch (rig.plan.case.incident) {
    case 'none': return uneventful
    case 'rotate': return new Rotation(rig)
    case 'storm': return new Storm(rig)
  }
}

const uneventful: Incident = {
  during: async () => Promise.resolve(),
  after: async () => Promise.resolve([]),
  extra: () => ({})
}

/** How long a target may take to come back to a remote with the new certificate. */
const RETURN_MS = 10_000

/**
 * The way an operator rotates: the bundle gets the new authority, then the remote shows the new certificate, then the old authority
 * leaves the bundle. At the end the link is cut, and the target has to come back on the new one.
 */
class Rotation implements Incident {
  readonly #rig: Rig

  constructor (rig: Rig) {
    this.#rig = rig
  }

  async during (): Promise<void> {
    const { plan, receiver, launch, target } = this.#rig
    const { first, second } = plan.credentials
    const step = plan.durationMs / 5
    await this.#rig.sleep(step)
    await this.#bundle(first.root + second.root)
    await this.#rig.sleep(step)
    await receiver.ask('present', second.server)
    await this.#rig.sleep(step)
    await this.#bundle(second.root)
    if (launch.rotation === 'restart' && target !== null) await this.#rig.guard(target.restart(plan.signal))
  }

  async after (): Promise<readonly string[]> {
    const { plan, receiver } = this.#rig
    plan.phase('cutting the link')
    await receiver.ask('cut', null)
    try {
      await withDeadline(plan.signal, RETURN_MS, async deadline => this.#rig.guard(this.#rig.bridged(deadline)))
      return []
    } catch {
      return [`did not come back within ${RETURN_MS / 1000} s once the remote showed a certificate of the new authority`]
    } finally {
      await this.#bundle(plan.credentials.first.root)
    }
  }

  extra (): Extra {
    return {}
  }

  /** In one step, as a careful operator does. */
  async #bundle (content: string): Promise<void> {
    const { caFile } = this.#rig.plan.credentials
    await writeFile(`${caFile}.new`, content)
    await rename(`${caFile}.new`, caFile)
  }
}

/** All devices lose their connection at once, and come back at once. */
class Storm implements Incident {
  readonly #rig: Rig
  #took = 0

  constructor (rig: Rig) {
    this.#rig = rig
  }

  async during (): Promise<void> {
    await this.#rig.sleep(this.#rig.plan.durationMs / 3)
    this.#took = await this.#rig.guard(this.#rig.generator.ask('storm', null))
  }

  async after (): Promise<readonly string[]> {
    return Promise.resolve([])
  }

  extra (): Extra {
    return { recovery: this.#took * 1000 }
  }
}
