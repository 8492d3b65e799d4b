/** `webhook`: an HTTP server that is told of devices and messages, as NanoMQ tells it. */
import { isTopicFilter } from '../../mqtt/topic-filter.ts'
import type { WebhookConfig } from '../model.ts'
import { blocks } from '../schema/groups.ts'
import { block, refused, required, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { bool, choice, duration, mqttString, size, text, whole, withUnit } from '../schema/scalars.ts'
import { section, shaped } from '../schema/section.ts'
import { checkEndpoint, endpointKeys, type EndpointValues } from './endpoint.ts'

interface WebhookValues extends EndpointValues, Pick<WebhookConfig, 'poolSize' | 'timeoutMs' | 'events' | 'maxQueue' | 'maxQueueBytes' | 'retryForMs' | 'batch'> {
  readonly enable: boolean
  readonly body: BodyValues
}

interface BodyValues { readonly encoding: WebhookConfig['encoding'] }

const body: Kind<BodyValues> = section<BodyValues>({
  keys: { encoding: works('encoding', choice(['plain', 'base64', 'base62']), { or: 'plain', says: 'How a payload is written. `plain` is text: bytes that are no UTF-8 are lost. `base62` is NanoMQ\'s, and can not be decoded again.' }) }
})

type Event = WebhookConfig['events'][number]

const event: Kind<Event> = section<Event>({
  keys: {
    event: required('event', choice(['on_client_connack', 'on_client_disconnected', 'on_message_publish']), { says: 'What is told: a CONNECT was answered, a device is gone, a message was published here or came by a bridge.' }),
    topic: works('topic', text(() => mqttString().refine(isTopicFilter, { message: 'must be a topic filter: # stands alone in the last level, + fills its level' })), { or: null, says: 'Of `on_message_publish`: which messages. Left out: all but `$SYS`.' })
  },
  rules ({ event: name, topic }, reading) {
    if (name !== undefined && name !== 'on_message_publish' && topic != null) reading.named('topic').warn('has no effect on an event of a device')
  }
})

const mebibyte = 1024 ** 2
const day = 86_400_000

export const webhook: Kind<WebhookConfig | null> = shaped<WebhookValues, WebhookConfig | null>({
  keys: {
    enable: works('enable', bool(), { or: true, says: 'false: as if the block were not there.' }),
    ...endpointKeys(false),
    body: block('body', body, { says: 'The body of a request.' }),
    poolSize: works('pool_size', whole({ min: 1, max: 1024, unit: 'requests' }), { or: 32, says: 'Requests at one time. With more than 1 a notice can overtake another.' }),
    timeoutMs: works('cancel_timeout', duration({ min: 100, max: 600_000 }, { bare: 'ms', nanomq: 'number' }), { or: 5000, says: 'A request must be answered within this time.' }),
    events: works('events', blocks(event), { or: [], says: 'What is told.' }),
    batch: works('batch', whole({ min: 1, max: 1000, unit: 'notices' }), { or: 1, ours: true, says: '1: each notice is the body of a request, as NanoMQ does it. More: a body is a JSON array of up to so many.' }),
    maxQueue: works('max_queue', whole({ min: 1, max: 1_000_000, unit: 'notices' }), { or: 10_000, ours: true, says: 'Notices that may wait. Beyond it they are dropped and counted; no device and no bridge ever waits for the receiver.' }),
    maxQueueBytes: works('max_queue_bytes', size({ min: 1024, max: 1024 * mebibyte }), { or: 16 * mebibyte, ours: true, says: 'As `max_queue`, in bytes; whichever is reached first.' }),
    retryForMs: works('retry_for', duration({ min: 0, max: day }, withUnit), { or: 600_000, ours: true, says: 'A notice that is not taken (5xx, 408, 429, no answer) is tried again for so long. Another 4xx gives it up at once.' })
  },
  others: [refused('tls', 'block', { says: 'it is announced by NanoMQ and read nowhere', remedy: 'Write ssl { cacertfile = "…" }' })],
  rules (given, reading) {
    if (given.enable === false) return
    checkEndpoint(given, reading)
    if (given.url == null) reading.refuse('has no url', 'Add url = "http://…", or set enable = false')
    if ((given.events?.length ?? 0) === 0) reading.named('events').warn('is empty: nothing is told', 'Add events = [ { event = on_message_publish, topic = "a/#" } ]')
  }
}, ({ enable, body: { encoding }, url, ...values }) => enable && url !== null ? { ...values, url, encoding } : null)
