/**
 * Tries a candidate on every server of a bridge, and says what that means for the candidate. The server that the link is up with decides; another one holds the
 * candidate back only where it would be lost by it: one that the files in use do not get on with either is no reason to wait.
 */
import type { RemoteAddress } from '../config/model.ts'
import type { CanaryVerdict, ServerTrial } from '../trust/canary.ts'
import { handshakeCodes } from '../trust/errors.ts'

export interface ServerTrialsOptions {
  /** All that the bridge may dial, the first of them first. */
  readonly servers: readonly RemoteAddress[]
  /** That the link is up with; null: it is down. */
  readonly connected: RemoteAddress | null
  readonly tryCandidate: (server: RemoteAddress) => Promise<CanaryVerdict>
  /** Tries what is in use; null: nothing is. */
  readonly tryServing: ((server: RemoteAddress) => Promise<CanaryVerdict>) | null
}

type Refused = Extract<CanaryVerdict, { readonly kind: 'refused' }>

interface Tried {
  readonly server: RemoteAddress
  readonly verdict: CanaryVerdict
  /** What is in use is refused there as well. */
  readonly wasLost: boolean
}

/**
 * Refused when the connected server refuses, or did not answer although it serves; when one has revoked or was revoked; and when another refuses that accepts what
 * is in use. Unreachable when none was reached. Else accepted. Never rejects.
 */
export async function tryServers (options: ServerTrialsOptions): Promise<CanaryVerdict> {
  const { servers, connected } = options
  const addresses = connected === null || servers.some(({ url }) => url === connected.url) ? servers : [connected, ...servers]
  const tried = await Promise.all(addresses.map(async server => trial(server, options)))
  const verdict = verdictOn(tried, connected)
  return tried.length === 1 ? verdict : { ...verdict, servers: tried.map(told) }
}

async function trial (server: RemoteAddress, { connected, tryCandidate, tryServing }: ServerTrialsOptions): Promise<Tried> {
  const verdict = await tryCandidate(server)
  const isOther = connected?.url !== server.url
  const wasLost = isOther && verdict.kind === 'refused' && !isRevoked(verdict) && (await tryServing?.(server))?.kind === 'refused'
  // a remote that serves us at this moment is not down: nothing was proven, and there is no hurry
  return { server, wasLost, verdict: !isOther && verdict.kind === 'unreachable' ? { ...verdict, kind: 'refused' } : verdict }
}

function verdictOn (tried: readonly Tried[], connected: RemoteAddress | null): CanaryVerdict {
  const own = tried.find(({ server }) => server.url === connected?.url)?.verdict
  if (own?.kind === 'refused') return own
  const lost = refusalsOf(tried.filter(({ wasLost }) => !wasLost))
  const refusal = lost.find(isRevoked) ?? lost[0]
  if (refusal !== undefined) return refusal
  const accepted = own ?? tried.find(({ verdict }) => verdict.kind === 'accepted')?.verdict
  return accepted?.kind === 'accepted' ? { ...accepted, ...notes(tried) } : nowhereAccepted(tried)
}

/** One that refuses says more than one that is not there. */
function nowhereAccepted (tried: readonly Tried[]): CanaryVerdict {
  return refusalsOf(tried)[0] ?? tried[0]?.verdict ?? { kind: 'accepted' }
}

function refusalsOf (tried: readonly Tried[]): readonly Refused[] {
  return tried.flatMap(({ verdict }) => verdict.kind === 'refused' ? [verdict] : [])
}

function isRevoked ({ reason }: Refused): boolean {
  return reason.code === handshakeCodes.revoked
}

/** What was not proven by it all the same, server by server. */
function notes (tried: readonly Tried[]): { readonly note?: string } {
  const words = tried.flatMap(({ verdict }) => verdict.kind === 'accepted'
    ? verdict.note ?? []
    : `${verdict.reason.message}${verdict.kind === 'refused' ? ', as with the files in use' : ''}`)
  return words.length === 0 ? {} : { note: words.join('; ') }
}

function told ({ server, verdict }: Tried): ServerTrial {
  return { server: server.url, verdict: verdict.kind, reason: verdict.kind === 'accepted' ? verdict.note ?? '' : verdict.reason.message }
}
