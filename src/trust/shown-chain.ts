/**
 * What a TLS server shows to anybody who dials it. Nothing is verified by that, and nothing is said: the connection is closed as soon as the
 * certificates are there, so that a server which poses as another learns no more than that somebody asked.
 */
import type { X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { nameOf } from './certificate-facts.ts'
import { diagnose } from './diagnosis.ts'
import type { HandshakeFacts } from './diagnosis.ts'
import { TrustError, trustCodes } from './errors.ts'
import { noDemands } from './peer/demands.ts'
import { peerChain } from './peer-chain.ts'

export interface ShownChainOptions {
  /** ASCII form (IDNA), or an IP literal without brackets. */
  readonly host: string
  readonly port: number
  /** Sent in the ClientHello; null: none. */
  readonly servername: string | null
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface ShownChain {
  /** As it was sent, leaf first. */
  readonly chain: readonly X509Certificate[]
  /** Such as `TLSv1.3`; empty when the server has ended the handshake after its certificate. */
  readonly protocol: string
  /** The OCSP response it has stapled; null: none. */
  readonly staple: Buffer | null
}

/** @throws HandshakeError when no certificate comes */
export async function shownChain ({ host, port, servername, timeoutMs, signal }: ShownChainOptions): Promise<ShownChain> {
  return new Promise((resolve, reject) => {
    let stage: HandshakeFacts['stage'] = 'connecting'
    let staple: Buffer | null = null
    // an empty list of authorities: the certificates have to be what the server sends, and not what could be found to them here
    const options: ConnectionOptions & { readonly requestOCSP: true } = { host, port, ca: [], rejectUnauthorized: false, requestOCSP: true, minVersion: 'TLSv1.2', ...(servername === null ? {} : { servername }) }
    const socket = connect(options)
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.removeAllListeners().on('error', () => {})
      socket.destroy()
    }
    const fail = (error: unknown): void => {
      // a server that demands a certificate of ours breaks off only after it has shown its own
      const chain = peerChain(socket)
      end()
      if (chain.length > 0) resolve({ chain, protocol: '', staple })
      else reject(diagnose(error, { host, port, name: servername ?? host, cacertfile: '', anchors: [], demands: noDemands, clientCertificate: null, peer: [], stage, now: new Date() }))
    }
    const abort = (): void => fail(Object.assign(new Error('given up'), { code: 'ECONNABORTED' }))
    const timer = setTimeout(() => fail(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), timeoutMs)
    socket.once('connect', () => { stage = 'handshake' })
    socket.once('OCSPResponse', (response: Buffer | null) => { staple = response === null || response.length === 0 ? null : response })
    socket.once('error', fail)
    socket.once('close', () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
    socket.once('secureConnect', () => {
      const chain = peerChain(socket)
      const protocol = socket.getProtocol() ?? ''
      end()
      resolve({ chain, protocol, staple })
    })
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

/**
 * What of a chain a file has to hold so that its server is accepted: the issuers it was sent with, or the leaf where that is signed by itself.
 * @throws TrustError where the server does not send what would be needed
 */
export function trustworthyPart (chain: readonly X509Certificate[], place: string): readonly X509Certificate[] {
  const [leaf, ...issuers] = chain
  if (issuers.length > 0) return issuers
  if (leaf !== undefined && leaf.subject === leaf.issuer) return [leaf]
  throw new TrustError(trustCodes.notToBeTrusted, `${place} sends its certificate without that of its issuer${leaf === undefined ? '' : `, ${nameOf(leaf, 'issuer')}`}: there is nothing to put into a cacertfile`, {
    hint: 'Get the CA certificate of that issuer from whoever runs the server. For a public authority, name the system bundle: /etc/ssl/certs/ca-certificates.crt'
  })
}
