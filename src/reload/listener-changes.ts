/** What a reload does about listeners, by name. */
import { isDeepStrictEqual } from 'node:util'
import type { ListenerConfig, ListenerTlsConfig } from '../config/model.ts'

export interface ListenerChanges {
  readonly added: readonly ListenerConfig[]
  readonly removed: readonly ListenerConfig[]
  /** Other certificate files, and nothing else: it stays open, and so do its connections. */
  readonly renewed: readonly ListenerConfig[]
  /** Closed and opened anew. */
  readonly replaced: readonly { readonly before: ListenerConfig, readonly after: ListenerConfig }[]
}

export function listenerChanges (before: readonly ListenerConfig[], after: readonly ListenerConfig[]): ListenerChanges {
  const was = new Map(before.map(listener => [listener.name, listener]))
  const is = new Map(after.map(listener => [listener.name, listener]))
  const changed = after.flatMap(listener => {
    const old = was.get(listener.name)
    return old === undefined || isDeepStrictEqual(old, listener) ? [] : [{ before: old, after: listener }]
  })
  return {
    added: after.filter(({ name }) => !was.has(name)),
    removed: before.filter(({ name }) => !is.has(name)),
    renewed: changed.filter(onlyFiles).map(change => change.after),
    replaced: changed.filter(change => !onlyFiles(change))
  }
}

/** A server certificate is shown to later handshakes; what clients must show binds those that are there too. */
function onlyFiles ({ before, after }: { readonly before: ListenerConfig, readonly after: ListenerConfig }): boolean {
  return isDeepStrictEqual(withoutFiles(before), withoutFiles(after))
}

function withoutFiles (listener: ListenerConfig): ListenerConfig {
  const ofServer: Partial<ListenerTlsConfig> = { certfile: '', keyfile: '', keyPassword: null, handshakeTimeoutMs: 0 }
  return listener.tls === null ? listener : { ...listener, tls: { ...listener.tls, ...ofServer } }
}
