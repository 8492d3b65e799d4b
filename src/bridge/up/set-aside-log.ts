/** Says what the remote does not take of what is sent: a line for the first message of each reason, and at most one a minute for those after it. */
import type { Logger } from '../../logger.ts'
import { ENDS_LINK } from '../../relay/set-aside.ts'
import type { Clock } from '../clock.ts'

const INTERVAL_MS = 60_000
/** Of a topic, in characters. */
const MOST_SHOWN = 200

/** MQTT 5, tables 3-4 and 3-5, the refusals; packet too large, which the bridge finds out by itself [MQTT-3.2.2-15]; and what MQTT 3.1.1 has no code for. */
const words: Readonly<Record<number, readonly [reason: string, hint: string]>> = {
  0x80: ['refuses a message and does not say why', 'Look into the log of the remote.'],
  0x83: ['refuses a message for a reason of its own', 'Look into the log of the remote.'],
  0x87: ['does not authorize a message', 'Let this bridge publish to the topic at the remote, or do not forward it.'],
  0x90: ['does not take the topic of a message', 'Look up what topics the remote allows, their length and levels; `remote_topic` sends under another one.'],
  0x91: ['has the packet id of a message in use', 'This is a defect of one of the two: report it.'],
  0x95: ['takes no message as large as this one', 'Raise the largest packet that the remote takes, or let the device send less at once.'],
  0x99: ['finds that a payload is not what it is said to be', 'Look at what the device sends as payload format indicator.'],
  [ENDS_LINK]: ['ends the link on a message, also where that is sent alone', 'Look into the log of the remote: its largest packet, its rules for topics and payloads are the usual reasons. `set_aside_after` says how often it is tried.']
}

const unknown = ['refuses a message', 'Look into the log of the remote.'] as const

/** Why, in one line: with the code, where MQTT 5 has one. */
export function reasonWords (reasonCode: number): string {
  const [reason] = words[reasonCode] ?? unknown
  return reasonCode === ENDS_LINK ? `remote ${reason}` : `remote ${reason} (0x${reasonCode.toString(16).padStart(2, '0')})`
}

interface Said {
  at: number
  /** Messages since then. */
  more: number
}

export class SetAsideLog {
  readonly #logger: Logger
  readonly #clock: Clock
  /** By reason code. */
  readonly #said = new Map<number, Said>()

  constructor (logger: Logger, clock: Clock) {
    this.#logger = logger
    this.#clock = clock
  }

  note (topic: string, reasonCode: number): void {
    const now = this.#clock.now()
    const said = this.#said.get(reasonCode)
    if (said !== undefined && now - said.at < INTERVAL_MS) {
      said.more++
      return
    }
    this.#said.set(reasonCode, { at: now, more: 0 })
    const [, hint] = words[reasonCode] ?? unknown
    this.#logger.warn({ topic: topic.slice(0, MOST_SHOWN), messages: 1 + (said?.more ?? 0), hint }, `${reasonWords(reasonCode)}; the message is let go and counted, those behind it go on`)
  }
}
