/** An edge with its administration, in this process, and a client for both ways in. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Admin, startAdmin } from '../../src/admin/admin.ts'
import { loadConfig, type LoadedConfig } from '../../src/config/load.ts'
import { type Edge, startEdge } from '../../src/edge.ts'
import { type AdjustableLogger, createLogger, type Logger, silentLogger } from '../../src/logger.ts'
import { startNotifications } from '../../src/notify/notifications.ts'
import type { TestScope } from './certificates.ts'

export interface AdminRig {
  readonly edge: Edge
  readonly admin: Admin
  /** Whose levels the interface changes; it says nothing. */
  readonly log: AdjustableLogger
  readonly dir: string
  /** Port of the first MQTT listener. */
  readonly mqttPort: number
  /** Resolves when the interface has said that the process is to stop. */
  readonly stopped: Promise<void>
  /** By HTTP where credentials are given or asked for, else through the control socket. */
  readonly ask: (path: string, options?: AskOptions) => Promise<Answered>
}

export interface AskOptions {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** @default 'control' */
  readonly by?: 'control' | 'http'
  /** `user:password` */
  readonly login?: string
  /** Address of this machine that it comes from. */
  readonly from?: string
}

export interface Answered {
  readonly status: number
  readonly text: string
  readonly headers: NodeJS.Dict<string | string[]>
  readonly json: { readonly code: number, readonly data: unknown, readonly [key: string]: unknown }
}

export const httpText = 'http_server { port = 0, username = ada, password = lovelace }'

/** @param text of the configuration; a listener at any free port of this machine is there unless it says so */
export async function adminFor (t: TestScope, text = '', logger: Logger = silentLogger): Promise<AdminRig> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-admin-'))
  const file = join(dir, 'edge.conf')
  await writeFile(file, `${text.includes('listeners') ? '' : 'listeners.tcp.bind = "127.0.0.1:0"\n'}${text}`)
  const read = (): LoadedConfig => loadConfig({ file, cwd: dir, environment: {} })
  const edge = await startEdge({ ...read(), read, logger, stateDir: dir, setNotices: notices => notifications.replace(notices) })
  let stop = (): void => {}
  const stopped = new Promise<void>(resolve => { stop = resolve })
  const log = createLogger({ level: 'silent', readable: false, out: { write: () => {} } })
  const notifications = startNotifications({ edge, logger, version: '0.0.0-test' })
  const admin = await startAdmin({ edge, logger, log, notifications, stateDir: dir, environment: {}, process: { version: '0.0.0-test', startedAt: Date.now(), stop } })
  t.teardown(async () => {
    await admin.close()
    await notifications.close(0)
    await edge.close(0)
    await rm(dir, { recursive: true, force: true })
  })
  return { edge, admin, log, dir, mqttPort: edge.addresses[0]?.port ?? 0, stopped, ask: async (path, options) => askOf(admin, path, options) }
}

async function askOf ({ address, controlSocket }: Admin, path: string, { method = 'GET', body, headers = {}, by, login, from }: AskOptions = {}): Promise<Answered> {
  const isHttp = by === 'http' || login !== undefined
  const content = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      ...(isHttp ? { host: address?.host, port: address?.port, localAddress: from } : { socketPath: controlSocket ?? '' }),
      method,
      path,
      agent: false,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(content)) }),
        ...(login === undefined ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
        ...headers
      }
    }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers, json: (text.startsWith('{') ? JSON.parse(text) : {}) as Answered['json'] })
      })
    })
    request.on('error', reject)
    request.end(content)
  })
}
