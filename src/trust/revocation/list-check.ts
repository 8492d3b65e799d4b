/** Holds a verified chain to revocation lists. Where lists are given, every certificate below the CA file needs one that is good now. */
import type { X509Certificate } from 'node:crypto'
import { dateOf, nameOf } from '../certificate-facts.ts'
import { handshakeCodes } from '../errors.ts'
import type { ExpiredListPolicy } from '../peer/demands.ts'
import type { Finding } from '../peer/finding.ts'
import type { VerifiedChain } from '../peer/verified-chain.ts'
import type { RevocationList } from './revocation-list.ts'
import { revokedFinding } from './revoked.ts'

/** As far as clocks of ordinary machines differ. */
const CLOCK_SKEW_MS = 300_000

export interface ListDemands {
  readonly lists: readonly RevocationList[]
  readonly expired: ExpiredListPolicy
}

/** null: none is revoked, and that is known of all that have to be. */
export function listFinding ({ certificates, below }: VerifiedChain, demands: ListDemands, now: Date): Finding | null {
  if (demands.lists.length === 0) return null
  for (const [i, certificate] of certificates.entries()) {
    const issuer = certificates[i + 1]
    if (issuer === undefined) break
    const finding = findingOf(certificate, issuer, demands, now)
    // a certificate of the CA file is trusted for itself: it needs no list, but what a list says of it holds
    if (finding !== null && (i < below || finding.code === handshakeCodes.revoked)) return finding
  }
  return null
}

function findingOf (certificate: X509Certificate, issuer: X509Certificate, { lists, expired }: ListDemands, now: Date): Finding | null {
  const covering = lists.filter(list => list.covers(certificate))
  const genuine = covering.filter(list => list.faultBy(issuer) === null)
  const latest = latestOf(genuine.filter(list => !isOfTheFuture(list, now))) ?? latestOf(genuine)
  if (latest === null) return unknown(certificate, covering[0]?.faultBy(issuer) ?? null)
  const revoked = latest.revocationOf(certificate)
  if (revoked !== null) return revokedFinding(certificate, revoked, `the revocation list of ${latest.issuerName}`)
  return staleness(latest, expired, now)
}

function latestOf (lists: readonly RevocationList[]): RevocationList | null {
  return lists.reduce<RevocationList | null>((best, list) => best === null || list.thisUpdate > best.thisUpdate ? list : best, null)
}

/** One that was put there before its time says nothing yet, and does not take the place of that of now. */
function isOfTheFuture ({ thisUpdate }: RevocationList, now: Date): boolean {
  return thisUpdate.getTime() > now.getTime() + CLOCK_SKEW_MS
}

function unknown (certificate: X509Certificate, fault: string | null): Finding {
  const issuer = nameOf(certificate, 'issuer')
  return {
    code: handshakeCodes.listMissing,
    words: `is not trusted: whether ${nameOf(certificate)} is revoked is not known, ${fault === null ? `crlfile has no list of ${issuer} for it` : `the list of ${issuer} in crlfile ${fault}`}`,
    hint: `Put the present revocation list of ${issuer} into crlfile: every authority between the remote and cacertfile needs one.`
  }
}

function staleness (list: RevocationList, policy: ExpiredListPolicy, now: Date): Finding | null {
  const { issuerName, nextUpdate, thisUpdate } = list
  if (isOfTheFuture(list, now)) {
    return { code: handshakeCodes.listExpired, words: `is not trusted: the revocation list of ${issuerName} is of ${dateOf(thisUpdate.toISOString())}, which has yet to come`, hint: `Check the clock here: it says ${now.toISOString()}.` }
  }
  if (policy === 'accept' || nextUpdate === null || nextUpdate.getTime() >= now.getTime()) return null
  return {
    code: handshakeCodes.listExpired,
    words: `is not trusted: the revocation list of ${issuerName} in crlfile should have been renewed by ${dateOf(nextUpdate.toISOString())}`,
    hint: `Put the present list into crlfile, or set crl_expired = accept to go on with the last one; if the date is right, the clock here is wrong: it says ${now.toISOString()}.`
  }
}
