/**
 * One mqtt.js client for one connection: CONNECT, SUBSCRIBE, AUTH and DISCONNECT. It publishes nothing, resends nothing and never
 * connects again. The only file that knows mqtt.js.
 */
import type { IClientSubscribeOptions, IConnackPacket, MqttClient } from 'mqtt'
// the client alone: what else the package has, its ways to connect, takes 6 MB of memory
import mqttClient from 'mqtt/lib/client'
import type { Duplex } from 'node:stream'
import type { BridgeConfig } from '../../config/model.ts'
import { reasonOf } from '../../errors.ts'
import type { SessionTerms } from '../../relay/link.ts'
import { connectOptions, pairs, present } from './connect-options.ts'
import { BridgeError, bridgeCodes } from '../errors.ts'
import { Refusal } from './remote-reason.ts'

/** What CONNACK has told. */
export interface Acceptance {
  readonly terms: Omit<SessionTerms, 'session'>
  /** Seconds: what was asked for, or what the remote says instead [MQTT-3.2.2-21]. */
  readonly keepaliveSeconds: number
  /** Who we are there, where that is not who we said [MQTT-3.2.2-16]. */
  readonly assignedClientId: string | null
}

export interface SubscriptionRequest {
  readonly filter: string
  readonly qos: 0 | 1 | 2
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  readonly retainHandling: 0 | 1 | 2
}

/** How long the remote has for SUBACK, and to close after DISCONNECT. */
const ANSWER_MS = 10_000
const CLOSE_MS = 1000
/** From here on a code in SUBACK is a refusal. */
const FIRST_ERROR = 0x80
const { default: MqttJsClient } = mqttClient

export class RemoteClient {
  readonly #config: BridgeConfig
  readonly #client: MqttClient
  readonly #stream: Duplex
  #failure: Error | null = null
  /** Of a CONNACK that says no; mqtt.js tells its code only. */
  #serverReference: string | null = null

