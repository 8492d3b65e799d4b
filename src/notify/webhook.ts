/** NanoMQ's webhook: devices that come and go, and messages, each told by one POST in NanoMQ's form, with `ts` in all of them. */
import type { DeviceEvent } from '../broker/device-events.ts'
import type { ObservedMessage } from '../broker/observation.ts'
import type { WebhookConfig } from '../config/model.ts'
import type { Edge } from '../edge.ts'
import type { Logger } from '../logger.ts'
import { base62 } from './base62.ts'
import { Delivery, type DeliveryCounters, type Notice } from './delivery.ts'
import { Endpoint } from './endpoint.ts'

export type WebhookSource = Pick<Edge, 'clients' | 'onDevice' | 'observe'>

/** Of a notice in the queue, beside its payload: topic, names, and what JavaScript takes. */
const OVERHEAD_BYTES = 512

const encodings = {
  plain: bytes => bytes.toString(),
  base64: bytes => bytes.toString('base64'),
  base62
} as const satisfies Record<WebhookConfig['encoding'], (bytes: Buffer) => string>

export class Webhook {
  readonly #config: WebhookConfig
  readonly delivery: Delivery
  /** Of connected devices, as a message has the client id of its publisher alone. */
  readonly #usernames = new Map<string, string | null>()
  readonly #leave: (() => void)[] = []

  /** Tells from now on. @param counters of the one whose place it takes */
  constructor (config: WebhookConfig, source: WebhookSource, logger: Logger, counters?: DeliveryCounters) {
    const { poolSize, maxQueue, maxQueueBytes, retryForMs, batch } = config
    this.#config = config
    this.delivery = new Delivery({
      endpoint: new Endpoint(config, logger.child({ receiver: 'webhook' })),
      name: 'webhook',
      batch: { most: batch, body: notices => batch === 1 ? notices.join('') : `[${notices.join(',')}]` },
      parallel: poolSize,
      maxNotices: maxQueue,
      maxBytes: maxQueueBytes,
      retryForMs,
      logger,
      ...(counters === undefined ? {} : { counters })
    })
    this.#follow(source)
  }

  /** Takes up nothing more; what waits goes out, within the time. */
  async close (timeoutMs: number): Promise<void> {
    for (const leave of this.#leave.splice(0)) leave()
    await this.delivery.close(timeoutMs)
  }

  #follow (source: WebhookSource): void {
    const { events } = this.#config
    const filters = events.flatMap(({ event, topic }) => event === 'on_message_publish' ? [topic ?? '#'] : [])
    const wanted = new Set(events.map(({ event }) => event))
    for (const { clientId, username } of source.clients()) this.#usernames.set(clientId, username)
    this.#leave.push(source.onDevice(event => {
      this.#remember(event)
      if (wanted.has(event.kind === 'disconnected' ? 'on_client_disconnected' : 'on_client_connack')) this.delivery.offer(noticeOf(event))
    }))
    if (filters.length > 0) this.#leave.push(source.observe(filters, message => this.#message(message)))
  }

  #remember ({ kind, device: { clientId, username } }: DeviceEvent): void {
    if (kind === 'connected') this.#usernames.set(clientId, username)
    else if (kind === 'disconnected') this.#usernames.delete(clientId)
  }

  #message ({ topic, payload, retain, qos, clientId }: ObservedMessage): void {
    const ts = Date.now()
    const username = clientId === null ? null : this.#usernames.get(clientId) ?? null
    this.delivery.offer({
      bytes: payload.length + Buffer.byteLength(topic) + OVERHEAD_BYTES,
      json: () => JSON.stringify({
        ts, topic, retain, qos, action: 'message_publish', from_username: username ?? 'undefined', from_client_id: clientId, payload: encodings[this.#config.encoding](payload)
      })
    })
  }
}

function noticeOf (event: DeviceEvent): Notice {
  const { clientId, username, level, keepAlive } = event.device
  const ts = Date.now()
  const about = { ts, username: username ?? 'undefined', clientid: clientId }
  const told = event.kind === 'disconnected'
    ? { reason: event.orderly ? 'normal' : 'abnormal', ...about, action: 'client_disconnected' }
    : { proto_ver: level, keepalive: keepAlive, conn_ack: event.kind === 'connected' ? 'success' : 'fail', ...about, action: 'client_connack' }
  return { bytes: OVERHEAD_BYTES + Buffer.byteLength(clientId), json: () => JSON.stringify(told) }
}
