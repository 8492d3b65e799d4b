/**
 * Tells in time that something in use is about to end: once for each threshold, again after a restart, and when it is mended. The clock may be set at any
 * time, forth and back: it is read anew at each look, and what it says then counts.
 */
import type { Logger } from '../logger.ts'
import { dateOf } from './certificate-facts.ts'
import type { InUse } from './in-use.ts'

/** Whose it is. */
export interface OwnedInUse extends InUse {
  readonly owner: { readonly kind: 'bridge' | 'listener', readonly name: string }
}

/** As it stands now. */
export interface InUseStanding extends OwnedInUse {
  /** Whole days until the end, negative once it is over. */
  readonly daysLeft: number
  /** The least threshold it is within; 0: it is over; null: it has time. */
  readonly withinMs: number | null
}

export interface ExpiryEvent {
  /** `mended`: what was told of is not in use any more, or has time again. */
  readonly kind: 'expiring' | 'expired' | 'mended'
  readonly item: InUseStanding
}

export interface ExpiryMonitorOptions {
  /** Asked at each look. */
  readonly items: () => readonly OwnedInUse[]
  /** Milliseconds before the end at which it is told, in any order. */
  readonly warnMs: readonly number[]
  readonly logger: Logger
  /** @default a minute: a clock that was set is noticed by then */
  readonly everyMs?: number
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number
}

const DAY = 86_400_000
const answerHint = 'It proves that the certificate was not revoked, and is asked for again before its end; look at the remote\'s stapling, or at the way to its responder.'

export class ExpiryMonitor {
  readonly #options: Required<ExpiryMonitorOptions>
  readonly #listeners = new Set<(event: ExpiryEvent) => void>()
  /** What was told and is not mended, by what it is. */
  readonly #told = new Map<string, InUseStanding>()
  #timer: NodeJS.Timeout | null = null

  constructor (options: ExpiryMonitorOptions) {
    this.#options = { everyMs: 60_000, now: Date.now, ...options }
  }

  /** All that is in use, what ends first at the front. */
  get items (): readonly InUseStanding[] {
    const now = this.#options.now()
    return this.#options.items().map(item => this.#standing(item, now)).sort((a, b) => a.notAfter - b.notAfter)
  }

  /** Calls at each event, and at once for all that was told and is not mended; the answer ends that. */
  onExpiry (call: (event: ExpiryEvent) => void): () => void {
    this.#listeners.add(call)
    for (const item of this.#told.values()) call(eventOf(item))
    return () => { this.#listeners.delete(call) }
  }

  start (): void {
    this.#timer = setInterval(() => this.check(), this.#options.everyMs)
    this.#timer.unref()
    this.check()
  }

  /** Looks now: something has been replaced. */
  check (): void {
    const present = new Map(this.items.map(item => [identityOf(item), item]))
    for (const [identity, told] of this.#told) {
      const item = present.get(identity)
      if (item === undefined) this.#mended(identity, told)
      else if (item.withinMs === null) this.#mended(identity, item)
    }
    for (const [identity, item] of present) this.#judge(identity, item)
  }

  stop (): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  #judge (identity: string, item: InUseStanding): void {
    if (item.withinMs === null) return
    const before = this.#told.get(identity)?.withinMs
    this.#told.set(identity, item)
    // later than the last time it was told, or the clock was set back in between
    if (before != null && before <= item.withinMs) return
    const isOver = item.withinMs === 0
    const { kind, subject, owner, file, daysLeft } = item
    // one of many CAs may be over without harm
    this.#options.logger[isOver && kind !== 'CA' ? 'error' : 'warn'](
      { ...fieldsOf(item), daysLeft, hint: kind === 'OCSP answer' ? answerHint : file === null ? 'Whoever runs the remote has to renew it.' : `Put the renewed one into ${file}; nothing has to be restarted.` },
      `${kind} ${subject} of ${owner.kind} ${owner.name} ${isOver ? 'has expired' : 'expires soon'}`)
    this.#tell(eventOf(item))
  }

  #mended (identity: string, item: InUseStanding): void {
    this.#told.delete(identity)
    this.#options.logger.info(fieldsOf(item), `${item.kind} ${item.subject} of ${item.owner.kind} ${item.owner.name} is no longer about to expire`)
    this.#tell({ kind: 'mended', item })
  }

  #tell (event: ExpiryEvent): void {
    for (const call of this.#listeners) call(event)
  }

  #standing (item: OwnedInUse, now: number): InUseStanding {
    const left = item.notAfter - now
    const reached = this.#options.warnMs.filter(threshold => left <= threshold && threshold <= longestWarning(item))
    return { ...item, daysLeft: Math.floor(left / DAY), withinMs: left < 0 ? 0 : reached.length === 0 ? null : Math.min(...reached) }
  }
}

/** A list that lives for a week is not about to expire for all of it: of what is renewed all the time only the last quarter is told. */
function longestWarning ({ kind, notBefore, notAfter }: InUse): number {
  return kind === 'revocation list' || kind === 'OCSP answer' ? (notAfter - notBefore) / 4 : Infinity
}

function eventOf (item: InUseStanding): ExpiryEvent {
  return { kind: item.withinMs === 0 ? 'expired' : 'expiring', item }
}

function identityOf ({ owner, kind, fingerprint, file }: OwnedInUse): string {
  return JSON.stringify([owner.kind, owner.name, kind, fingerprint, file])
}

function fieldsOf ({ owner, file, fingerprint, notAfter }: InUseStanding): object {
  return { [owner.kind]: owner.name, ...(file === null ? {} : { file }), fingerprint, notAfter: dateOf(new Date(notAfter).toUTCString()) }
}