  /** Sends CONNECT at once. */
  constructor (config: BridgeConfig, clientId: string, stream: Duplex, maxPacketSize: number) {
    this.#config = config
    this.#stream = stream
    this.#client = new MqttJsClient(() => stream, connectOptions(config, clientId, maxPacketSize))
    // without a listener a refused CONNACK ends the process
    this.#client.on('error', error => { this.#failure ??= error })
    this.#client.on('packetreceive', packet => {
      if (packet.cmd === 'connack') this.#serverReference = packet.properties?.serverReference ?? null
    })
  }

  /**
   * Waits for CONNACK.
   * @throws Refusal, or BridgeError when none comes
   */
  async accepted (): Promise<Acceptance> {
    return new Promise((resolve, reject) => {
      this.#client.once('connect', connack => resolve(acceptanceOf(this.#config, connack)))
      // both come for one refusal, in either order
      this.#client.once('error', error => reject(this.#refusalOf(error)))
      this.#client.once('close', () => reject(this.#refusalOf(this.#failure)))
    })
  }

  #refusalOf (error: Error | null): BridgeError {
    const { server, protoVer, connectTimeoutMs } = this.#config
    if (error !== null && 'code' in error && typeof error.code === 'number' && error.code > 0) {
      return new Refusal(server.url, error.code, protoVer, this.#serverReference)
    }
    const why = error === null
      ? 'closes the connection instead of answering CONNECT'
      : error.message === 'connack timeout' ? `does not answer CONNECT within ${connectTimeoutMs} ms` : `can not be connected to: ${reasonOf(error)}`
    return new BridgeError(bridgeCodes.noConnack, `${server.url} ${why}`, {
      ...(error === null ? {} : { cause: error }),
      hint: 'Look into the log of the remote: client id, credentials, protocol version or certificate may be refused without a word. A port of another protocol does the same.'
    })
  }

  /** Calls when an MQTT 5 remote says why it is about to close, and where it sends us, if anywhere. */
  onDisconnect (call: (reasonCode: number, serverReference: string | null) => void): void {
    this.#client.on('disconnect', packet => call(packet.reasonCode ?? 0, packet.properties?.serverReference ?? null))
  }

  /**
   * Subscribes to all in one packet.
   * @returns the filters that the remote refused
   * @throws BridgeError when it does not answer
   */
  async subscribe (requests: readonly SubscriptionRequest[]): Promise<string[]> {
    const wanted = Object.fromEntries(requests.map(request => [request.filter, {
      qos: request.qos,
      nl: request.noLocal,
      rap: request.retainAsPublished,
      rh: request.retainHandling
    }]))
    return this.#answer<string[]>('SUBSCRIBE', done => this.#client.subscribe(wanted, this.#subscribeOptions(), (error, granted = []) => {
      const refused = granted.filter(grant => grant.qos >= FIRST_ERROR).map(grant => grant.topic)
      done(error !== null && refused.length === 0 ? `does not answer SUBSCRIBE as it must: ${error.message}` : null, refused)
    }))
  }

  /**
   * Gives filters up, all in one packet.
   * @throws BridgeError when it does not answer
   */
  async unsubscribe (filters: readonly string[]): Promise<void> {
    await this.#answer<null>('UNSUBSCRIBE', done => this.#client.unsubscribe([...filters], error => {
      done(error == null ? null : `does not answer UNSUBSCRIBE as it must: ${error.message}`, null)
    }))
  }

  /** @param ask calls back with what is wrong, or null, and the answer */
  async #answer<T> (packet: string, ask: (done: (fault: string | null, answer: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new BridgeError(bridgeCodes.linkLost, `${this.#config.server.url} ${why}`))
      // its 'close' has been and does not come again
      if (this.#stream.destroyed) return fail(`has closed the connection before ${packet}`)
      const closed = (): void => {
        clearTimeout(timer)
        fail(`closes the connection instead of answering ${packet}`)
      }
      const timer = setTimeout(() => fail(`does not answer ${packet} within ${ANSWER_MS} ms`), ANSWER_MS)
      this.#stream.once('close', closed)
      ask((fault, answer) => {
        clearTimeout(timer)
        this.#stream.off('close', closed)
        if (fault === null) resolve(answer)
        else fail(fault)
      })
    })
  }

  #subscribeOptions (): IClientSubscribeOptions {
    const { protoVer, subProperties } = this.#config
    const given = protoVer === 5 && subProperties !== null ? present({ subscriptionIdentifier: subProperties.identifier, userProperties: pairs(subProperties.userProperties) }) : {}
    return { qos: 0, ...(Object.keys(given).length === 0 ? {} : { properties: given }) }
  }

  /**
   * Says DISCONNECT and waits for the remote to close, or destroys the connection after a second.
   * @param reasonCode for MQTT 5; 0: a normal end
   */
  async end (reasonCode = 0): Promise<void> {
    if (this.#stream.destroyed) return
    return new Promise(resolve => {
      const timer = setTimeout(() => this.#stream.destroy(), CLOSE_MS)
      this.#stream.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
      this.#client.end(false, this.#config.protoVer === 5 ? { reasonCode } : {})
    })
  }
}

function acceptanceOf (config: BridgeConfig, connack: IConnackPacket): Acceptance {
  const properties = connack.properties ?? {}
  return {
    terms: {
      sessionPresent: connack.sessionPresent,
      receiveMaximum: properties.receiveMaximum ?? 65_535,
      maximumPacketSize: properties.maximumPacketSize ?? Infinity,
      maximumQos: properties.maximumQoS === 0 ? 0 : properties.maximumQoS === 1 ? 1 : 2,
      retainAvailable: properties.retainAvailable ?? true,
      topicAliasMaximum: properties.topicAliasMaximum ?? 0
    },
    keepaliveSeconds: properties.serverKeepAlive ?? config.keepaliveSeconds,
    assignedClientId: properties.assignedClientIdentifier ?? null
  }
}
