/** The certificate files of one bridge: read for its dials, tried on its remote when they change, and its link moved to the new ones. */
import type { Bridge } from '../bridge/bridge.ts'
import type { TrustSource } from '../bridge/connection.ts'
import { tlsDialOptions } from '../bridge/dial.ts'
import type { RenewalOutcome } from '../bridge/renewal.ts'
import type { BridgeConfig, BridgeTlsConfig } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import { tryCandidate } from '../trust/canary.ts'
import type { CanaryVerdict } from '../trust/canary.ts'
import { Rotation } from '../trust/rotation.ts'
import { createTrustSnapshot } from '../trust/snapshot.ts'
import type { TrustSnapshot } from '../trust/snapshot.ts'

export class BridgeTrust {
  readonly rotation: Rotation<TrustSnapshot>
  readonly #config: BridgeConfig
  readonly #begun: Promise<void>
  #bridge: Bridge | null = null

  /** Begins to watch the files. */
  constructor (config: BridgeConfig, tls: BridgeTlsConfig, logger: Logger) {
    this.#config = config
    this.rotation = new Rotation<TrustSnapshot>({
      files: [tls.cacertfile, tls.certfile, tls.keyfile].filter(file => file !== null),
      read: async generation => createTrustSnapshot(tls, generation),
      canary: async (candidate, signal) => this.#try(candidate, signal),
      strategy: tls.strategy,
      canaryGraceMs: tls.canaryGraceMs,
      logger: logger.child({ bridge: config.name })
    })
    this.rotation.onCommitted(() => {
      if (tls.strategy !== 'lazy') void this.#bridge?.renew()
    })
    this.#begun = this.rotation.start()
  }

  /** For the dials of the bridge. */
  readonly source: TrustSource = async () => {
    await this.#begun
    // also what the files say may have changed without them, as when the clock was set
    if (this.rotation.current === null) await this.rotation.check()
    return this.rotation.serving()
  }

  /** What became of the link after a commit. */
  readonly renewed = ({ moved, fingerprint, reason, durationMs }: RenewalOutcome): void => {
    this.rotation.note(moved ? 'cut over' : 'not cut over', fingerprint, reason, durationMs)
  }

  /** The bridge that dials with it. */
  serve (bridge: Bridge): void {
    this.#bridge = bridge
  }

  async #try (candidate: TrustSnapshot, signal: AbortSignal): Promise<CanaryVerdict> {
    const verdict = await tryCandidate(tlsDialOptions(this.#config, candidate, signal))
    // a remote that serves us at this moment is not down: nothing was proven, and there is no hurry
    return verdict.kind === 'unreachable' && this.#bridge?.state.name === 'up' ? { kind: 'refused', reason: verdict.reason } : verdict
  }
}
