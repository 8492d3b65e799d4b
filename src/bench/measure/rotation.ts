/**
 * The way an operator rotates: the bundle gets the new authority, then the remote shows the new certificate, then the old authority
 * leaves the bundle. There and back again for as long as the window lasts; at the end the link is cut, and the target has to come back.
 */
import { rename, writeFile } from 'node:fs/promises'
import { withDeadline } from '../../deadline.ts'
import { spreadOf } from '../report/statistics.ts'
import type { Authority } from '../rig/credentials.ts'
import type { Extra } from './figures.ts'
import type { Rig } from './rig.ts'

/** From a change to the next; longer than a target takes to notice one. */
const STEP_MS = 1000
/** So many steps are a rotation. */
const STEPS = 3
/** How long a target may take to come back to a remote with the new certificate. */
const RETURN_MS = 10_000

export class Rotation {
  readonly #rig: Rig
  /** The longest of each rotation, in microseconds. */
  readonly #pauses: number[] = []

  constructor (rig: Rig) {
    this.#rig = rig
  }

  async during (): Promise<void> {
    const { durationMs, credentials: { first, second } } = this.#rig.plan
    // before the first change and after the last one the link is as it always is
    const stepMs = Math.min(STEP_MS, durationMs / (STEPS + 2))
    const rotations = Math.floor((durationMs / stepMs - 1) / STEPS)
    await this.#rig.sleep(stepMs)
    for (let done = 0; done < rotations; done++) await this.#rotate(done % 2 === 0 ? [first, second] : [second, first], stepMs)
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

  /** The pause of the median rotation: any of them may meet a moment in which the machine stands still. */
  extra (): Extra {
    const pause = spreadOf(this.#pauses)
    return pause === null ? {} : { rotationPause: pause.median }
  }

  async #rotate ([from, to]: readonly [Authority, Authority], stepMs: number): Promise<void> {
    const { receiver, launch, target, plan, sink } = this.#rig
    await sink.ask('pause', null)
    await this.#bundle(from.root + to.root)
    await this.#rig.sleep(stepMs)
    await receiver.ask('present', to.server)
    await this.#rig.sleep(stepMs)
    await this.#bundle(to.root)
    const over = this.#rig.sleep(stepMs)
    if (launch.rotation === 'restart' && target !== null) await this.#rig.guard(target.restart(plan.signal))
    await over
    this.#pauses.push(await sink.ask('pause', null))
  }

  /** In one step, as a careful operator does. */
  async #bundle (content: string): Promise<void> {
    const { caFile } = this.#rig.plan.credentials
    await writeFile(`${caFile}.new`, content)
    await rename(`${caFile}.new`, caFile)
  }
}
