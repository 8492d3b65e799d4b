/** One thing to be measured: the work for a chunk of messages, so that the cost of a call does not hide that of a message. */
export interface Subject {
  readonly name: string
  /** Messages of one call of {@link work}. */
  readonly messages: number
  readonly work: () => unknown
}

/** Messages of one chunk, as a busy socket gives them: about 64 KiB of 200 bytes. */
export const CHUNK = 256
