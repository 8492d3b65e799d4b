/** What befalls a target in the middle of a window, and what must hold afterwards. */
import type { Extra } from './figures.ts'
import type { Rig } from './rig.ts'
import { Rotation } from './rotation.ts'

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
