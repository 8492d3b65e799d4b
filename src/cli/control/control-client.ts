/** Speaks to a running edge through its control socket. */
import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { createInterface } from 'node:readline'
import { resolve } from 'node:path'
import { controlPath } from '../../admin/control-socket.ts'
import { loadConfig } from '../../config/load.ts'
import { locateConfig } from '../../config/locate.ts'
import { reasonOf } from '../../errors.ts'
import { CliError, cliCodes } from '../errors.ts'
import type { CliIo } from '../io.ts'

export interface ControlOptions {
  /** Path of the socket; left out, where the configuration has it. */
  readonly socket?: string
  readonly conf?: string
  readonly stateDir?: string
}

/** An answer of the interface. */
interface Answer {
  readonly code?: number
  readonly data?: unknown
  readonly message?: string
  readonly hint?: string
}

const ANSWER_MS = 60_000

export class ControlClient {
  readonly socket: string

  constructor (socket: string) {
    this.socket = socket
  }

  /** @throws CliError for no edge that answers, and for an answer that says no */
  async ask (method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> {
    const response = await this.#request(method, path, { body, timeoutMs: ANSWER_MS })
    let text = ''
    for await (const chunk of response) text += String(chunk)
    const answer = answerOf(text)
    if (response.statusCode !== undefined && response.statusCode < 300) return answer.data
    throw new CliError(cliCodes.controlRefused, `the running edge says no: ${answer.message ?? `status ${response.statusCode ?? 0}`}`, { hint: answer.hint ?? '' })
  }

  /** Calls with each event until the signal is aborted or the edge ends. @throws CliError */
  async follow (path: string, call: (data: string) => void, signal: AbortSignal): Promise<void> {
    const response = await this.#request('GET', path, { signal })
    try {
      for await (const line of createInterface({ input: response })) if (line.startsWith('data: ')) call(line.slice('data: '.length))
    } catch (error) {
      if (!signal.aborted) throw this.#unreachable(error)
    }
  }

  async #request (method: string, path: string, { body, timeoutMs = 0, signal }: { readonly body?: object | undefined, readonly timeoutMs?: number, readonly signal?: AbortSignal }): Promise<IncomingMessage> {
    const content = body === undefined ? '' : JSON.stringify(body)
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }
    const request = httpRequest({ socketPath: this.socket, method, path, headers, agent: false, timeout: timeoutMs, ...(signal === undefined ? {} : { signal }) })
    request.once('timeout', () => request.destroy(new Error('no answer in time')))
    request.end(content)
    try {
      const [response] = await once(request, 'response') as [IncomingMessage]
      return response
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  #unreachable (error: unknown): CliError {
    return new CliError(cliCodes.controlUnreachable, `no running edge answers at ${this.socket}: ${reasonOf(error)}`, {
      hint: 'Is it running, as this user? Name the same --conf and --state-dir, or the path it printed at its start with --socket',
      cause: error
    })
  }
}

function answerOf (text: string): Answer {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return {}
  }
}

/**
 * The edge that runs on the configuration that is meant, by the same rules by which it chose its socket.
 * @throws ConfigError for a configuration that can not be read; CliError when there is no place for a socket
 */
export function controlClient ({ socket, conf, stateDir }: ControlOptions, io: CliIo): ControlClient {
  const named = socket ?? io.environment['CAUSEWAY_CONTROL']
  if (named !== undefined && named !== '') return new ControlClient(resolve(io.cwd, named))
  const { file } = locateConfig(conf, io.cwd, io.environment)
  const { config } = loadConfig({ file, cwd: io.cwd, environment: io.environment })
  const state = stateDir ?? io.environment['CAUSEWAY_STATE'] ?? config.persistence?.dir ?? null
  const path = controlPath({ configured: config.control.socket, stateDir: state === null ? null : resolve(io.cwd, state), environment: io.environment })
  if (path === null || !config.control.enable) throw new CliError(cliCodes.controlUnreachable, `${file}: an edge on this configuration has no control socket`, { hint: 'Set control { socket = "…" }, or name the socket with --socket' })
  return new ControlClient(path)
}
