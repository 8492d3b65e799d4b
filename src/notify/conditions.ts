/** Which alerts hold at this moment, found by looking at what an edge shows of itself. Each look is complete in itself; only what has to be remembered from the look before is. */
import type { Bridge } from '../bridge/bridge.ts'
import type { AlertsConfig } from '../config/model.ts'
import type { Edge } from '../edge.ts'
import type { CausewayError } from '../errors.ts'
import type { BridgeCounters } from '../metrics/bridge-counters.ts'

export type AlertKind =
  /** A bridge has not been up for longer than `bridge_down`. */
  | 'bridge_down'
  /** What waits for a remote fills its queue, in memory or on disk, to more than `queue_full` percent. */
  | 'queue_full'
  | 'certificate_expiring'
  | 'certificate_expired'
  /** New certificate files are valid, and a trial connection has refused them: those of before serve. */
  | 'candidate_refused'
  /** Certificate files can not be used. */
  | 'files_invalid'
  | 'reload_refused'
  /** Messages that no receiver will get. */
  | 'messages_lost'

export interface Alert {
  /** The same for as long as it is the same alert: `bridge_down:bridge:north`. */
  readonly id: string
  readonly kind: AlertKind
  readonly severity: 'warning' | 'critical'
  /** Whose it is. */
  readonly subject: { readonly kind: 'bridge' | 'listener' | 'edge', readonly name: string }
  /** In one sentence. */
  readonly message: string
  /** The code of the error behind it; empty without one. */
  readonly code: string
  /** What to do. */
  readonly hint: string
  /** The threshold that was reached, where there are several: the alert is told again at each that is nearer. */
  readonly thresholdMs?: number
}

export type AlertSource = Pick<Edge, 'bridges' | 'trust' | 'certificates' | 'lastReload'>

/** A link that has been up for so long has recovered; a shorter one may be flapping. */
const STABLE_MS = 10_000
/** After the last message that was lost. */
const LOST_HOLDS_MS = 600_000
/** A queue has recovered so many percent below where it was told of. */
const HYSTERESIS = 10

/** What a bridge counts that is lost in spite of a link that works. */
const losses = {
  refusedByRemote: 'refused by the remote',
  droppedTooLarge: 'larger than the remote takes',
  setAside: 'on which the remote ended the link again and again',
  acknowledgedDropped: 'given up, by age or in a full queue, after they were acknowledged'
} as const satisfies Partial<Record<keyof BridgeCounters, string>>

interface Memory {
  downSince: number | null
  /** Of the last attempt that failed. */
  reason: CausewayError | null
  isFull: boolean
  readonly counted: Map<string, number>
  lostAt: number
  lost: readonly string[]
}

export class Conditions {
  readonly #source: AlertSource
  #config: AlertsConfig
  readonly #stableMs: number
  /** A bridge that was taken away takes its memory with it. */
  readonly #memories = new WeakMap<Bridge, Memory>()

  constructor (source: AlertSource, config: AlertsConfig, stableMs = STABLE_MS) {
    this.#source = source
    this.#config = config
    this.#stableMs = stableMs
  }

  /** From the next look on; what is remembered of bridges stays. */
  use (config: AlertsConfig): void { this.#config = config }

  /** @param now milliseconds since 1970 */
  look (now: number): readonly Alert[] {
    return [
      ...this.#source.bridges.flatMap(bridge => this.#ofBridge(bridge, now)),
      ...this.#ofCertificates(),
      ...this.#ofFiles(),
      ...this.#ofReload()
    ]
  }

  #ofBridge (bridge: Bridge, now: number): readonly Alert[] {
    const memory = this.#memories.get(bridge) ?? { downSince: null, reason: null, isFull: false, counted: new Map<string, number>(), lostAt: 0, lost: [] }
    this.#memories.set(bridge, memory)
    return [...this.#down(bridge, memory, now), ...this.#full(bridge, memory), ...this.#lost(bridge, memory, now)]
  }

  #down ({ name, state }: Bridge, memory: Memory, now: number): readonly Alert[] {
    if (state.name === 'waiting') memory.reason = state.reason
    const downSince = memory.downSince = this.#downSince(state, memory.downSince, now)
    if (downSince === null) memory.reason = null
    if (downSince === null || now - downSince < this.#config.bridgeDownMs) return []
    const { reason } = memory
    return [alert('bridge_down', 'bridge', name, {
      severity: 'critical',
      message: `bridge ${name} has not been up, or not for long, since ${new Date(downSince).toISOString()}${reason === null ? '' : `: ${reason.message}`}`,
      code: reason?.code ?? '',
      hint: reason?.hint ?? 'causeway tail shows what becomes of each attempt'
    })]
  }

  /** It is not down when nobody wants it up, nor when it has been up for a while. */
  #downSince (state: Bridge['state'], before: number | null, now: number): number | null {
    if (state.name === 'disabled' || state.name === 'stopped' || state.name === 'draining') return null
    if (state.name !== 'up') return before ?? now
    return now - state.since >= this.#stableMs ? null : before
  }

