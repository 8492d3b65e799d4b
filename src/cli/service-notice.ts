/**
 * Tells systemd that the service is ready, stopping, and alive (sd_notify). Node has no Unix datagram sockets, so the program
 * systemd-notify says it; the unit needs NotifyAccess=all for that. Without NOTIFY_SOCKET nothing is done.
 */
import { spawn } from 'node:child_process'
import { reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'

export interface ServiceNoticeOptions {
  /** NOTIFY_SOCKET and WATCHDOG_USEC are looked at, as systemd sets them. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly logger: Logger
}

/** A watchdog that is asked for more often than this would cost more than it guards. */
const SHORTEST_WATCHDOG_MS = 1000

export class ServiceNotice {
  readonly #environment: { readonly PATH: string | undefined, readonly NOTIFY_SOCKET: string }
  readonly #watchdogMs: number
  readonly #logger: Logger
  #beat: NodeJS.Timeout | null = null
  #failed = false

  constructor ({ environment, logger }: ServiceNoticeOptions) {
    this.#environment = { PATH: environment['PATH'], NOTIFY_SOCKET: environment['NOTIFY_SOCKET'] ?? '' }
    this.#watchdogMs = Number(environment['WATCHDOG_USEC'] ?? 0) / 1000
    this.#logger = logger
  }

  /** All listeners accept. From now on the watchdog is fed, from the event loop: one that hangs feeds it no more. */
  ready (): void {
    this.#say('READY=1')
    if (!(this.#watchdogMs > 0)) return
    this.#beat = setInterval(() => this.#say('WATCHDOG=1'), Math.max(SHORTEST_WATCHDOG_MS, this.#watchdogMs) / 2)
    this.#beat.unref()
  }

  stopping (): void {
    if (this.#beat !== null) clearInterval(this.#beat)
    this.#say('STOPPING=1')
  }

  #say (message: string): void {
    if (this.#environment.NOTIFY_SOCKET === '') return
    const child = spawn('systemd-notify', [message], { stdio: 'ignore', env: this.#environment })
    child.unref()
    child.once('error', error => this.#tell(error))
  }

  /** Once: it would be the same each time. */
  #tell (error: Error): void {
    if (this.#failed) return
    this.#failed = true
    this.#logger.warn({ reason: reasonOf(error), hint: 'Install systemd-notify, or use Type=exec in the unit' }, 'systemd can not be told how the service is')
  }
}
