/** Where changes are written down. Order is kept: what is on disk is always a state that memory was in. */

/** Makes the bytes of a record, when they are needed: what is deleted before it is written is never encoded. */
export type Encode = () => Buffer

export interface Journal {
  /** @param fresh no such key was ever written */
  put (key: string, encode: Encode, fresh: boolean): void
  del (key: string): void
  /** Calls once everything up to now is on disk, at once when it is; or when the disk has failed for so long that waiting is over. */
  whenFlushed (call: () => void): void
}

/** Without `persistence`: memory is all there is. */
export const noJournal: Journal = {
  put () {},
  del () {},
  whenFlushed (call) { call() }
}
