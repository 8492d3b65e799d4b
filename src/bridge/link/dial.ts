/** Opens the way to the remote: TLS through the trust layer, which hands over only what it has verified, or plain TCP. */
import type { X509Certificate } from 'node:crypto'
import { connect, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { BridgeConfig } from '../../config/model.ts'
import { diagnoseEstablished, dialVerified } from '../../trust/dial.ts'
import type { DialOptions } from '../../trust/dial.ts'
import { peerChain } from '../../trust/peer-chain.ts'
import type { InUse } from '../../trust/in-use.ts'
import type { TrustSnapshot } from '../../trust/snapshot.ts'
import { BridgeError, bridgeCodes } from '../errors.ts'
import { reasonOf } from '../../errors.ts'
import type { CausewayError } from '../../errors.ts'

/** A connection that may be talked on. */
export interface Dialled {
  readonly socket: Socket
  /** What the remote has shown, leaf first; empty without TLS. */
  readonly chain: readonly X509Certificate[]
  /** OCSP answers that have proven it good. */
  readonly answers: readonly InUse[]
  /** What was let pass although it could not be proven. */
  readonly unproven: readonly string[]
  /** What an error on the socket means; TLS 1.3 judges our certificate only after the handshake. */
  diagnose (error: Error): CausewayError
}

/**
 * @param snapshot for `tls+mqtt-tcp://`; null: plain TCP
 * @throws HandshakeError or BridgeError
 */
export async function dial (config: BridgeConfig, snapshot: TrustSnapshot | null, signal: AbortSignal): Promise<Dialled> {
  if (snapshot === null) return dialPlain(config, signal)
  const options = tlsDialOptions(config, snapshot, signal)
  const [unproven, answers]: [string[], InUse[]] = [[], []]
  const witness = { unproven: (words: string) => { unproven.push(words) }, proven: (answer: InUse) => { answers.push(answer) } }
  const socket = await dialVerified({ ...options, witness })
  return { socket, chain: peerChain(socket), answers, unproven, diagnose: error => diagnoseEstablished(error, options) }
}

/** How a bridge dials a remote with TLS. */
export function tlsDialOptions (config: BridgeConfig, snapshot: TrustSnapshot, signal: AbortSignal): DialOptions {
  const { server, tls, tcp } = config
  return {
    host: server.host,
    port: server.port,
    servername: tls?.sni ?? null,
    snapshot,
    connectTimeoutMs: config.connectTimeoutMs,
    handshakeTimeoutMs: tls?.handshakeTimeoutMs ?? config.connectTimeoutMs,
    signal,
    nodelay: tcp.nodelay,
    keepalive: tcp.keepalive,
    keepidleMs: tcp.keepidleMs,
    localAddress: localAddressOf(config)
  }
}

async function dialPlain (config: BridgeConfig, signal: AbortSignal): Promise<Dialled> {
  const { server, tcp } = config
  const localAddress = localAddressOf(config)
  const diagnose = (error: Error): BridgeError => new BridgeError(bridgeCodes.linkLost, `${server.url} has broken the connection: ${reasonOf(error)}`, {
    cause: error,
    hint: 'The remote was restarted, or the network between was cut. It is tried again by itself.'
  })
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: server.host,
      port: server.port,
      noDelay: tcp.nodelay,
      keepAlive: tcp.keepalive,
      keepAliveInitialDelay: tcp.keepidleMs,
      ...(localAddress === null ? {} : { localAddress })
    })
    const settle = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.removeAllListeners('error').removeAllListeners('connect')
      // between this tick and the caller's listeners an error would end the process
      socket.on('error', () => {})
    }
    const fail = (error: BridgeError): void => {
      settle()
      socket.destroy()
      reject(error)
    }
    const abort = (): void => fail(new BridgeError(bridgeCodes.stopped, `${server.url} was given up while connecting`))
    const timer = setTimeout(() => fail(unreachable(config, `no answer within ${config.connectTimeoutMs} ms`)), config.connectTimeoutMs)
    socket.once('error', error => fail(unreachable(config, reasonOf(error), error)))
    socket.once('connect', () => {
      settle()
      resolve({ socket, chain: [], answers: [], unproven: [], diagnose })
    })
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

/**
 * Where to connect from: as it is configured, or what the named interface has now.
 * @throws BridgeError when there is no such interface, or it has no address
 */
function localAddressOf (config: BridgeConfig): string | null {
  const { bindInterface } = config.tcp
  if (bindInterface === null || isIP(bindInterface) !== 0) return bindInterface
  const family = isIP(config.server.host) === 6 ? 'IPv6' : 'IPv4'
  const found = networkInterfaces()[bindInterface]?.find(each => each.family === family)
  if (found !== undefined) return found.address
  throw unreachable(config, `tcp.bind_interface = ${bindInterface} has no ${family} address now`)
}

function unreachable (config: BridgeConfig, why: string, cause?: Error): BridgeError {
  return new BridgeError(bridgeCodes.unreachable, `${config.server.url} is not reached: ${why}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'Check host, port and firewalls between, and that the remote runs.'
  })
}
