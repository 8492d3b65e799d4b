/**
 * The client id a bridge says in CONNECT: that of its configuration, one that was made and kept, or one that an MQTT 5 remote has assigned
 * (`clientid = ""`), which is kept too, so that the session it belongs to is found again.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BridgeConfig } from '../../config/model.ts'
import { reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import { keptClientId, writeWhole } from './client-id.ts'
import { Refusal } from './remote-reason.ts'

/** CONNACK: the remote does not take this client id. */
const NOT_VALID = 0x85
const LONGEST = 65_535

type Named = Pick<BridgeConfig, 'name' | 'clientid' | 'protoVer'>

export class ClientIdentity {
  readonly #config: Named
  readonly #stateDir: string | null
  readonly #logger: Logger
  readonly #isAssigned: boolean
  /** null: not known yet. */
  #id: string | null
  /** All links of a bridge may ask at once, and only one may be made. */
  #naming: Promise<string> | null = null

  /** @param stateDir where an id is kept that is not in the configuration; null: it lasts as long as the process */
  constructor (config: Named, stateDir: string | null, logger: Logger) {
    this.#config = config
    this.#stateDir = stateDir
    this.#logger = logger
    this.#isAssigned = config.protoVer === 5 && config.clientid === ''
    // an empty one can not be kept with 3.1.1, which has no word to tell what the remote has made of it: as if there was none
    this.#id = config.clientid === '' ? null : config.clientid
  }

  /**
   * The one to say now; empty: the remote is asked for one.
   * @throws BridgeError when one that was made can not be kept
   */
  async now (): Promise<string> {
    if (this.#id !== null) return this.#id
    this.#naming ??= (this.#isAssigned ? this.#kept() : keptClientId(this.#stateDir, this.#config.name)).finally(() => { this.#naming = null })
    this.#id = await this.#naming
    return this.#id
  }

  /** The remote has given the connection another id than it had said [MQTT-3.2.2-16]; one that was asked for is said from now on. */
  assigned (id: string): void {
    if (!this.#isAssigned) return
    this.#id = id
    void this.#keep(id)
  }

  /** CONNECT came to nothing. True: an assigned id was the reason (another remote has assigned it, say), and from now on one is asked for. */
  givesUp (error: unknown): boolean {
    if (!this.#isAssigned || this.#id === '' || !(error instanceof Refusal) || error.returnCode !== NOT_VALID) return false
    this.#id = ''
    return true
  }

  /** Below the directory, as JSON: what a remote makes up may hold anything. */
  get #file (): string | null {
    return this.#stateDir === null ? null : join(this.#stateDir, `assigned-clientid-${encodeURIComponent(this.#config.name)}`)
  }

  async #kept (): Promise<string> {
    const file = this.#file
    if (file === null) return ''
    try {
      const id: unknown = JSON.parse(await readFile(file, 'utf8'))
      return typeof id === 'string' && Buffer.byteLength(id) <= LONGEST && !id.includes('\0') ? id : ''
    } catch {
      return '' // there is none, or it was torn: another one is assigned
    }
  }

  async #keep (id: string): Promise<void> {
    const file = this.#file
    if (file === null) return
    try {
      await writeWhole(file, JSON.stringify(id))
    } catch (error) {
      this.#logger.error({ file, reason: reasonOf(error), hint: 'Make the directory writable, or set `clientid` for this bridge.' },
        'the client id that the remote has assigned can not be kept: after a restart its session is not found again')
    }
  }
}
