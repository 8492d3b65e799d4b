/**
 * Opens a TLS connection and hands it over only when the remote is proven to be who it should be: chain, dates, name, TLS 1.2 at
 * least, nothing resumed, and whatever else is demanded of it. Until then not one byte of ours is written, so that a refused server learns no password.
 */
import type { X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { diagnose } from './diagnosis.ts'
import type { HandshakeFacts } from './diagnosis.ts'
import { HandshakeError, handshakeCodes } from './errors.ts'
import type { HandshakeCode } from './errors.ts'
import { peerChain } from './peer-chain.ts'
import { peerFinding } from './peer/peer-check.ts'
import { identityError, peerNameOf } from './peer-name.ts'
import type { PeerName } from './peer-name.ts'
import { noWitness } from './peer/witness.ts'
import type { PeerWitness } from './peer/witness.ts'
import type { TrustSnapshot } from './snapshot.ts'

export interface DialOptions {
  /** ASCII form (IDNA), or an IP literal without brackets. */
  readonly host: string
  readonly port: number
  /** Sent and checked instead of the host; null: the host. */
  readonly servername: string | null
  readonly snapshot: TrustSnapshot
  /** Until TCP stands, name look-up included. */
  readonly connectTimeoutMs: number
  /** From there until the handshake is over; Node itself would wait for ever. OCSP responders and a plugin have time limits of their own. */
  readonly handshakeTimeoutMs: number
  readonly signal: AbortSignal | null
  readonly nodelay: boolean
  readonly keepalive: boolean
  /** Silence before the first TCP probe; 0 leaves it to the system. @default 0 */
  readonly keepidleMs?: number
  /** The address to go out from; null: whichever leads there. */
  readonly localAddress: string | null
  readonly witness?: PeerWitness
}

/**
 * The caller listens for 'error' and 'close' from the tick it is resolved. With TLS 1.3 the remote judges our certificate only
 * afterwards: an error that comes then is put into words by `diagnoseEstablished`.
 * @throws HandshakeError, whatever the cause
 */
export async function dialVerified (options: DialOptions): Promise<TLSSocket> {
  return new Dial(options).verified()
}

/** What an error on a socket that `dialVerified` has handed over means, such as our client certificate refused. */
export function diagnoseEstablished (error: unknown, options: DialOptions): HandshakeError {
  return diagnose(error, factsOf(options, 'established', []))
}

const ignore = (): void => {}

class Dial {
  readonly #options: DialOptions
  #stage: HandshakeFacts['stage'] = 'connecting'
  #peer: readonly X509Certificate[] = []
  #timer: NodeJS.Timeout | null = null

  constructor (options: DialOptions) {
    this.#options = options
  }

  async verified (): Promise<TLSSocket> {
    const { host, servername, signal } = this.#options
    const name = peerNameOf(servername ?? host)
    if (name === null) throw this.#failure(handshakeCodes.failed, 'is not dialled: its name is neither a host name nor an IP address', 'Write the name in ASCII letters, digits, hyphens and dots.')
    if (signal?.aborted === true) throw this.#aborted()
    return new Promise((resolve, reject) => {
      this.#dial(name, resolve, reject)
    })
  }

  #dial (name: PeerName, resolve: (socket: TLSSocket) => void, reject: (error: HandshakeError) => void): void {
    const { signal, nodelay, keepalive, keepidleMs = 0 } = this.#options
    const socket = connect(this.#connection(name))
    const judged = new AbortController()
    let staple: Buffer | null = null
    const stapled = (response: Buffer | null): void => { staple = response }
    const settle = (): void => {
      judged.abort()
      if (this.#timer !== null) clearTimeout(this.#timer)
      signal?.removeEventListener('abort', abort)
      socket.off('error', fail).off('close', closed).off('connect', connected).off('secureConnect', secured).off('OCSPResponse', stapled).off('secure', seen)
      // between this tick and the caller's listeners an error would end the process
      socket.on('error', ignore)
    }
    const fail = (error: unknown): void => {
      settle()
      // an alert that comes after the server's certificate is about ours
      if (this.#peer.length === 0) this.#peer = peerChain(socket)
      socket.destroy()
      reject(diagnose(error, this.#facts()))
    }
    const abort = (): void => fail(this.#aborted())
    const closed = (): void => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
    const expire = (): void => fail(this.#timedOut())
    const seen = (): void => {
      this.#peer = peerChain(socket)
    }
    const connected = (): void => {
      this.#stage = 'handshake'
      socket.setNoDelay(nodelay)
      socket.setKeepAlive(keepalive, keepidleMs)
      if (this.#timer !== null) clearTimeout(this.#timer)
      this.#timer = setTimeout(expire, this.#options.handshakeTimeoutMs)
    }
    const judge = async (): Promise<void> => {
      if (this.#timer !== null) clearTimeout(this.#timer)
      const refusal = this.#lastLook(socket) ?? await this.#heldToDemands(socket, staple, judged.signal)
      // it may have ended while it was being judged
      if (judged.signal.aborted) return
      if (refusal !== null) return fail(refusal)
      settle()
      resolve(socket)
    }
    const secured = (): void => { void judge() }
    socket.on('error', fail).on('close', closed).on('connect', connected).on('secureConnect', secured).on('OCSPResponse', stapled)
    // undocumented, and only for the words: after a refusal the server's certificate can not be asked for any more
    socket.prependListener('secure', seen)
    signal?.addEventListener('abort', abort, { once: true })
    this.#timer = setTimeout(expire, this.#options.connectTimeoutMs)
  }

  #connection (name: PeerName): ConnectionOptions & { readonly requestOCSP: true } {
    const { host, port, snapshot, localAddress } = this.#options
    return {
      host,
      port,
      // holds ca, key, minVersion: beside a context they would be ignored. No `session`: a resumed one is not verified at all.
      secureContext: snapshot.context,
      rejectUnauthorized: true,
      // always: a certificate may say that it is good only with it
      requestOCSP: true,
      checkServerIdentity: (_host, certificate) => identityError(name, certificate),
      ...(snapshot.demands.alpn.length === 0 ? {} : { ALPNProtocols: [...snapshot.demands.alpn] }),
      ...(name.sent === null ? {} : { servername: name.sent }),
      ...(localAddress === null ? {} : { localAddress })
    }
  }

  /** Node has verified when 'secureConnect' comes; this holds it to that. */
  #lastLook (socket: TLSSocket): HandshakeError | null {
    if (socket.isSessionReused()) return this.#failure(handshakeCodes.failed, 'resumed a session, which is never verified', 'This is a defect of Causeway: report it.')
    if (!socket.authorized || peerChain(socket).length === 0) return this.#failure(handshakeCodes.failed, 'was connected without being verified', 'This is a defect of Causeway: report it.')
    return null
  }

  async #heldToDemands (socket: TLSSocket, staple: Buffer | null, signal: AbortSignal): Promise<HandshakeError | null> {
    const { host, port, servername, snapshot, witness = noWitness } = this.#options
    const finding = await peerFinding({
      host,
      port,
      name: servername ?? host,
      presented: peerChain(socket),
      tlsVersion: socket.getProtocol() ?? '',
      cipher: socket.getCipher().standardName,
      alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
      staple,
      signal,
      witness
    }, snapshot)
    return finding === null ? null : this.#failure(finding.code, finding.words, finding.hint)
  }

  #timedOut (): HandshakeError {
    const { connectTimeoutMs, handshakeTimeoutMs } = this.#options
    return this.#stage === 'connecting'
      ? this.#failure(handshakeCodes.unreachable, `does not answer within ${connectTimeoutMs} ms`, 'Check host, port and firewalls between.')
      : this.#failure(handshakeCodes.timeout, `accepts the connection but does not finish the handshake within ${handshakeTimeoutMs} ms`, 'This may be a port without TLS (TLS is mostly 8883), or the remote is overloaded.')
  }

  #aborted (): HandshakeError {
    return this.#failure(handshakeCodes.aborted, 'was given up while connecting', 'Somebody stopped or changed this bridge.')
  }

  #failure (code: HandshakeCode, words: string, hint: string): HandshakeError {
    const { host, port } = this.#options
    return new HandshakeError(code, `${host.includes(':') ? `[${host}]` : host}:${port} ${words}`, { hint })
  }

  #facts (): HandshakeFacts {
    return factsOf(this.#options, this.#stage, this.#peer)
  }
}

function factsOf (options: DialOptions, stage: HandshakeFacts['stage'], peer: readonly X509Certificate[]): HandshakeFacts {
  const { host, port, servername, snapshot } = options
  return {
    host,
    port,
    name: servername ?? host,
    cacertfile: snapshot.files.cacertfile,
    anchors: snapshot.anchors,
    clientCertificate: snapshot.chain[0] ?? null,
    demands: snapshot.demands,
    peer,
    stage,
    now: new Date()
  }
}
