/** What was asked of authorization servers: plain numbers, read by whoever shows them. They outlive a reload. */
export class HttpAuthCounters {
  /** Questions sent to a server. */
  asked = 0
  allowed = 0
  denied = 0
  /** No answer, or one that is none. */
  errors = 0
  /** Answered from what it had said before. */
  remembered = 0
  /** Answered with what it had said before and was no longer valid, because the server could not be asked. */
  stale = 0
}
