/** What one bridge has done since the start. Plain numbers: the hot path adds, whoever shows them reads. */
export class BridgeCounters {
  /** Messages handed to the link, by QoS; resends are not counted again. */
  sentQos0 = 0
  sentQos1 = 0
  sentQos2 = 0
  /** Bytes of those and of resends; of QoS 1 and 2 among them. */
  sentBytes = 0
  sentBytesQos1 = 0
  sentBytesQos2 = 0
  /** Messages of QoS 1 and 2 that the remote has taken over. */
  acknowledged = 0
  resent = 0
  /** QoS 0 lost because the link was down. */
  droppedLinkDown = 0
  /** Refused a place by a full queue of a bridge that is not required. */
  droppedFull = 0
  /** Given up on disk because they were older than `max_age`, or because of `on_full = drop_oldest`. */
  droppedAge = 0
  droppedOldest = 0
  /** Damaged on disk between writing and reading back. */
  droppedDamaged = 0
  /** Of all dropped, messages whose publisher was acknowledged. */
  acknowledgedDropped = 0
  /** Larger than the remote takes. */
  droppedTooLarge = 0
  /** Not sent any more: their message expiry was over. */
  droppedExpired = 0
  /** Refused by the remote with an MQTT 5 reason code. */
  refusedByRemote = 0
  /** On which the remote ended the link, time after time. */
  setAside = 0
  /** Of those that were refused, too large or set aside: published here on `dead_letter_topic`. */
  deadLetters = 0
  /** Acknowledgements that answer nothing. */
  strayAcknowledgements = 0
  /** Messages from the remote, and their bytes as they came. */
  received = 0
  receivedBytes = 0
  /** Of QoS 1 and 2 among them. */
  receivedQos1 = 0
  receivedQos2 = 0
  receivedBytesQos1 = 0
  receivedBytesQos2 = 0
  /** Of those, without a rule for their topic. */
  receivedUnmapped = 0
  /** That had left here before and came round: not delivered again. */
  receivedOwn = 0
  /** Retained messages that a remote without a session sent once more after a reconnect, unchanged: not delivered again. */
  receivedUnchanged = 0
  /** Times the link had enough and nothing was written to it for a while. */
  linkFull = 0
  /** Times a full queue refused a message: of a required bridge it held publishers. */
  queueFull = 0
  connects = 0
  connectFailures = 0
  /** Connections that took over from one that was up, without a break. */
  takeOvers = 0
  /** Links that were up and broke; not those that were closed here, as by a stop or a reload. */
  disconnects = 0

  /** Counts a message from the remote. */
  countReceived (qos: number, bytes: number): void {
    this.received++
    this.receivedBytes += bytes
    if (qos === 1) {
      this.receivedQos1++
      this.receivedBytesQos1 += bytes
    } else if (qos === 2) {
      this.receivedQos2++
      this.receivedBytesQos2 += bytes
    }
  }
}
