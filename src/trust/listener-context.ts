/**
 * What a TLS listener serves with: certificate, key, and the CA its clients are held to, read as strictly as a bridge's. The same
 * object goes to `tls.createServer` and, when files change, to `server.setSecureContext`: connected devices stay, new ones get the new.
 */
import { X509Certificate } from 'node:crypto'
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import { nameOf } from './certificate-facts.ts'
import { TrustError, trustCodes } from './errors.ts'
import { chainInUse, inUse } from './in-use.ts'
import type { InUse } from './in-use.ts'
import { readKeyPair } from './key-pair.ts'
import { peerChain } from './peer-chain.ts'
import { recheckChain } from './rechecked-chain.ts'
import { fingerprintOf, secureContextOf, secureOptions } from './secure-context.ts'
import { readTrustBundle } from './trust-bundle.ts'

/** The part of NanoMQ's `listeners.ssl` that is about trust. */
export interface ListenerTrustFiles {
  readonly certfile: string
  readonly keyfile: string
  readonly keyPassword: string | null
  /** Client certificates are verified against it; null: none are asked for. */
  readonly cacertfile: string | null
  /** Ask for a client certificate, and refuse one that `cacertfile` does not vouch for. */
  readonly verifyPeer: boolean
  /** Refuse a client without one too. */
  readonly failIfNoPeerCert: boolean
}

export interface ListenerContext {
  /** For `server.setSecureContext` on rotation. */
  readonly secure: SecureContextOptions
  /** For `tls.createServer`, together with `secure`. */
  readonly peers: { readonly requestCert: boolean, readonly rejectUnauthorized: boolean }
  /** SHA-256 over certificates, hex: equal content, equal fingerprint. */
  readonly fingerprint: string
  readonly warnings: readonly string[]
  /** Everything in it that ends some day. */
  readonly inUse: readonly InUse[]
  /** Why this client is to be dropped at 'secureConnection'; null when it may go on. Call it for each. */
  refusal (socket: TLSSocket): string | null
  /** Why this client, which an earlier context has let in, would not be let in by this one; null when it would. */
  recheck (socket: TLSSocket): string | null
}

/**
 * @param now expiry is judged at this moment
 * @throws TrustError naming file, line and reason
 */
export async function createListenerContext (files: ListenerTrustFiles, now = new Date()): Promise<ListenerContext> {
  const pair = await readKeyPair(files, now)
  const clients = files.verifyPeer ? await readTrustBundle(clientAuthority(files), 'clients', now) : null
  const material = { anchors: clients?.anchors ?? [], chain: pair.chain, key: pair.key }
  const secure = secureOptions(material)
  // now, and not at the first device
  secureContextOf(secure, files.certfile)
  return Object.freeze({
    secure,
    // Node has no "optional": without a certificate it would refuse, so a given one is judged by refusal()
    peers: Object.freeze({ requestCert: files.verifyPeer, rejectUnauthorized: files.verifyPeer && files.failIfNoPeerCert }),
    fingerprint: fingerprintOf(material),
    warnings: Object.freeze([...pair.warnings, ...(clients?.warnings ?? []), ...uselessKeys(files)]),
    inUse: Object.freeze([
      ...chainInUse(pair.chain, 'listener certificate', files.certfile),
      ...(clients?.anchors ?? []).map(anchor => inUse(anchor, 'CA', files.cacertfile))
    ]),
    refusal: files.verifyPeer ? refusalOf(files.failIfNoPeerCert) : () => null,
    recheck: clients === null ? () => null : recheckOf(clients.anchors, files.failIfNoPeerCert)
  })
}

function clientAuthority (files: ListenerTrustFiles): string {
  if (files.cacertfile !== null) return files.cacertfile
  // without a CA Node would take every client that the public authorities know
  throw new TrustError(trustCodes.clientAuthorityMissing, `verify_peer is on for the listener with ${files.certfile}, but no cacertfile says which clients to accept`, { hint: 'Set cacertfile, or verify_peer = false.' })
}

function uselessKeys (files: ListenerTrustFiles): string[] {
  if (files.verifyPeer) return []
  const useless: string[] = []
  if (files.cacertfile !== null) useless.push(`cacertfile ${files.cacertfile} has no effect while verify_peer = false: clients are not asked for a certificate`)
  if (files.failIfNoPeerCert) useless.push('fail_if_no_peer_cert has no effect while verify_peer = false: clients are not asked for a certificate')
  return useless
}

function recheckOf (anchors: readonly X509Certificate[], required: boolean): (socket: TLSSocket) => string | null {
  return socket => {
    const chain = peerChain(socket)
    return chain.length === 0 && !required ? null : recheckChain(chain, anchors)
  }
}

function refusalOf (required: boolean): (socket: TLSSocket) => string | null {
  return socket => {
    if (socket.authorized) return null
    const raw = (socket.getPeerCertificate() as { readonly raw?: Buffer }).raw
    if (raw === undefined) return required ? 'it gave no certificate' : null
    // a string here, whatever the type says
    const reason = String(socket.authorizationError)
    return `its certificate ${nameOf(new X509Certificate(raw))} is not accepted: ${reason}`
  }
}
