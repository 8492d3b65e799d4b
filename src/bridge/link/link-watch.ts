/** Ends a connection that carries and has gone bad without a word: the remote is silent, or it settles nothing of what it is sent. */
import type { BridgeConfig } from '../../config/model.ts'
import type { Outbox } from '../../relay/outbox.ts'
import type { Clock } from '../clock.ts'
import type { BridgeError } from '../errors.ts'
import { AckWatch } from './ack-watch.ts'
import { deadReason, stuckReason } from './ends.ts'
import { Liveness } from './liveness.ts'
import type { RemoteTap } from './remote-tap.ts'

export interface WatchedLink {
  readonly tap: RemoteTap
  readonly outbox: Outbox
  readonly config: BridgeConfig
  readonly clock: Clock
}

export class LinkWatch {
  readonly #liveness: Liveness
  readonly #acks: AckWatch

  /** @param keepaliveSeconds what was agreed with the remote; 0: nothing. @param end what a connection that has gone bad is ended with */
  constructor ({ tap, outbox, config: { server, ackTimeoutMs }, clock }: WatchedLink, keepaliveSeconds: number, end: (reason: BridgeError) => void) {
    this.#liveness = new Liveness(keepaliveSeconds, {
      takeHeard: () => tap.signs.takeHeard(),
      takeSaid: () => tap.signs.takeSaid(),
      takeMoved: () => tap.signs.takeMoved(),
      ping: () => tap.ping(),
      dead: silentMs => end(deadReason(server, silentMs))
    }, clock)
    this.#acks = new AckWatch(ackTimeoutMs, {
      underWay: () => outbox.underWay,
      takeAnswered: () => tap.signs.takeAnswered(),
      isWriting: () => tap.isWriting,
      stuck: ms => end(stuckReason(server, ms, outbox.underWay))
    }, clock)
  }

  stop (): void {
    this.#liveness.stop()
    this.#acks.stop()
  }
}
