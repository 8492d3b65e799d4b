/** The certificate files of one bridge: read for its dials, tried on its remote when they change, and its link moved to the new ones. */
import type { X509Certificate } from 'node:crypto'
import type { Bridge } from '../bridge/bridge.ts'
import type { TrustListener } from '../bridge/bridge-options.ts'
import type { TrustSource } from '../bridge/link/dial-remote.ts'
import { tlsDialOptions } from '../bridge/link/dial.ts'
import { atEachServer } from '../bridge/link/each-server.ts'
import type { RenewalOutcome } from '../bridge/link/renewal.ts'
import type { BridgeConfig, BridgeTlsConfig, RemoteAddress } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import { tryCandidate } from '../trust/canary.ts'
import type { CanaryVerdict } from '../trust/canary.ts'
import { inUse } from '../trust/in-use.ts'
import type { InUse } from '../trust/in-use.ts'
import { Rotation } from '../trust/rotation.ts'
import { createTrustSnapshot, filesOf } from '../trust/snapshot.ts'
import type { TrustSnapshot } from '../trust/snapshot.ts'
import { tryServers } from './server-trials.ts'
import { StandingProof } from './standing-proof.ts'

export class BridgeTrust implements TrustListener {
  readonly rotation: Rotation<TrustSnapshot>
  readonly #config: BridgeConfig
  readonly #begun: Promise<void>
  #bridge: Bridge | null = null
  #remote: readonly InUse[] = []
  readonly #proof: StandingProof
  /** The generation before the one that serves. */
  #before: TrustSnapshot | null = null

  /** Begins to watch the files. */
  constructor (config: BridgeConfig, tls: BridgeTlsConfig, logger: Logger) {
    this.#config = config
    this.rotation = new Rotation<TrustSnapshot>({
      files: filesOf(tls),
      read: async generation => createTrustSnapshot(tls, generation),
      canary: async (candidate, signal) => this.#tryAll(candidate, signal),
      strategy: tls.strategy,
      canaryGraceMs: tls.canaryGraceMs,
      logger: logger.child({ bridge: config.name })
    })
    this.#proof = new StandingProof({
      isUp: () => this.#bridge?.state.name === 'up',
      tryRemote: async signal => this.#try(this.#connected() ?? config.server, this.rotation.serving(), signal),
      refused: () => { void this.#bridge?.renew(true) },
      logger: logger.child({ bridge: config.name })
    })
    this.rotation.onStatus(({ stage }) => { if (stage.name === 'stopped') this.#proof.stop() })
    this.rotation.onCommitted(generation => {
      const before = this.#before
      this.#before = generation
      if (tls.strategy !== 'lazy') this.#move(generation, before)
    })
    this.#begun = this.rotation.start().then(() => { this.#before ??= this.rotation.current })
  }

  /** For the dials of the bridge. */
  readonly source: TrustSource = async () => {
    await this.#begun
    // also what the files say may have changed without them, as when the clock was set
    if (this.rotation.current === null) await this.rotation.check()
    return this.rotation.serving()
  }

  /** All that ends some day: of the files, and of the remote as last seen. */
  get inUse (): readonly InUse[] {
    return [...this.rotation.current?.inUse ?? [], ...this.#remote, ...this.#proof.answers]
  }

  renewed ({ moved, fingerprint, reason, durationMs }: RenewalOutcome): void {
    this.rotation.note(moved ? 'cut over' : 'not cut over', fingerprint, reason, durationMs)
  }

  verified (chain: readonly X509Certificate[], answers: readonly InUse[]): void {
    // a root that the remote did not send, but that Node has found among ours, is in the list already
    const ours = new Set(this.rotation.current?.anchors.map(({ fingerprint256 }) => fingerprint256))
    this.#remote = chain.filter(({ fingerprint256 }) => !ours.has(fingerprint256)).map(certificate => inUse(certificate, 'remote certificate', null))
    this.#proof.replace(answers)
  }

  /** Tries the remote with what serves, although nothing has changed: it may have been revoked. Settles when what came of it is known. */
  async reprove (): Promise<void> {
    await this.#proof.look()
  }

  /**
   * Moves the link to what serves now. Where only lists or the plugin have changed, and the remote was proven with the new ones, there is nothing to move: a list
   * is renewed every day, and with a clean session each move would cost messages from the remote.
   */
  #move (generation: TrustSnapshot, before: TrustSnapshot | null): void {
    const isProven = this.rotation.status.last?.result === 'proven'
    if (isProven && before?.context === generation.context) this.rotation.note('cut over', generation.fingerprint, 'the link stays: its certificates are the same, and the remote was proven with what is new', 0)
    else void this.#bridge?.renew()
  }

  /** The bridge that dials with it. */
  serve (bridge: Bridge): void {
    this.#bridge = bridge
  }

  /** A candidate on all its servers. */
  async #tryAll (candidate: TrustSnapshot, signal: AbortSignal): Promise<CanaryVerdict> {
    const { current } = this.rotation
    return tryServers({
      servers: atEachServer(this.#config).map(({ server }) => server),
      connected: this.#connected(),
      tryCandidate: async server => this.#try(server, candidate, signal),
      tryServing: current === null ? null : async server => this.#try(server, current, signal)
    })
  }

  async #try (server: RemoteAddress, snapshot: TrustSnapshot, signal: AbortSignal): Promise<CanaryVerdict> {
    return tryCandidate(tlsDialOptions({ ...this.#config, server }, snapshot, signal))
  }

  #connected (): RemoteAddress | null {
    return this.#bridge?.state.name === 'up' ? this.#bridge.server : null
  }
}
