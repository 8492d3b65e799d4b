/**
 * The settings OpenSSL appends to a `TRUSTED CERTIFICATE`: purposes it is trusted or rejected for. They would be lost when the
 * certificate is handed on, so one that is not for the purpose at hand is refused here.
 */
import { fromDer, isContextual, isSequence, membersOf, objectIdOf } from './der.ts'
import type { DerNode } from './der.ts'

/** What an authority vouches for: servers on a bridge, clients on a listener. */
export type TrustPurpose = 'servers' | 'clients'

const purposes = { servers: '1.3.6.1.5.5.7.3.1', clients: '1.3.6.1.5.5.7.3.2' } as const
const anyPurpose = '2.5.29.37.0'

/** Why a certificate with these settings is not to be trusted for `purpose`; null when it is. */
export function distrustOf (settings: Buffer, purpose: TrustPurpose): string | null {
  if (settings.length === 0) return null
  let lists: DerNode[]
  try {
    lists = membersOf(fromDer(settings))
  } catch {
    return 'trust settings that can not be read'
  }
  const names = (list: DerNode | undefined): string[] => membersOf(list).map(objectIdOf)
  const trusted = lists.find(isSequence)
  const rejected = names(lists.find(each => isContextual(each, 0)))
  const meant = (oid: string): boolean => oid === purposes[purpose] || oid === anyPurpose
  if (rejected.some(meant)) return `trust settings that reject it for ${purpose}`
  if (trusted !== undefined && !names(trusted).some(meant)) return `trust settings that are not for ${purpose}`
  return null
}
