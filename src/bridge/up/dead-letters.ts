/**
 * What becomes of messages that the remote does not take: said in the log, and where `dead_letter_topic` is set published here, so that somebody
 * can look at them. A dead letter is no message of the bridge any more: no bridge forwards it, and what finds no room here is not kept. Where the bridge
 * has a journal the message is in that until its letter is safe here: a process that dies in between sends it once more, and has its letter then.
 */
import { deadLetterTopic } from '../../config/dead-letter-topic.ts'
import type { Logger } from '../../logger.ts'
import type { BridgeCounters } from '../../metrics/bridge-counters.ts'
import type { PublishView } from '../../mqtt/publish-view.ts'
import { userProperty } from '../../mqtt/v5/user-property.ts'
import type { LocalDelivery, LocalMessage } from '../../relay/local-delivery.ts'
import type { Clock } from '../clock.ts'
import { IncomingProperties } from '../down/incoming-properties.ts'
import { reasonWords, SetAsideLog } from './set-aside-log.ts'

export interface DeadLettersOptions {
  readonly bridge: string
  /** The template; null: they are said and counted only. */
  readonly topic: string | null
  readonly delivery: LocalDelivery
  readonly counters: BridgeCounters
  readonly logger: Logger
  readonly clock: Clock
}

/** On their way into the local broker; what comes beyond is said and counted only. */
const MAX_PENDING = 1000
const MAX_PENDING_BYTES = 8 * 1024 * 1024

export class DeadLetters {
  readonly #options: DeadLettersOptions
  readonly #log: SetAsideLog
  readonly #properties = new IncomingProperties()
  #pending = 0
  #pendingBytes = 0

  constructor (options: DeadLettersOptions) {
    this.#options = options
    this.#log = new SetAsideLog(options.logger, options.clock)
  }

  /** @param view of the message as it would go out; read before this returns @param reason as {@link SetAside} has it, as `over` */
  take (view: PublishView, reason: number, over: () => void): void {
    const topic = view.bytes.toString('utf8', view.topicStart, view.topicEnd)
    this.#log.note(topic, reason)
    const size = view.end - view.payloadStart
    if (this.#options.topic === null || this.#pending >= MAX_PENDING || this.#pendingBytes + size > MAX_PENDING_BYTES) return over()
    const message = this.#letter(view, topic, reason, this.#options.topic)
    this.#pending++
    this.#pendingBytes += size
    // not from within the acknowledgement, or the admission of another message, that this may be called from
    setImmediate(() => this.#deliver(message, size, over))
  }

  #letter (view: PublishView, topic: string, reason: number, template: string): LocalMessage {
    const { bridge } = this.#options
    this.#properties.read(view)
    const { properties, messageExpiry } = this.#properties.carried(view)
    const raw = Buffer.concat([
      ...(properties === undefined ? [] : [properties.raw]),
      userProperty('causeway-dead-letter-topic', topic),
      userProperty('causeway-dead-letter-bridge', bridge),
      userProperty('causeway-dead-letter-reason', reasonWords(reason))
    ])
    return {
      topic: deadLetterTopic(template, bridge, topic),
      payload: Buffer.from(view.bytes.subarray(view.payloadStart, view.end)),
      qos: 1,
      retain: false,
      properties: { raw },
      ...(messageExpiry === undefined ? {} : { messageExpiry }),
      bridge
    }
  }

  #deliver (message: LocalMessage, size: number, over: () => void): void {
    const { delivery, counters, logger } = this.#options
    delivery.deliver(message, error => {
      this.#pending--
      this.#pendingBytes -= size
      if (error === null) counters.deadLetters++
      else logger.warn({ topic: message.topic, reason: error.message, hint: 'The log of what was let go has its topic and reason; the message itself is lost.' }, 'a dead letter could not be published here')
      over()
    })
  }
}
