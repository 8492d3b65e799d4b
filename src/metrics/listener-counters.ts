/** What one listener counts, since it was opened first. Plain number fields, as in {@link BrokerCounters}. */

/** Why a device never got as far as MQTT. */
export const handshakeFailures = [
  'timeout', 'closed', 'not_tls', 'no_common_version', 'no_common_cipher', 'no_certificate', 'certificate', 'refused_by_device', 'upgrade', 'other'
] as const

export type HandshakeFailure = typeof handshakeFailures[number]

export class ListenerCounters {
  /** Gauge: connections past their handshake. */
  connections = 0
  /** Sockets accepted, or closed at once because of a limit. */
  accepted = 0
  refusedConnectionLimit = 0
  refusedAddressLimit = 0
  /** TLS handshakes and upgrades that failed. */
  readonly handshakeFailures: Record<HandshakeFailure, number> = Object.fromEntries(handshakeFailures.map(reason => [reason, 0])) as Record<HandshakeFailure, number>
  /** Bytes of MQTT, without TLS and WebSocket. */
  receivedBytes = 0
  sentBytes = 0
  /** PUBLISH packets of devices. */
  receivedQos0 = 0
  receivedQos1 = 0
  receivedQos2 = 0
  /** PUBLISH packets to devices. */
  sentQos0 = 0
  sentQos1 = 0
  sentQos2 = 0
}
