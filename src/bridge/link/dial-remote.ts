/** Dials the remote of a bridge with the trust of now. What it needs to be told, and where what it shows goes. */
import type { X509Certificate } from 'node:crypto'
import type { BridgeConfig } from '../../config/model.ts'
import type { Logger } from '../../logger.ts'
import type { InUse } from '../../trust/in-use.ts'
import type { TrustSnapshot } from '../../trust/snapshot.ts'
import { dial } from './dial.ts'
import type { Dialled } from './dial.ts'
import { BridgeError, bridgeCodes } from '../errors.ts'

/** Gives the trust to dial with; asked at each dial, so that a rotation swaps what it gives. */
export type TrustSource = () => TrustSnapshot | Promise<TrustSnapshot>

export interface RemoteOptions {
  readonly config: BridgeConfig
  /** For TLS; null: plain TCP. */
  readonly trust: TrustSource | null
  /** Told the chain of the remote, leaf first, and the OCSP answers about it, when a dial with TLS is verified. */
  readonly verified?: (chain: readonly X509Certificate[], answers: readonly InUse[]) => void
  readonly logger: Logger
  /** Gives the attempt up. A connection that is up is ended by closing it. */
  readonly signal: AbortSignal
}

/** A remote that is verified and has been told nothing. */
export interface VerifiedRemote extends Dialled {
  /** Of the trust it was verified with; null: plain TCP. */
  readonly fingerprint: string | null
}

/** @throws HandshakeError, TrustError, BridgeError */
export async function dialRemote (options: RemoteOptions): Promise<VerifiedRemote> {
  const snapshot = await trustOf(options)
  const dialled = await dial(options.config, snapshot, options.signal)
  for (const reason of dialled.unproven) options.logger.warn({ reason, hint: 'ocsp_fail = hard would refuse it' }, 'remote is let in without proof that its certificate was not revoked')
  if (snapshot !== null) options.verified?.(dialled.chain, dialled.answers)
  return { ...dialled, fingerprint: snapshot?.fingerprint ?? null }
}

async function trustOf ({ config, trust }: RemoteOptions): Promise<TrustSnapshot | null> {
  if (config.tls === null) return null
  if (trust === null) throw new BridgeError(bridgeCodes.trust, `bridge ${config.name} has TLS and no trust to verify with`)
  return trust()
}
