/** `mqtt`: what devices may do, in NanoMQ's words. */
import type { MqttConfig } from '../model.ts'
import { list } from '../schema/groups.ts'
import { readHostName, readPort } from '../schema/host-name.ts'
import { inert, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { bool, choice, decimal, line, size, text, whole } from '../schema/scalars.ts'
import { section } from '../schema/section.ts'

/** The largest packet that MQTT can express: 268,435,455 bytes behind five of header. */
const largestPacket = 268_435_460
const resent = 'what is unacknowledged is sent again when the device comes back [MQTT-4.4.0-1], not before.'

/** As the standard has it: names or addresses, each with a port or without, separated by spaces. */
const serverReference = text(() => line().refine(isReference, { message: 'must be host:port of another server, or several with one space between them' }))

function isReference (value: string): boolean {
  return value.length <= 1024 && value.split(' ').every(each => {
    const [, host = '', port] = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d+))?$/.exec(each) ?? []
    return 'host' in readHostName(host) && (port === undefined || readPort(port, 1) !== undefined)
  })
}

/** A beginning of topics, which a device adds to. */
const responseInformation = text(() => line().refine(value => value !== '' && Buffer.byteLength(value) <= 1024 && !/[#+]/.test(value), { message: 'must be the beginning of a topic, without wildcards, of 1 to 1024 bytes' }))

export const mqtt: Kind<MqttConfig> = section<MqttConfig>({
  keys: {
    maxPacketSize: works('max_packet_size', size({ min: 128, max: largestPacket }), { or: 10 * 1024 ** 2, nanomq: '10MB (its shipped file: 256MB)', says: 'Largest packet a device may send, with its header. A larger one ends the connection.' }),
    maxMqueueLen: works('max_mqueue_len', whole({ min: 1, max: 10_000_000, unit: 'messages' }), { or: 1024, nanomq: '1024 (its shipped file: 2048)', says: 'Messages that are queued for one session while its device is away. See also `limits.max_queued_bytes_per_session`.' }),
    keepaliveMultiplier: works('keepalive_multiplier', decimal({ min: 1, max: 100 }), { or: 1.5, nanomq: '1.5 (its shipped file: 1.25)', says: 'A device is cut off when nothing came from it for its keep-alive times this.' }),
    maxInflightWindow: works('max_inflight_window', whole({ min: 1, max: 65_535, unit: 'messages' }), { or: 2048, says: 'Deliveries of QoS 1 and 2 to one device that wait for its acknowledgement. NanoMQ reads the key and does not use it.' }),
    versions: works('versions', list(choice(['3.1', '3.1.1', '5.0'])), { or: ['3.1', '3.1.1', '5.0'], says: 'Versions of MQTT that devices may speak, on every listener. Another one is refused with CONNACK 1, or 0x84.' }),
    maxTopicAlias: works('max_topic_alias', whole({ min: 0, max: 65_535, unit: 'aliases' }), { or: 32, nanomq: '65535', says: 'Topic aliases that a device of MQTT 5 may set; their names may take 64 KiB together.' }),
    serverReference: works('server_reference', serverReference, { or: null, says: 'Where devices of MQTT 5 are sent when this broker stops: `host:port`, or several with spaces between. Without it they are told that it stops, and nothing else.' }),
    serverMoved: works('server_moved', bool(), { or: false, ours: true, says: 'What `server_reference` means: `false`, use that one for now (0x9C); `true`, this broker has moved there for good (0x9D).' }),
    responseInformation: works('response_information', responseInformation, { or: null, ours: true, says: 'What a device of MQTT 5 is told when it asks for Response Information: the beginning of its topics for answers. `%c` is its client id. Give it the right to subscribe there.' })
  },
  others: [
    inert('property_size', 'number', 'it sizes a pool of NanoMQ\'s.'),
    inert('retry_interval', 'duration', resent),
    inert('batch_resend', 'true or false', resent),
    inert('max_awaiting_rel', 'duration', 'NanoMQ does not use it either; see limits.max_inbound_qos2.'),
    inert('await_rel_timeout', 'duration', 'NanoMQ does not use it either.')
  ],
  rules ({ serverReference: reference, serverMoved: moved, versions }, reading) {
    if (versions?.length === 0) reading.named('versions').refuse('must name a version: without one nobody can connect')
    if (moved === true && reference == null) reading.named('server_moved').warn('has no effect without server_reference')
  }
})
