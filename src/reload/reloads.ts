/** Reads the file again and brings it into force: one at a time, the latest wins, and whatever is wrong leaves everything as it was. */
import { ConfigError, ConfigInvalidError, configCodes } from '../config/errors.ts'
import { showPlace } from '../config/notice.ts'
import { ConfigSyntaxError } from '../config/hocon/read.ts'
import { CausewayError, reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Changes, Stated } from './changes.ts'
import type { ReloadOutcome, ReloadProblem } from './outcome.ts'
import { planReload } from './plan.ts'

export interface ReloadsOptions {
  /** What is in force. */
  readonly inForce: Stated
  /** Reads the file anew. @throws ConfigError */
  readonly read: () => Stated
  /** @throws CausewayError; everything is as it was then */
  readonly apply: (changes: Changes) => Promise<void>
  readonly logger: Logger
}

export class Reloads {
  readonly #options: ReloadsOptions
  #inForce: Stated
  #running: Promise<ReloadOutcome> | null = null
  /** Asked for while one runs: it reads what the file says when that is done. */
  #next: Promise<ReloadOutcome> | null = null
  #stopped = false
  #last: { readonly at: number, readonly outcome: ReloadOutcome } | null = null

  constructor (options: ReloadsOptions) {
    this.#options = options
    this.#inForce = options.inForce
  }

  get inForce (): Stated { return this.#inForce }

  /** When it was last tried, in milliseconds since 1970, and what came of it; null: not yet. */
  get last (): { readonly at: number, readonly outcome: ReloadOutcome } | null { return this.#last }

  /** Never rejects. Settles when it is in force, or has been refused. */
  async reload (): Promise<ReloadOutcome> {
    if (this.#next !== null) return this.#next
    if (this.#running === null) return this.#begin()
    this.#next = this.#running.then(async () => {
      this.#next = null
      return this.#begin()
    })
    return this.#next
  }

  /** Begins none any more; settles when none is under way. */
  async stop (): Promise<void> {
    this.#stopped = true
    while (this.#running !== null) await (this.#next ?? this.#running)
  }

  async #begin (): Promise<ReloadOutcome> {
    this.#running = this.#run()
    return this.#running
  }

  async #run (): Promise<ReloadOutcome> {
    const outcome = await this.#try()
    this.#last = { at: Date.now(), outcome }
    this.#say(outcome)
    this.#running = null
    return outcome
  }

  async #try (): Promise<ReloadOutcome> {
    if (this.#stopped) return { kind: 'unchanged' }
    try {
      const read = this.#options.read()
      const plan = planReload(this.#inForce, read)
      if (plan.kind === 'unchanged') this.#inForce = read
      if (plan.kind !== 'changes') return plan
      await this.#options.apply(plan.changes)
      this.#inForce = read
      return { kind: 'applied', changes: plan.told }
    } catch (thrown) {
      return { kind: 'invalid', problems: problemsOf(thrown) }
    }
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
  if (thrown instanceof ConfigInvalidError) return thrown.report.problems.map(({ path, place, message, hint }) => ({ path, place, message, hint, code: configCodes.invalid }))
  if (thrown instanceof ConfigSyntaxError) {
    const { place, message, hint, code } = thrown
    return [{ path: '', place, message: message.slice(`${showPlace(place)}: `.length), hint, code }]
  }
  if (thrown instanceof ConfigError || thrown instanceof CausewayError) return [{ path: '', place: null, message: thrown.message, hint: thrown.hint, code: thrown.code }]
  return [{ path: '', place: null, message: reasonOf(thrown), hint: '', code: '' }]
}
