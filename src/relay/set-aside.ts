/** Told of a message of QoS 1 or 2 that the remote does not take and that is let go: its topic there, and why, as an MQTT 5 reason code. */
export type SetAside = (topic: string, reasonCode: number) => void
