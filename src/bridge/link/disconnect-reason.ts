/** Why an MQTT 5 remote says DISCONNECT, in words. */
import { BridgeError, bridgeCodes } from '../errors.ts'

/** MQTT 5, table 3-10, as far as a server sends it to a bridge. */
const words: Readonly<Record<number, readonly [reason: string, hint: string]>> = {
  0x00: ['ends the connection without saying why', 'Look into the log of the remote.'],
  0x81: ['could not read a packet of ours', 'This is a defect of one of the two: report it.'],
  0x82: ['finds that we broke the protocol', 'This is a defect of one of the two: report it.'],
  0x87: ['does not authorize something we did', 'Check the rules at the remote for what this bridge publishes and subscribes to.'],
  0x89: ['is too busy', 'It is tried again by itself.'],
  0x8b: ['is shutting down', 'It is tried again by itself.'],
  0x8d: ['has not heard of us for too long', 'The link is slow or was cut: look at what lies between.'],
  0x8e: ['has given our session to another client with the same client id', 'Two clients use one `clientid`: give each its own.'],
  0x93: ['got more messages at once than it allows', 'This is a defect of one of the two: report it.'],
  0x95: ['got a packet larger than it allows', 'Look at the limits of the remote.'],
  0x97: ['has a quota that we exceeded', 'Look at the limits of the remote.'],
  0x98: ['was told by its operator to close this connection', 'Ask who runs the remote.'],
  0x9c: ['sends us to another server for now', 'Set `server` to the one it names, if it names one.'],
  0x9d: ['has moved for good', 'Set `server` to the new address.']
}

export function disconnectReason (server: string, code: number): BridgeError {
  const [reason, hint] = words[code] ?? ['ends the connection', 'Look into the log of the remote.']
  return new BridgeError(bridgeCodes.disconnected, `${server} ${reason} (DISCONNECT 0x${code.toString(16).padStart(2, '0')})`, { hint })
}
