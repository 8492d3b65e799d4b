/** A real mosquitto as the remote: one plain listener and, where certificates are given, one with TLS. Its ports outlive a restart. */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connect } from 'mqtt'
import type { IClientOptions, MqttClient } from 'mqtt'
import type { TestPki, TestScope } from './certificates.ts'
import { freePort } from './free-port.ts'

/** For `test(name, { skip: mosquittoMissing }, …)`: the reason, or false when it is there. */
export const mosquittoMissing = spawnSync('mosquitto', ['-h']).error === undefined ? false : 'mosquitto is not installed'

export interface MosquittoOptions {
  readonly pki?: TestPki
  /** Lines of its configuration, such as `max_inflight_messages 5`. */
  readonly config?: readonly string[]
}

export interface Received {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: number
  readonly retain: boolean
  /** With MQTT 5, where there are any. */
  readonly userProperties?: object
}

/** A client of the remote that keeps what it gets. */
export interface Observer {
  readonly client: MqttClient
  readonly messages: readonly Received[]
  /** Waits until so many have come. */
  received (count: number): Promise<readonly Received[]>
}

export async function startMosquitto (t: TestScope, options: MosquittoOptions = {}): Promise<Mosquitto> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-mosquitto-'))
  const mosquitto = new Mosquitto(dir, await freePort(), await freePort())
  t.teardown(async () => {
    await mosquitto.stop()
    await rm(dir, { recursive: true, force: true })
  })
  await mosquitto.configure(options)
  await mosquitto.start()
  return mosquitto
}

export class Mosquitto {
  readonly port: number
  readonly tlsPort: number
  readonly #dir: string
  readonly #clients = new Set<MqttClient>()
  #process: ChildProcess | null = null
  /** What it has logged. */
  readonly log: string[] = []

  constructor (dir: string, port: number, tlsPort: number) {
    this.#dir = dir
    this.port = port
    this.tlsPort = tlsPort
  }

  async configure ({ pki, config = [] }: MosquittoOptions): Promise<void> {
    const lines = [
      // else root becomes somebody who can not read our keys
      `user ${userInfo().username}`,
      'allow_anonymous true',
      'log_type all',
      'max_queued_messages 100000',
      // so that a restart keeps what it has acknowledged
      'persistence true',
      `persistence_location ${this.#dir}/`,
      `listener ${this.port} 127.0.0.1`,
      ...this.#tlsListener(pki),
      ...config
    ]
    await writeFile(join(this.#dir, 'mosquitto.conf'), lines.join('\n') + '\n')
  }

  #tlsListener (pki: TestPki | undefined): string[] {
    if (pki === undefined) return []
    return [`listener ${this.tlsPort} 127.0.0.1`, `certfile ${pki.server.certFile}`, `keyfile ${pki.server.keyFile}`, `cafile ${pki.caFile}`]
  }

  async start (): Promise<void> {
    const child = spawn('mosquitto', ['-c', join(this.#dir, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process = child
    const lines = createInterface({ input: child.stderr })
    await new Promise<void>((resolve, reject) => {
      lines.on('line', line => {
        this.log.push(line)
        if (line.endsWith(' running')) resolve()
      })
      child.once('error', reject)
      child.once('exit', code => reject(new Error(`mosquitto ended with ${code ?? 'a signal'}: ${this.log.slice(-5).join(' | ')}`)))
    })
  }

  /** @param signal SIGKILL for a crash, SIGSTOP and SIGCONT for a hang */
  async stop (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    for (const client of this.#clients) await client.endAsync(true)
    this.#clients.clear()
    const child = this.#process
    this.#process = null
    if (child === null || child.exitCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGCONT')
    child.kill(signal)
    // one that has just said that it runs forgets what it was sent: it sets `run = 1` after that line
    const again = setInterval(() => child.kill(signal), 100)
    await exit
    clearInterval(again)
  }

  /** Hangs it: its sockets stay open and nobody answers. */
  freeze (): void {
    this.#process?.kill('SIGSTOP')
  }

  thaw (): void {
    this.#process?.kill('SIGCONT')
  }

  /** Leaves a session behind that keeps what is published to `filter`. */
  async keep (clientId: string, filter: string): Promise<void> {
    const client = await this.#opened(connect(this.#url, { clientId, clean: false, reconnectPeriod: 0 }))
    await client.subscribeAsync(filter, { qos: 2 })
    await client.endAsync()
  }

  get #url (): string { return `mqtt://127.0.0.1:${this.port}` }

  async #opened (client: MqttClient): Promise<MqttClient> {
    client.on('error', () => {})
    this.#clients.add(client)
    await new Promise<void>(resolve => client.once('connect', () => resolve()))
    return client
  }

  /** Subscribes to `filter` with QoS 2; null: takes only what a session has kept. */
  async observe (filter: string | null, options: IClientOptions = {}): Promise<Observer> {
    const client = connect(this.#url, { reconnectPeriod: 0, ...options })
    const messages: Received[] = []
    let wake: () => void = () => {}
    client.on('message', (topic, payload, { qos, retain, properties }) => {
      const { userProperties } = properties ?? {}
      messages.push({ topic, payload, qos, retain, ...(userProperties === undefined ? {} : { userProperties }) })
      wake()
    })
    await this.#opened(client)
    if (filter !== null) await client.subscribeAsync(filter, { qos: 2 })
    return {
      client,
      messages,
      received: async count => new Promise(resolve => {
        wake = () => { if (messages.length >= count) resolve(messages) }
        wake()
      })
    }
  }
}
