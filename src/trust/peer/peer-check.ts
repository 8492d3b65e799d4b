/**
 * What a remote is held to after OpenSSL has verified chain, dates and name, and before a byte is said to it: the protocol it has chosen,
 * pins, revocation lists. The first that speaks against it is the reason.
 */
import type { X509Certificate } from 'node:crypto'
import { reasonOf } from '../../errors.ts'
import { handshakeCodes } from '../errors.ts'
import { listFinding } from '../revocation/list-check.ts'
import type { TrustSnapshot } from '../snapshot.ts'
import type { Demands } from './demands.ts'
import type { Finding } from './finding.ts'
import { pinFinding } from './pins.ts'
import { verifiedChain } from './verified-chain.ts'

export interface PeerEvidence {
  /** Leaf first; not empty. */
  readonly presented: readonly X509Certificate[]
  /** null: none was chosen. */
  readonly alpn: string | null
}

/** Never throws; null: nothing speaks against it. */
export function peerFinding (evidence: PeerEvidence, snapshot: TrustSnapshot, now = new Date()): Finding | null {
  try {
    return findingOf(evidence, snapshot, now)
  } catch (error) {
    return { code: handshakeCodes.failed, words: `could not be verified: ${reasonOf(error)}`, hint: 'The connection was closed before anything was sent.' }
  }
}

function findingOf (evidence: PeerEvidence, snapshot: TrustSnapshot, now: Date): Finding | null {
  const { demands } = snapshot
  const protocol = protocolFinding(evidence.alpn, demands)
  if (protocol !== null || !wantsChain(demands)) return protocol
  const [leaf, ...sent] = evidence.presented
  const chain = leaf === undefined ? null : verifiedChain({ leaf, sent, anchors: snapshot.anchors, now })
  if (chain === null) return noWay
  return pinFinding(chain, demands.pins) ??
    listFinding(chain, { lists: snapshot.revocationLists.map(({ list }) => list), expired: demands.crlExpired }, now)
}

const noWay: Finding = {
  code: handshakeCodes.badChain,
  words: 'is not trusted: the certificates it sends can not be put into the order in which they are signed, up to one in cacertfile',
  hint: 'Have the server send its certificate and its intermediates, and nothing else.'
}

function wantsChain ({ pins, crlfile }: Demands): boolean {
  return pins.length > 0 || crlfile.length > 0
}

function protocolFinding (chosen: string | null, { alpn }: Demands): Finding | null {
  if (alpn.length === 0 || (chosen !== null && alpn.includes(chosen))) return null
  return {
    code: handshakeCodes.protocol,
    words: `has chosen no protocol of alpn: ${alpn.join(', ')} ${alpn.length === 1 ? 'was' : 'were'} offered`,
    hint: 'Set alpn to what the remote asks for, or remove the key where it asks for nothing.'
  }
}
