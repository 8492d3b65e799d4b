/** All certificate files of an edge: those of its bridges and of its TLS listeners, watched for as long as they are in use. */
import type { Broker } from '../broker/broker.ts'
import type { BridgeConfig, ListenerConfig } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import type { OwnedInUse } from '../trust/expiry-monitor.ts'
import type { InUse } from '../trust/in-use.ts'
import { createListenerContext } from '../trust/listener-context.ts'
import type { ListenerContext } from '../trust/listener-context.ts'
import { Rotation } from '../trust/rotation.ts'
import type { RotationStatus, RotationStep } from '../trust/rotation-state.ts'
import { BridgeTrust } from './bridge-trust.ts'

/** What is told of the files of one bridge or listener. */
export interface TrustReport {
  readonly kind: 'bridge' | 'listener'
  readonly name: string
  readonly status: RotationStatus
  /** The last steps, oldest first. */
  readonly history: readonly RotationStep[]
}

/** Whose files are meant: those of a bridge or of a listener. */
export type TrustOwner = Pick<TrustReport, 'kind' | 'name'>

/** What is done with a rotation, whatever it rotates. */
interface Watched extends TrustOwner {
  readonly rotation: Pick<Rotation<never>, 'status' | 'history' | 'check' | 'commit' | 'abort' | 'note' | 'stop' | 'onStatus'>
  readonly inUse: () => readonly InUse[]
}

export class TrustFiles {
  readonly #logger: Logger
  readonly #watched: Watched[] = []
  readonly #calls: (() => void)[] = []
  readonly #listeners = new Set<(report: TrustReport) => void>()

  constructor (logger: Logger) {
    this.#logger = logger
  }

  /** In the order in which they were added. */
  get reports (): readonly TrustReport[] {
    return this.#watched.map(({ kind, name, rotation }) => ({ kind, name, status: rotation.status, history: rotation.history }))
  }

  /** All that is in use and ends some day. */
  get inUse (): readonly OwnedInUse[] {
    return this.#watched.flatMap(({ kind, name, inUse }) => inUse().map(item => ({ ...item, owner: { kind, name } })))
  }

  /** Calls when what is in use may have become another; there is no end of that before {@link stop}. */
  onStatus (call: () => void): void {
    this.#calls.push(call)
  }

  /** Calls with each change of where files stand, of those added later too; the answer ends that. */
  onReport (call: (report: TrustReport) => void): () => void {
    this.#listeners.add(call)
    return () => { this.#listeners.delete(call) }
  }

  #keep (watched: Watched): void {
    this.#watched.push(watched)
    const { kind, name, rotation } = watched
    rotation.onStatus(status => {
      for (const call of this.#calls) call()
      for (const call of this.#listeners) call({ kind, name, status, history: rotation.history })
    })
  }

  /** Begins to read and watch what a bridge is to dial with; null when it needs no trust. It is the caller's until {@link addBridge}. */
  open (config: BridgeConfig): BridgeTrust | null {
    return config.tls === null || !config.enable ? null : new BridgeTrust(config, config.tls, this.#logger)
  }

  /** Keeps the trust of a bridge from now on, in the place of what it had. */
  addBridge (name: string, trust: BridgeTrust | null): void {
    void this.remove('bridge', name)
    if (trust !== null) this.#keep({ kind: 'bridge', name, rotation: trust.rotation, inUse: () => trust.inUse })
  }

  /** Keeps what a listener that is open serves with: later handshakes use it, connected devices stay. */
  async addListener ({ name, tls }: ListenerConfig, broker: Broker): Promise<void> {
    void this.remove('listener', name)
    if (tls === null) return
    const rotation = new Rotation<ListenerContext>({
      files: [tls.certfile, tls.keyfile, ...(tls.verifyPeer && tls.cacertfile !== null ? [tls.cacertfile] : [])],
      read: async () => createListenerContext(tls),
      canary: null,
      strategy: 'enforce',
      canaryGraceMs: null,
      logger: this.#logger.child({ listener: name }),
      firstWasTold: true
    })
    this.#keep({ kind: 'listener', name, rotation, inUse: () => rotation.current?.inUse ?? [] })
    rotation.onCommitted(context => {
      broker.replaceListenerContext(name, context)
      if (tls.onRotate === 'recheck') void this.#recheck(name, broker, context)
    })
    await rotation.start()
    // it may have changed since the listener was opened
    if (rotation.current !== null) broker.replaceListenerContext(name, rotation.current)
  }

  async #recheck (name: string, broker: Broker, context: ListenerContext): Promise<void> {
    const begun = performance.now()
    const { dropped, checked } = await broker.recheckDevices(name, context)
    const reason = `${dropped} of ${checked} connected devices are dropped: the CAs of now do not accept their certificates`
    if (dropped > 0) this.#logger.warn({ listener: name, dropped, checked }, 'connected devices are dropped: the CAs of now do not accept their certificates')
    this.#watched.find(each => each.kind === 'listener' && each.name === name)?.rotation.note('cut over', context.fingerprint, reason, performance.now() - begun)
  }

  /** Looks no more at the files of this one. */
  async remove (kind: TrustReport['kind'], name: string): Promise<void> {
    const at = this.#watched.findIndex(each => each.kind === kind && each.name === name)
    if (at >= 0) await this.#watched.splice(at, 1)[0]?.rotation.stop()
  }

  /** Looks at all files now. Settles when what was found is in use or refused. */
  async check (): Promise<void> {
    await Promise.all(this.#watched.map(async ({ rotation }) => rotation.check()))
  }

  /** Takes what is valid and was not committed into use, whatever its trial says. False when there is no such thing. */
  commit (owner: TrustOwner): boolean {
    return this.#of(owner)?.commit() ?? false
  }

  /** Gives up what is valid and was not committed, until the files change. False when there is no such thing. */
  abort (owner: TrustOwner): boolean {
    return this.#of(owner)?.abort() ?? false
  }

  #of (owner: TrustOwner): Watched['rotation'] | null {
    return this.#watched.find(({ kind, name }) => kind === owner.kind && name === owner.name)?.rotation ?? null
  }

  async stop (): Promise<void> {
    await Promise.all(this.#watched.map(async ({ rotation }) => rotation.stop()))
  }
}
