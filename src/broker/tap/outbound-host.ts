/** What the way out to a device (outbound.ts) needs of its connection. */

export interface OutboundLimits {
  /** Bytes that may wait for a device; beyond, QoS 0 is dropped; four times as many end the connection. */
  readonly maxBacklogBytes: number
  /** Deliveries of QoS 1 and 2 without their acknowledgement. */
  readonly maxInflight: number
}

export interface OutboundEvents {
  /** Too much waits that must not be dropped. */
  overrun (): void
  /** Something was added to an empty batch: {@link Outbound.flush} is to be called before long. */
  owing (): void
  /** MQTT 5: a message that was held has expired, and does not go out. */
  expired (packetId: number, qos: number): void
}
