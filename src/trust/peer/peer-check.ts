/**
 * What a remote is held to after OpenSSL has verified chain, dates and name, and before a byte is said to it: the protocol it has chosen,
 * pins, revocation lists, OCSP, and the operator's own verification. The first that speaks against it is the reason.
 */
import type { X509Certificate } from 'node:crypto'
import { reasonOf } from '../../errors.ts'
import { escapeControls } from '../../control-characters.ts'
import { handshakeCodes } from '../errors.ts'
import { mustStaple, partsOf } from '../revocation/certificate-parts.ts'
import { listFinding } from '../revocation/list-check.ts'
import { ocspFinding } from '../revocation/ocsp-check.ts'
import type { TrustSnapshot } from '../snapshot.ts'
import type { Demands } from './demands.ts'
import type { Finding } from './finding.ts'
import { pinFinding } from './pins.ts'
import { pluginFinding } from './plugin.ts'
import type { PeerToVerify } from './plugin.ts'
import type { PeerWitness } from './witness.ts'
import { verifiedChain } from './verified-chain.ts'
import type { VerifiedChain } from './verified-chain.ts'

export interface PeerEvidence extends Pick<PeerToVerify, 'host' | 'port' | 'name' | 'tlsVersion' | 'cipher' | 'alpn' | 'staple' | 'signal'> {
  /** Leaf first; not empty. */
  readonly presented: readonly X509Certificate[]
  readonly witness: PeerWitness
}

/** Never rejects; null: nothing speaks against it. */
export async function peerFinding (evidence: PeerEvidence, snapshot: TrustSnapshot, now = new Date()): Promise<Finding | null> {
  try {
    return protocolFinding(evidence.alpn, snapshot.demands) ?? await chainFinding(evidence, snapshot, now)
  } catch (error) {
    return { code: handshakeCodes.failed, words: `could not be verified: ${escapeControls(reasonOf(error))}`, hint: 'The connection was closed before anything was sent.' }
  }
}

async function chainFinding (evidence: PeerEvidence, snapshot: TrustSnapshot, now: Date): Promise<Finding | null> {
  const { demands, anchors, plugin } = snapshot
  const [leaf, ...sent] = evidence.presented
  const isDemanded = leaf !== undefined && isMoreDemanded(leaf, snapshot)
  // what OpenSSL has found is enough for most, and finding the way again takes a millisecond or two
  if (leaf === undefined || (!isDemanded && evidence.staple === null)) return null
  const chain = verifiedChain({ leaf, sent, anchors, now })
  if (chain === null) return isDemanded ? noWay : null
  return pinFinding(chain, demands.pins) ??
    listFinding(chain, { lists: snapshot.revocationLists.map(({ list }) => list), expired: demands.crlExpired }, now) ??
    await ocspFinding({ ...evidence, chain, now }, demands) ??
    (plugin === null ? null : await pluginFinding(plugin, peerOf(evidence, chain), demands.verifyTimeoutMs))
}

function isMoreDemanded (leaf: X509Certificate, { demands: { pins, crlfile, ocsp }, plugin }: TrustSnapshot): boolean {
  return pins.length > 0 || crlfile.length > 0 || ocsp !== 'off' || plugin !== null || mustStaple(partsOf(leaf))
}

function peerOf ({ host, port, name, tlsVersion, cipher, alpn, staple, signal }: PeerEvidence, { certificates }: VerifiedChain): PeerToVerify {
  return Object.freeze({ host, port, name, chain: Object.freeze([...certificates]), tlsVersion, cipher, alpn, staple, signal })
}

const noWay: Finding = {
  code: handshakeCodes.badChain,
  words: 'is not trusted: the certificates it sends can not be put into the order in which they are signed, up to one in cacertfile',
  hint: 'Have the server send its certificate and its intermediates, and nothing else.'
}

function protocolFinding (chosen: string | null, { alpn }: Demands): Finding | null {
  if (alpn.length === 0 || (chosen !== null && alpn.includes(chosen))) return null
  return {
    code: handshakeCodes.protocol,
    words: `has chosen no protocol of alpn: ${alpn.join(', ')} ${alpn.length === 1 ? 'was' : 'were'} offered`,
    hint: 'Set alpn to what the remote asks for, or remove the key where it asks for nothing.'
  }
}
