/** Reads the file again and brings it into force: one at a time, the latest wins, and whatever is wrong leaves everything as it was. */
import { ConfigError, ConfigInvalidError, configCodes } from '../config/errors.ts'
import { showPlace } from '../config/notice.ts'
import { ConfigSyntaxError } from '../config/hocon/read.ts'
import { CausewayError, reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Unmoved } from './apply.ts'
import { type BridgeEdit, requestPlace, revised } from './bridge-edit.ts'
import type { Changes, Stated } from './changes.ts'
import { ReloadError, reloadCodes } from './errors.ts'
import type { ReloadOutcome, ReloadProblem } from './outcome.ts'
import { planReload } from './plan.ts'

export interface ReloadsOptions {
  /** What is in force. */
  readonly inForce: Stated
  /** Reads the file anew. @throws ConfigError */
  readonly read: () => Stated
  /**
   * @param trialFirst see {@link ReloadTarget}
   * @throws CausewayError; everything is as it was then
   */
  readonly apply: (changes: Changes, trialFirst: boolean) => Promise<readonly Unmoved[]>
  readonly logger: Logger
}

/** Changes that wait for their turn. */
const MOST_WAITING = 64

export class Reloads {
  /** Reloads of the file, by what came of them. */
  readonly counts: Record<ReloadOutcome['kind'], number> = { unchanged: 0, applied: 0, refused: 0, invalid: 0 }
  readonly #options: ReloadsOptions
  #inForce: Stated
  /** Settles when what runs and what waits is done. */
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0
  /** Asked for while something runs: it reads what the file says when that is done. */
  #next: Promise<ReloadOutcome> | null = null
  #stopped = false
  #last: { readonly at: number, readonly outcome: ReloadOutcome } | null = null
  #edited: ReadonlySet<string> = new Set()

  constructor (options: ReloadsOptions) {
    this.#options = options
    this.#inForce = options.inForce
  }

  get inForce (): Stated { return this.#inForce }

  /** Bridges that are not as the file had them when it was read. */
  get edited (): ReadonlySet<string> { return this.#edited }

  /** When the file was last tried, in milliseconds since 1970, and what came of it; null: not yet. */
  get last (): { readonly at: number, readonly outcome: ReloadOutcome } | null { return this.#last }

  /** Never rejects. Settles when it is in force, or has been refused. */
  async reload (): Promise<ReloadOutcome> {
    this.#next ??= this.#inTurn(async () => {
      this.#next = null
      return this.#reload()
    })
    return this.#next
  }

  /**
   * Changes one bridge of what is in force, until the file is read again. A bridge that is up keeps the connection it has unless another
   * one could be made with the new settings.
   * @throws ReloadError; nothing was changed
   */
  async change (edit: BridgeEdit): Promise<ReloadOutcome> {
    if (this.#waiting >= MOST_WAITING) throw new ReloadError(reloadCodes.unable, `${MOST_WAITING} changes wait for their turn already`, { hint: 'Try it again in a moment' })
    return this.#inTurn(async () => this.#change(edit))
  }

  /** Begins none any more; settles when none is under way. */
  async stop (): Promise<void> {
    this.#stopped = true
    await this.#turn
  }

  async #inTurn<T> (run: () => Promise<T>): Promise<T> {
    this.#waiting++
    const done = this.#turn.then(run)
    this.#turn = done.catch(() => {}).then(() => { this.#waiting-- })
    return done
  }

  async #reload (): Promise<ReloadOutcome> {
    if (this.#stopped) return { kind: 'unchanged' }
    const outcome = await this.#try(this.#options.read)
    if (outcome.kind === 'unchanged' || outcome.kind === 'applied') this.#edited = new Set()
    this.#last = { at: Date.now(), outcome }
    this.counts[outcome.kind]++
    this.#say(outcome)
    return outcome
  }

  async #change (edit: BridgeEdit): Promise<ReloadOutcome> {
    const { revise } = this.#inForce
    if (this.#stopped) throw new ReloadError(reloadCodes.unable, 'the edge is stopping')
    if (revise === undefined) throw new ReloadError(reloadCodes.unable, 'this edge was not started on a configuration file', { hint: 'Give startEdge what loadConfig has returned' })
    const outcome = await this.#try(() => revised(revise, edit), true)
    if (outcome.kind === 'applied') {
      this.#edited = new Set([...this.#edited, edit.name])
      this.#options.logger.info({ changes: outcome.changes, hint: 'It holds until the configuration is read again: write it into the file to keep it' }, 'a bridge is changed by request')
    }
    return outcome
  }

  /** @param firm a connection that can not be made with the new settings takes everything back */
  async #try (read: () => Stated, firm = false): Promise<ReloadOutcome> {
    const before = this.#inForce
    try {
      const after = read()
      const plan = planReload(before, after)
      if (plan.kind === 'unchanged') this.#inForce = after
      if (plan.kind !== 'changes') return plan
      const unmoved = await this.#options.apply(plan.changes, firm)
      this.#inForce = after
      if (firm) await this.#putBack(before, unmoved)
      return { kind: 'applied', changes: plan.told }
    } catch (thrown) {
      if (firm && thrown instanceof ReloadError) throw thrown
      return { kind: 'invalid', problems: problemsOf(thrown) }
    }
  }

  /** @throws ReloadError when a bridge that is up could not be moved */
  async #putBack (before: Stated, [unmoved]: readonly Unmoved[]): Promise<void> {
    if (unmoved === undefined) return
    const plan = planReload(this.#inForce, before)
    if (plan.kind === 'changes') await this.#options.apply(plan.changes, false)
    this.#inForce = before
    throw new ReloadError(reloadCodes.untaken, `the bridge ${unmoved.name} is up, and could not be connected with the new settings: ${unmoved.reason}`, { hint: 'It serves on with the settings it had' })
  }

  #say (outcome: ReloadOutcome): void {
    const { logger } = this.#options
    if (outcome.kind === 'unchanged') logger.info({}, 'configuration is as it was')
    else if (outcome.kind === 'applied') logger.info({ changes: outcome.changes }, 'configuration is reloaded')
    else if (outcome.kind === 'refused') logger.error({ keys: outcome.keys, hint: 'Restart for it, or take these keys back and reload' }, 'configuration can not be reloaded: some keys need a restart; nothing was changed')
    else logger.error({ problems: outcome.problems }, 'configuration can not be reloaded: it is not valid; nothing was changed')
  }
}

function problemsOf (thrown: unknown): readonly ReloadProblem[] {
  if (thrown instanceof ConfigInvalidError) return thrown.report.problems.map(({ path, place, message, hint }) => ({ path, place: place === requestPlace ? null : place, message, hint, code: configCodes.invalid }))
  if (thrown instanceof ConfigSyntaxError) {
    const { place, message, hint, code } = thrown
    return [{ path: '', place, message: message.slice(`${showPlace(place)}: `.length), hint, code }]
  }
  if (thrown instanceof ConfigError || thrown instanceof CausewayError) return [{ path: '', place: null, message: thrown.message, hint: thrown.hint, code: thrown.code }]
  return [{ path: '', place: null, message: reasonOf(thrown), hint: '', code: '' }]
}
