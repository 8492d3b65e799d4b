/** Properties of MQTT 5 that a bridge sends: `conn_properties`, `sub_properties` and `will.properties`. */
import type { ConnProperties, SubProperties, WillProperties } from '../model.ts'
import { isTopicName } from '../../mqtt/topic-name.ts'
import { texts } from '../schema/groups.ts'
import { inert, works } from '../schema/key.ts'
import type { Key, Kind } from '../schema/kind.ts'
import { mqttString, seconds, size, text, whole } from '../schema/scalars.ts'
import { section } from '../schema/section.ts'
import { flag } from './pieces.ts'

const longest = 4_294_967_295
const mebibyte = 1024 ** 2

function userProperties (): Key<Readonly<Record<string, string>>> {
  return works('user_property', texts(), { or: {}, shown: 'none', secret: true, says: 'Pairs `name = text` that are sent as they are.' })
}

export const connProperties: Kind<ConnProperties> = section<ConnProperties>({
  keys: {
    sessionExpirySeconds: works('session_expiry_interval', whole({ min: 0, max: longest, unit: 's' }), {
      or: null, shown: 'never with clean_start = false, else 0', nanomq: '0', says: 'How long the remote keeps the session after the connection is gone, in seconds.'
    }),
    receiveMaximum: works('receive_maximum', whole({ min: 1, max: 65_535, unit: 'messages' }), { or: 1000, nanomq: '65535', says: 'Messages of QoS 1 and 2 that the remote may have under way to us: the brake on what comes down.' }),
    maximumPacketSize: works('maximum_packet_size', size({ min: 16, max: 256 * mebibyte }), { or: null, shown: 'mqtt.max_packet_size', says: 'Largest packet the remote may send. A larger one ends the connection.' }),
    requestProblemInformation: works('request_problem_infomation', flag(), {
      or: true, also: ['request_problem_information'], says: 'Whether the remote may send reasons as text; they are logged. NanoMQ knows this spelling only, and can not set 0.'
    }),
    requestResponseInformation: works('request_response_infomation', flag(), {
      or: false, also: ['request_response_information'], says: 'Asks the remote for its response information, which is logged. NanoMQ knows this spelling only.'
    }),
    userProperties: userProperties()
  },
  others: [inert('topic_alias_maximum', 'number', 'the remote is not allowed to use aliases.')]
})

export const subProperties: Kind<SubProperties> = section<SubProperties>({
  keys: {
    identifier: works('identifier', whole({ min: 1, max: 268_435_455 }), { or: null, says: 'Subscription identifier of all subscriptions of this bridge. The remote puts it into each message; it is taken off here.' }),
    userProperties: userProperties()
  }
})

export const willProperties: Kind<WillProperties> = section<WillProperties>({
  keys: {
    payloadFormatIndicator: works('payload_format_indicator', flag(), { or: null, says: '1: the payload is UTF-8 text.' }),
    messageExpirySeconds: works('message_expiry_interval', seconds({ min: 0, max: longest }), { or: null, says: 'How long the remote keeps the will for those who are away.' }),
    contentType: works('content_type', text(mqttString), { or: null, says: 'What the payload is.' }),
    responseTopic: works('response_topic', text(() => mqttString().refine(isTopicName, { message: 'must be a topic name, without wildcards' })), { or: null, says: 'Where an answer is expected.' }),
    correlationData: works('correlation_data', text(mqttString), { or: null, says: 'What an answer carries to be recognised.' }),
    willDelaySeconds: works('will_delay_interval', seconds({ min: 0, max: longest }), { or: null, says: 'The remote waits this long before it publishes the will, and not at all when the bridge is back in time.' }),
    userProperties: userProperties()
  }
})
