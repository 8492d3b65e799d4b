/**
 * `transparent`: what devices subscribe to here is asked of the remote too, under the same name. What another filter covers is left out, since the remote
 * would send its messages twice; and however many devices come at once, the remote is asked once in a while.
 */
import type { SubscriptionRule } from '../../config/model.ts'
import type { Logger } from '../../logger.ts'
import { covers, isWild } from '../../mqtt/topic-filter.ts'
import type { DeviceFilters } from '../../relay/device-filters.ts'
import type { Clock } from '../clock.ts'

/** Filters beyond are not asked for. */
const MOST = 1000
/** From a change until the remote hears of it; those in between go with it. */
const GATHER_MS = 50

export interface DeviceSubscriptionsOptions {
  readonly filters: DeviceFilters
  readonly clock: Clock
  readonly logger: Logger
  /** The rules are others now. */
  readonly changed: () => void
}

export class DeviceSubscriptions {
  readonly #options: DeviceSubscriptionsOptions
  readonly #stopListening: () => void
  #cancel: (() => void) | null = null
  #said = false

  constructor (options: DeviceSubscriptionsOptions) {
    this.#options = options
    this.#stopListening = options.filters.onChange(() => this.#soon())
  }

  /** One for each filter of devices that neither `rules` nor another filter covers. */
  beside (rules: readonly SubscriptionRule[]): readonly SubscriptionRule[] {
    const wanted = this.#list()
    const wide = [...rules.map(({ remoteTopic }) => remoteTopic), ...wanted].filter(isWild)
    const named = new Set(rules.map(({ remoteTopic }) => remoteTopic))
    return wanted.filter(filter => !named.has(filter) && !wide.some(other => other !== filter && covers(other, filter))).map(ruleFor)
  }

  #list (): readonly string[] {
    const wanted: string[] = []
    for (const filter of this.#options.filters.list()) {
      if (wanted.length === MOST) {
        this.#tooMany()
        break
      }
      wanted.push(filter)
    }
    return wanted
  }

  #tooMany (): void {
    if (!this.#said) this.#options.logger.warn({ filters: MOST, hint: 'List wide filters in `subscription` in place of transparent = true.' }, 'devices subscribe to more filters than are passed on to the remote; the others get nothing from it')
    this.#said = true
  }

  #soon (): void {
    this.#cancel ??= this.#options.clock.after(GATHER_MS, () => {
      this.#cancel = null
      this.#options.changed()
    })
  }

  stop (): void {
    this.#stopListening()
    this.#cancel?.()
  }
}

/** With the highest QoS: the local broker gives each device what it has asked for. */
function ruleFor (filter: string): SubscriptionRule {
  return {
    remoteTopic: filter, localTopic: '', exclude: [], qos: null, retain: null, prefix: '', suffix: '', place: 'transparent', subscribeQos: 2, noLocal: true, retainAsPublished: true, retainHandling: 0
  }
}
