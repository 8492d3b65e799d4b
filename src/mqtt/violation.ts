/**
 * One thing a peer did that the standard forbids. It is a value, not an exception: the hot path compares it with null,
 * the tap logs it and closes the connection with it.
 */
export interface Violation {
  /** The clause, without brackets: `MQTT-2.3.1-1`; empty where a limit of ours was broken. */
  readonly clause: string
  /** What was wrong, in words, without bytes from the wire. */
  readonly reason: string
  /** MQTT 5 reason code that DISCONNECT or CONNACK carries: 0x81 malformed, 0x82 protocol error, 0x95 too large … */
  readonly reasonCode: number
  /** MQTT 3.1.1 CONNACK return code when the packet is a CONNECT that deserves an answer; 0: close without one. */
  readonly returnCode: number
}

/** Makes a violation; done once at module load for each kind, never per message. */
export function violation (clause: string, reason: string, reasonCode = 0x81, returnCode = 0): Violation {
  return Object.freeze({ clause, reason, reasonCode, returnCode })
}

/** Tells a violation from what a reader reads. */
export function isViolation (read: object): read is Violation {
  return 'returnCode' in read && 'clause' in read
}
