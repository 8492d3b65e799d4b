/** A client of the quickstart: the device at the edge, or the application beside the remote broker. A plain mqtt.js client, as a user would write it. */
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'

export interface DemoClientOptions {
  /** `mqtt://` or `mqtts://` with host and port. */
  readonly url: string
  readonly clientId: string
  /** The only trusted CA, for `mqtts://`. */
  readonly ca?: Buffer
  /** Called for each message of the subscribed filters. */
  readonly onMessage: (topic: string, payload: string) => void
}

export class DemoClient {
  readonly #client: MqttClient

  private constructor (client: MqttClient) {
    this.#client = client
  }

  /** Connects and subscribes at QoS 1; rejects when the broker can not be reached or refuses. */
  static async connect (options: DemoClientOptions, filter: string): Promise<DemoClient> {
    const connection: IClientOptions = { clientId: options.clientId, clean: true, reconnectPeriod: 500 }
    if (options.ca !== undefined) connection.ca = options.ca
    const client = await connectAsync(options.url, connection, false)
    client.on('error', () => {})
    client.on('message', (topic, payload) => options.onMessage(topic, payload.toString()))
    await client.subscribeAsync(filter, { qos: 1 })
    return new DemoClient(client)
  }

  /** Publishes at QoS 1; resolves when the broker has acknowledged. */
  async publish (topic: string, payload: string): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1 })
  }

  async close (): Promise<void> {
    await this.#client.endAsync(true)
  }
}
