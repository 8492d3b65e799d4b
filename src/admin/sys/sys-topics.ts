/** What the edge says of itself to MQTT clients: `$SYS/brokers/…` as NanoMQ does, and retained `$SYS/causeway/…`. None of it crosses a bridge, or is kept over a restart. */
import type { Logger } from '../../logger.ts'
import { topicLevel } from '../../mqtt/topic-level.ts'
import type { AdminPort } from '../admin-port.ts'
import type { EventFeed } from '../event-feed.ts'
import { bridgeStatus, deviceStatus } from './client-status.ts'
import { RetainedBoard } from './retained-board.ts'
import { causewayTopics } from './causeway-topics.ts'

/** How often figures of queues are said, where they have changed. */
const EVERY_MS = 10_000

export class SysTopics {
  readonly #edge: AdminPort
  readonly #logger: Logger
  readonly #board: RetainedBoard
  readonly #leave: readonly (() => void)[]
  readonly #timer: NodeJS.Timeout

  constructor (edge: AdminPort, feed: EventFeed, logger: Logger) {
    this.#edge = edge
    this.#logger = logger
    this.#board = new RetainedBoard((topic, payload) => this.#publish(topic, payload, true))
    this.#leave = [
      edge.onDevice(event => {
        const { clientId } = event.device
        if (event.kind === 'refused') return
        const text = JSON.stringify(deviceStatus(event, Date.now()))
        this.#publish(`$SYS/brokers/client_status/${topicLevel(clientId)}`, text, false)
        this.#publish(`$SYS/brokers/${event.kind}`, text, false)
      }),
      feed.follow(event => {
        if (event.kind !== 'drops') this.#show()
      })
    ]
    this.#timer = setInterval(() => this.#show(), EVERY_MS).unref()
    this.#show()
  }

  stop (): void {
    clearInterval(this.#timer)
    for (const leave of this.#leave) leave()
  }

  #show (): void {
    this.#board.show(new Map([...causewayTopics(this.#edge), ...bridgeStatus(this.#edge)]))
  }

  #publish (topic: string, payload: string, retain: boolean): void {
    this.#edge.publish({ topic, payload: Buffer.from(payload), qos: 0, retain }, null)
      .catch((error: unknown) => this.#logger.debug({ topic, reason: error instanceof Error ? error.message : String(error) }, 'a $SYS topic could not be published'))
  }
}
