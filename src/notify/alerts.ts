/** Looks each second which alerts hold, says in the log when one begins and ends, and tells a receiver of both, and again while it lasts. */
import { hostname } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import type { AlertsConfig } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import { type Alert, type AlertSource, Conditions } from './conditions.ts'
import { Delivery, type DeliveryCounters } from './delivery.ts'
import { Endpoint } from './endpoint.ts'

/** An alert that holds. */
export interface FiringAlert extends Alert {
  /** Milliseconds since 1970. */
  readonly since: number
}

export interface AlertsOptions {
  readonly source: AlertSource
  readonly config: AlertsConfig
  readonly version: string
  readonly logger: Logger
  /** @default 1000 */
  readonly lookMs?: number
  /** See {@link Conditions}. */
  readonly stableMs?: number
}

const LOOK_MS = 1000
/** A certificate has a few, and everything has a name in the configuration: so this is out of reach but for a file that means harm. */
const MOST_FIRING = 10_000
const MOST_WAITING = 10_000
const MOST_BYTES = 16 * 1024 ** 2
const MOST_AT_ONCE = 100
const RETRY_FOR_MS = 24 * 3_600_000

export class Alerts {
  readonly #options: AlertsOptions
  readonly #conditions: Conditions
  #config: AlertsConfig
  readonly #firing = new Map<string, FiringAlert & { readonly toldAt: number }>()
  #delivery: Delivery | null
  readonly #timer: NodeJS.Timeout

  constructor (options: AlertsOptions) {
    const { source, config, lookMs = LOOK_MS } = options
    this.#options = options
    this.#config = config
    this.#conditions = new Conditions(source, config, options.stableMs)
    this.#delivery = this.#deliveryTo(config.endpoint)
    this.#timer = setInterval(() => this.#look(), lookMs).unref()
  }

  /** Null without a receiver. */
  get delivery (): Delivery | null { return this.#delivery }

  /**
   * Other settings from the next look on; alerts that hold go on holding. A receiver that is new, or is reached otherwise, is told of those at once.
   * @returns the delivery whose place another has taken, to be closed; null: it stays
   */
  replace (config: AlertsConfig): Delivery | null {
    const before = this.#config
    this.#config = config
    this.#conditions.use(config)
    if (isDeepStrictEqual(before.endpoint, config.endpoint)) return null
    const left = this.#delivery
    this.#delivery = this.#deliveryTo(config.endpoint, left?.counters)
    const now = Date.now()
    for (const alert of this.#firing.values()) this.#tell('firing', alert, now)
    return left
  }

  /** Those that hold now, in the order in which they began. */
  get firing (): readonly FiringAlert[] {
    return [...this.#firing.values()].map(({ toldAt: _toldAt, thresholdMs: _thresholdMs, ...alert }) => alert)
  }

  async close (timeoutMs: number): Promise<void> {
    clearInterval(this.#timer)
    await this.#delivery?.close(timeoutMs)
  }

  #deliveryTo (endpoint: AlertsConfig['endpoint'], counters?: DeliveryCounters): Delivery | null {
    const { logger, version } = this.#options
    if (endpoint === null) return null
    return new Delivery({
      endpoint: new Endpoint(endpoint, logger.child({ receiver: 'alerts' })),
      name: 'alerts',
      batch: { most: MOST_AT_ONCE, body: alerts => `{"site":${JSON.stringify(this.#config.site ?? hostname())},"version":${JSON.stringify(version)},"alerts":[${alerts.join(',')}]}` },
      // one after the other: what was resolved is not to be told of before what began
      parallel: 1,
      maxNotices: MOST_WAITING,
      maxBytes: MOST_BYTES,
      retryForMs: RETRY_FOR_MS,
      logger,
      ...(counters === undefined ? {} : { counters })
    })
  }

  #look (): void {
    const now = Date.now()
    const holding = new Map(this.#conditions.look(now).slice(0, MOST_FIRING).map(alert => [alert.id, alert]))
    for (const alert of holding.values()) this.#holds(alert, now)
    for (const [id, alert] of this.#firing) if (!holding.has(id)) this.#ends(alert, now)
  }

  #holds (alert: Alert, now: number): void {
    const before = this.#firing.get(alert.id)
    const isDue = before === undefined || isWorse(alert, before) || now - before.toldAt >= (this.#config.repeatMs ?? Infinity)
    const firing = { ...alert, since: before?.since ?? now, toldAt: isDue ? now : before.toldAt }
    this.#firing.set(alert.id, firing)
    if (before === undefined) this.#options.logger.warn({ alert: alert.id, severity: alert.severity, ...(alert.code === '' ? {} : { code: alert.code }), hint: alert.hint }, `alert: ${alert.message}`)
    if (isDue) this.#tell('firing', firing, now)
  }

  #ends (alert: FiringAlert, now: number): void {
    this.#firing.delete(alert.id)
    this.#options.logger.info({ alert: alert.id, lastedMs: now - alert.since }, `alert is over: ${alert.id}`)
    this.#tell('resolved', alert, now)
  }

  #tell (status: 'firing' | 'resolved', { id, kind, severity, subject, message, code, hint, since }: FiringAlert, at: number): void {
    const json = JSON.stringify({ id, status, kind, severity, subject, since, at, message, code, hint })
    this.#delivery?.offer({ bytes: Buffer.byteLength(json), json: () => json })
  }
}

/** It is to be told of again, although it is the same alert. */
function isWorse (now: Alert, before: Alert): boolean {
  return now.severity !== before.severity || (now.thresholdMs ?? 0) < (before.thresholdMs ?? 0)
}