  #full ({ name, figures: { queues } }: Bridge, memory: Memory): readonly Alert[] {
    const [fullest] = [...queues].sort((a, b) => b.fill - a.fill)
    if (fullest === undefined) return []
    const { fill, queued, priority, isOnDisk } = fullest
    const percent = Math.floor(fill * 100)
    memory.isFull = percent >= this.#config.queuePercent - (memory.isFull ? HYSTERESIS : 0)
    if (!memory.isFull) return []
    return [alert('queue_full', 'bridge', name, {
      severity: percent >= 100 ? 'critical' : 'warning',
      message: `the queue${queues.some(queue => queue.priority !== priority) ? ` of ${priority} priority` : ''} of bridge ${name}${isOnDisk ? ' on disk' : ''} is ${percent} % full: ${queued} messages wait for the remote`,
      hint: `The link is down or slower than what is published${isOnDisk ? ', or the file system of spool.dir has less free than min_free' : ''}; when the queue is full, devices are held back or messages dropped, as its configuration says`
    })]
  }

  #lost ({ name, counters }: Bridge, memory: Memory, now: number): readonly Alert[] {
    const lost = (Object.keys(losses) as (keyof typeof losses)[]).flatMap(counter => {
      const more = counters[counter] - (memory.counted.get(counter) ?? 0)
      memory.counted.set(counter, counters[counter])
      return more > 0 ? [`${more} ${losses[counter]}`] : []
    })
    if (lost.length > 0) Object.assign(memory, { lost, lostAt: now })
    if (memory.lost.length > 0 && now - memory.lostAt >= LOST_HOLDS_MS) memory.lost = []
    if (memory.lost.length === 0) return []
    return [alert('messages_lost', 'bridge', name, {
      severity: 'critical',
      message: `bridge ${name} has lost messages: ${memory.lost.join(', ')}`,
      hint: 'The log has the topic and the remote\'s reason; the limits of the remote and of the queue are the usual causes'
    })]
  }

  #ofCertificates (): readonly Alert[] {
    const all = this.#source.certificates
    return all.flatMap(({ owner, kind, subject, fingerprint, notAfter, withinMs, daysLeft, file }) => {
      if (withinMs === null) return []
      // a bundle of CAs always has one that is over, and the others vouch on
      const isSpare = kind === 'CA' && all.some(other => other.kind === 'CA' && other.owner.kind === owner.kind && other.owner.name === owner.name && other.withinMs !== 0)
      const isOver = withinMs === 0
      const when = new Date(notAfter).toISOString()
      const found = alert(isOver ? 'certificate_expired' : 'certificate_expiring', owner.kind, owner.name, {
        severity: isOver && !isSpare ? 'critical' : 'warning',
        message: `${kind} ${subject} of ${owner.kind} ${owner.name} ${isOver ? `has expired at ${when}` : `expires in ${daysLeft} days, at ${when}`}`,
        hint: file === null ? 'It is the remote\'s: its operator has to renew it' : `Replace ${file}; it is taken into use without a restart`
      })
      return [{ ...found, thresholdMs: withinMs, id: `${found.id}:${fingerprint.replaceAll(':', '').slice(0, 16).toLowerCase()}` }]
    })
  }

  #ofFiles (): readonly Alert[] {
    return this.#source.trust.flatMap(({ kind, name, status: { stage, generation } }) => {
      if (stage.name === 'staged') {
        return [alert('candidate_refused', kind, name, {
          severity: 'warning',
          message: `new certificate files of ${kind} ${name} wait: ${stage.reason.message}`,
          code: stage.reason.code,
          hint: `${stage.reason.hint} causeway trust commit ${kind} ${name} --force uses them all the same, abort gives them up`.trim()
        })]
      }
      if (stage.name !== 'invalid') return []
      return [alert('files_invalid', kind, name, {
        severity: generation === 0 ? 'critical' : 'warning',
        message: `certificate files of ${kind} ${name} can not be used: ${stage.reason.message}`,
        code: stage.reason.code,
        hint: stage.reason.hint
      })]
    })
  }

  #ofReload (): readonly Alert[] {
    const outcome = this.#source.lastReload?.outcome
    if (outcome?.kind !== 'refused' && outcome?.kind !== 'invalid') return []
    const first = outcome.kind === 'refused' ? `${outcome.keys.map(({ key }) => key).join(', ')} need a restart` : outcome.problems.map(({ path, message }) => path === '' ? message : `${path}: ${message}`).join('; ')
    return [alert('reload_refused', 'edge', 'configuration', {
      severity: 'warning',
      message: `the configuration was not reloaded: ${first}`,
      hint: 'What was in force before is in force; causeway check shows what is wrong with the file'
    })]
  }
}

type Words = Pick<Alert, 'severity' | 'message' | 'hint'> & Partial<Pick<Alert, 'code'>>

function alert (kind: AlertKind, owner: Alert['subject']['kind'], name: string, { severity, message, hint, code = '' }: Words): Alert {
  return { id: `${kind}:${owner}:${name}`, kind, severity, subject: { kind: owner, name }, message, code, hint }
}
