/** What one frame from the wire must be taken for: the form of the tables in this folder. */
export interface Vector {
  /** What the bytes are, in words. */
  readonly name: string
  /** The whole frame; a text stands for its UTF-8 bytes. */
  readonly bytes: readonly (number | string)[]
  /** Level of the connection; 4 unless said. A CONNECT says its own. */
  readonly level?: 3 | 4 | 5
  /** Who sent it; a client unless said. */
  readonly from?: 'server'
  /** The clause that forbids it (empty: a limit of ours) and the CONNACK return code that answers it; absent when it is taken. */
  readonly refused?: { readonly clause: string, readonly returnCode?: number, readonly reasonCode?: number }
  /** What is read of it, as far as it is named here. */
  readonly read?: object
}

export function bytesOf ({ bytes }: Vector): Buffer {
  return Buffer.concat(bytes.map(part => typeof part === 'string' ? Buffer.from(part) : Buffer.of(part)))
}
