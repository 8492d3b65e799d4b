/** What one frame of a client of MQTT 5 must be taken for: the form of the tables in this folder. */
export interface Vector5 {
  /** What the bytes are, in words, with the normative statement of MQTT 5.0 or its section. */
  readonly name: string
  /** The first byte of the frame. */
  readonly first: number
  /** What stands behind the remaining length, which is reckoned; a text stands for its UTF-8 bytes, a list in a list for a property block, whose length is reckoned too. */
  readonly body: readonly Part[]
  /** Reason code with which it is refused; absent: it is taken. */
  readonly refused?: number
  /** What is read of it, as far as it is named here. */
  readonly read?: object
}

export type Part = number | string | readonly (number | string)[]

export function frameOf ({ first, body }: Vector5): Buffer {
  const bytes = Buffer.concat(body.map(part => Array.isArray(part) ? blockOf(bytesOf(part as (number | string)[])) : bytesOf([part as number | string])))
  return Buffer.concat([Buffer.of(first), blockOf(bytes)])
}

/** With its length in front, at most 16,383. */
function blockOf (bytes: Buffer): Buffer {
  const length = bytes.length < 128 ? Buffer.of(bytes.length) : Buffer.of((bytes.length & 127) | 128, bytes.length >> 7)
  return Buffer.concat([length, bytes])
}

function bytesOf (parts: readonly (number | string)[]): Buffer {
  return Buffer.concat(parts.map(part => typeof part === 'string' ? Buffer.from(part) : Buffer.of(part)))
}
