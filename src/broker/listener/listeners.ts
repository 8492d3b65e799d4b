/** The listeners of a broker, by name. Each is opened and closed without touching what came in by the others. */
import type { ListenerConfig } from '../../config/model.ts'
import type { Logger } from '../../logger.ts'
import { type ListenerContext, createListenerContext } from '../../trust/listener-context.ts'
import { Listener, type ListenerAddress, type ListenerSurroundings } from './listener.ts'

interface Open {
  readonly listener: Listener
  readonly address: ListenerAddress
}

export class Listeners {
  readonly #around: ListenerSurroundings
  readonly #logger: Logger
  readonly #open = new Map<string, Open>()

  constructor (around: ListenerSurroundings, logger: Logger) {
    this.#around = around
    this.#logger = logger
  }

  /** What is bound, in the order in which it was opened. */
  get addresses (): readonly ListenerAddress[] {
    return [...this.#open.values()].map(({ address }) => address)
  }

  /**
   * Opens them in this order, once the certificate files of all are read.
   * @throws ListenerError, TrustError; none of these is open then
   */
  async open (configs: readonly ListenerConfig[]): Promise<void> {
    const made: { readonly config: ListenerConfig, readonly listener: Listener }[] = []
    for (const config of configs) made.push({ config, listener: await this.#make(config) })
    try {
      for (const { config: { name }, listener } of made) {
        const address = await listener.listen()
        this.#open.set(name, { listener, address })
        this.#logger.info({ ...address }, 'listening')
      }
    } catch (thrown) {
      for (const { config: { name }, listener } of made) if (this.#open.get(name)?.listener === listener) await this.close(name)
      throw thrown
    }
  }

  async #make (config: ListenerConfig): Promise<Listener> {
    const context = config.tls === null ? null : await createListenerContext(config.tls)
    for (const warning of context?.warnings ?? []) this.#logger.warn({ listener: config.name }, warning)
    return new Listener(config, context, this.#around)
  }

  /** Accepts no more there; connections that came in by it are not touched. */
  async close (name: string): Promise<void> {
    const open = this.#open.get(name)
    this.#open.delete(name)
    await open?.listener.close()
  }

  async closeAll (): Promise<void> {
    await Promise.all([...this.#open.keys()].map(async name => this.close(name)))
  }

  /** Certificates of a listener were renewed: its later handshakes use them. */
  replaceContext (name: string, context: ListenerContext): void {
    this.#open.get(name)?.listener.replaceContext(context)
  }
}
