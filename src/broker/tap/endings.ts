/** Why the broker ends a connection: the line its operator reads, and the reason code that a device of MQTT 5 is told. */
import { ReasonCode } from '../../mqtt/v5/reason-code.ts'
import type { Violation } from '../../mqtt/violation.ts'

export interface Ending {
  /** Lines of one kind are told together when there are many: a fixed word, or a clause of the standard. */
  readonly kind: string
  readonly message: string
  readonly reasonCode: number
}

export const endings = {
  connectTimeout: ending('connect-timeout', 'closed a connection: no CONNECT in time, or no proof of who it is', ReasonCode.UNSPECIFIED),
  connectRate: ending('connect-rate', 'refused a device: too many CONNECTs a second', ReasonCode.CONNECTION_RATE),
  unproven: (reasonCode: number) => ending('unproven', 'closed a connection: it did not prove again who it is', reasonCode),
  dismissed: (reasonCode: number) => ending('dismissed', 'closed a connection', reasonCode),
  distrusted: ending('distrusted', 'closed a connection: the CAs of now do not accept the certificate of the device', ReasonCode.NOT_AUTHORIZED),
  silent: ending('keepalive', 'closed a connection: the device is silent', ReasonCode.KEEP_ALIVE_TIMEOUT), // [MQTT-3.1.2-24]
  slow: ending('slow', 'closed a connection: the device does not read what it has subscribed to', ReasonCode.QUOTA_EXCEEDED),
  evicted: ending('partial', 'closed a connection: incomplete packets take too much room, and it has the most', ReasonCode.QUOTA_EXCEEDED),
  denied: ending('publish-denied', 'closed a connection that published without the right to', ReasonCode.NOT_AUTHORIZED),
  storeFailed: ending('store', 'closed a connection: its message or subscription could not be stored', ReasonCode.UNSPECIFIED),
  violated: ({ clause, reason, reasonCode }: Violation) => ending(clause === '' ? reason : clause, 'closed a connection that broke the protocol', reasonCode) // [MQTT-4.8.0-1]
}

function ending (kind: string, message: string, reasonCode: number): Ending {
  return { kind, message, reasonCode }
}
