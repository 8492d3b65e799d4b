/** What the store of sessions and retained messages counts: plain numbers, read by whoever shows them. */
export class SessionCounters {
  /** Stored now. */
  sessions = 0
  subscriptions = 0
  queuedMessages = 0
  queuedBytes = 0
  retainedMessages = 0
  retainedBytes = 0
  wills = 0
  /** Sessions forgotten because they were offline too long. */
  sessionsExpired = 0
  /** Messages that expired before they were sent, or while they were retained. */
  messagesExpired = 0
  /** Refused because `max_sessions` is reached. */
  sessionsRefused = 0
  /** Refused because a client has `max_subscriptions_per_client`. */
  subscriptionsRefused = 0
  /** Messages not queued for a session because it has as many messages or bytes as it may; acknowledged to their publishers. */
  queueDropped = 0
  /** Retained messages not kept because there are as many messages or bytes as there may be. */
  retainedRefused = 0
  /** Batches written to disk. */
  diskWrites = 0
  diskErrors = 0
  /** Changes that are in memory and not on disk yet. */
  diskPending = 0
  /** 1 while the disk does not take writes and acknowledgements do not wait for it any more. */
  diskDegraded = 0
  /** Acknowledgements given while the disk did not take writes. */
  diskUnflushed = 0
}
