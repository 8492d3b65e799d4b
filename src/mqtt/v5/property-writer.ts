/** Writes the property block of a packet that the server makes. For packets of the control plane: it allocates. */
import { variableByteIntegerSize, writeVariableByteInteger } from '../variable-byte-integer.ts'
import { PropertyId } from './property-id.ts'

export class PropertyWriter {
  readonly #parts: Buffer[] = []

  uint16 (id: number, value: number): this {
    const bytes = Buffer.of(id, 0, 0)
    bytes.writeUInt16BE(value, 1)
    this.#parts.push(bytes)
    return this
  }

  uint32 (id: number, value: number): this {
    const bytes = Buffer.of(id, 0, 0, 0, 0)
    bytes.writeUInt32BE(value, 1)
    this.#parts.push(bytes)
    return this
  }

  /** @param value at most 65,535 bytes of text */
  text (id: number, value: string): this {
    return this.binary(id, Buffer.from(value))
  }

  /** @param value at most 65,535 bytes */
  binary (id: number, value: Buffer): this {
    const head = Buffer.of(id, 0, 0)
    head.writeUInt16BE(value.length, 1)
    this.#parts.push(head, value)
    return this
  }

  /** The block with its length in front. */
  block (): Buffer {
    let length = 0
    for (const part of this.#parts) length += part.length
    const bytes = Buffer.alloc(variableByteIntegerSize(length) + length)
    let at = writeVariableByteInteger(length, bytes, 0)
    for (const part of this.#parts) at += part.copy(bytes, at)
    return bytes
  }
}

/** Why a connection ends or does not begin, and where to go instead. */
export interface Notice {
  readonly reason?: string
  readonly serverReference?: string
}

/** A block that says why a connection ends or does not begin, and where to go instead; what is empty is left out. */
export function noticeBlock ({ reason = '', serverReference = '' }: Notice): Buffer {
  const properties = new PropertyWriter()
  if (reason !== '') properties.text(PropertyId.REASON_STRING, reason)
  if (serverReference !== '') properties.text(PropertyId.SERVER_REFERENCE, serverReference)
  return properties.block()
}
