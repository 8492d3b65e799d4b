/** The bodies of notes about QoS 2, and how they are read. Numbers are little-endian. */

/** A message of this journal, for {@link RecordKind.RELEASED}, where several may stand one after the other. The buffer is used again by the next call. */
export function numberBody (number: number): Buffer {
  scratch.writeDoubleLE(number, 0)
  return scratch
}

const scratch = Buffer.alloc(8)

/** Reads one number or several. */
export function readNumbers (body: Buffer, each: (number: number) => void): void {
  for (let at = 0; at + 8 <= body.length; at += 8) each(body.readDoubleLE(at))
}

/** A device's handshake: packet id 2 | client id length 2 | client id. */
export function handshakeBody (clientId: Buffer, packetId: number): Buffer {
  const body = Buffer.allocUnsafe(4 + clientId.length)
  body.writeUInt16LE(packetId, 0)
  body.writeUInt16LE(clientId.length, 2)
  clientId.copy(body, 4)
  return body
}

/** Reads one handshake or several. */
export function readHandshakes (body: Buffer, each: (clientId: string, packetId: number) => void): void {
  for (let at = 0; at + 4 <= body.length;) {
    const end = at + 4 + body.readUInt16LE(at + 2)
    if (end > body.length) return
    each(body.toString('utf8', at + 4, end), body.readUInt16LE(at))
    at = end
  }
}

/** Of a name of the remote's session. */
export const IDENTITY_BYTES = 16
const IDENTITY_VERSION = 1

/** The session at the remote that QoS 2 is sent in: version 1 | identity. */
export function sentInBody (identity: Buffer): Buffer {
  return Buffer.concat([Buffer.of(IDENTITY_VERSION), identity])
}

/** Null where the note has no identity, or one of another version. */
export function readSentIn (body: Buffer): Buffer | null {
  return body.length === 1 + IDENTITY_BYTES && body[0] === IDENTITY_VERSION ? Buffer.from(body.subarray(1)) : null
}
