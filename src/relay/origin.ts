/** Where a message comes from. */

/** A device, by the name its QoS 2 handshakes are kept under. */
export interface Publisher {
  readonly clientId: string
  /** The same as UTF-8. */
  readonly bytes: Buffer
}

export interface Origin {
  /** The bridge it came by, so that it does not go back there [invariant 9]; null for devices, wills and HTTP. */
  readonly bridge: string | null
  /** The device whose PUBLISH it is; none for all else. */
  readonly publisher?: Publisher | null
  /** Of whose messages it is one, as {@link senderOf} has it; wills have it as well. @default nobody's */
  readonly sender?: number
}

export const NOBODY: Origin = { bridge: null, publisher: null }
