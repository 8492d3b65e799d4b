/** Bits of the Connect Flags [MQTT-3.1.2.3]: the same in 3.1, 3.1.1 and 5.0. */
export const CLEAN_SESSION = 0x02
export const WILL = 0x04
export const WILL_QOS_SHIFT = 3
export const WILL_RETAIN = 0x20
export const PASSWORD_FLAG = 0x40
export const USERNAME_FLAG = 0x80
