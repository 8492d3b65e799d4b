/** Is there a way in for devices at all? It may be a user, a server that is asked, or a client certificate on a TLS listener. */
import type { AuthConfig } from '../model.ts'
import type { Reading } from '../schema/reading.ts'
import type { Given } from '../schema/section.ts'
import type { ListenersValues } from './listener-checks.ts'
import type { TlsValues } from './listener-keys.ts'

type GivenAuth = Given<Pick<AuthConfig, 'allowAnonymous' | 'users'>> & { readonly httpAuth?: unknown }

/** @param auth as it was written; @param listeners likewise */
export function checkWaysIn (auth: unknown, listeners: unknown, reading: Reading): void {
  const { allowAnonymous, users = [], httpAuth = null } = (auth ?? {}) as GivenAuth // read by the keys of auth
  if (allowAnonymous !== false || users.length > 0 || httpAuth !== null) return
  const { ssl = [], wss = [] } = (listeners ?? {}) as Given<ListenersValues> // read by the keys of listeners
  if ([...ssl, ...wss].some(asksForCertificate)) return
  reading.named('auth.allow_anonymous').refuse(
    'is false with neither password, nor http_auth, nor a TLS listener that verifies client certificates: nobody could come in',
    'Add auth.password { user = "…" }, or verify_peer = true and cacertfile to listeners.ssl'
  )
}

/** A certificate that verifies stands for a user where there are no others. */
function asksForCertificate (listener: Given<TlsValues> | undefined): boolean {
  return listener?.enable !== false && listener?.verifyPeer === true && listener.cacertfile != null
}
