/** Puts a store together with its database: reads what is there, then writes behind. */
import type { PersistenceConfig } from '../../config/model.ts'
import { corrupt, LevelBackend } from './disk.ts'
import { DiskWriter } from './disk-writer.ts'
import type { DiskBackend } from './disk-writer.ts'
import { PersistenceError, persistenceErrorCodes } from './errors.ts'
import { decodeFacts, decodeMessage, decodePacket, FORMAT_VERSION, parseKey, VERSION_KEY } from './record.ts'
import type { ParsedKey } from './record.ts'
import { SessionStore } from './session-store.ts'
import type { SessionStoreOptions } from './session-store.ts'
import type { Will } from './stored-wills.ts'
import type { SubscriptionOptions } from './stored-session.ts'
import { SessionCounters } from '../../metrics/session-counters.ts'

export interface OpenStoreOptions extends Omit<SessionStoreOptions, 'journal'> {
  /** null: memory only. */
  readonly persistence: PersistenceConfig | null
  /** Instead of LevelDB in `persistence.dir`, for tests. */
  readonly backend?: DiskBackend
}

export interface OpenStore {
  readonly store: SessionStore
  /** Writes what is left and closes the database. */
  readonly close: () => Promise<void>
}

/**
 * Opens the database, reads it and answers a store that goes on where the last one ended.
 * @throws {PersistenceError} when it is locked, damaged, of another version, or can not be opened
 */
export async function openSessionStore (options: OpenStoreOptions): Promise<OpenStore> {
  const { persistence, logger, counters = new SessionCounters() } = options
  const backend = options.backend ?? (persistence === null ? null : new LevelBackend(persistence.dir))
  if (backend === null) {
    const store = new SessionStore({ ...options, counters })
    return { store, close: () => store.destroy() }
  }
  await backend.open()
  try {
    const journal = new DiskWriter({ backend, logger, counters })
    const store = new SessionStore({ ...options, counters, journal })
    await load(store, backend, persistence?.dir ?? 'memory')
    store.expire()
    journal.put(VERSION_KEY, () => Buffer.from(FORMAT_VERSION), false)
    await journal.flushed()
    logger.debug({ sessions: counters.sessions, queued: counters.queuedMessages, retained: counters.retainedMessages }, 'stored sessions and retained messages are loaded')
    return {
      store,
      close: async () => {
        await store.destroy()
        await journal.close()
      }
    }
  } catch (error) {
    await backend.close()
    throw error
  }
}

async function load (store: SessionStore, backend: DiskBackend, place: string): Promise<void> {
  let isFirst = true
  for await (const [key, value] of backend.entries()) {
    if (isFirst && (key !== VERSION_KEY || value.toString() !== FORMAT_VERSION)) {
      throw otherVersion(place, key === VERSION_KEY ? value.toString() : null)
    }
    if (!isFirst) restore(store, key, value, place)
    isFirst = false
  }
}

function restore (store: SessionStore, key: string, value: Buffer, place: string): void {
  const parsed = parseKey(key)
  if (parsed === null) throw otherVersion(place, null)
  try {
    restorers[parsed.kind](store, parsed, value)
  } catch (error) {
    throw corrupt(place, error)
  }
}

const restorers: Readonly<Record<ParsedKey['kind'], (store: SessionStore, key: ParsedKey, value: Buffer) => void>> = {
  s (store, { clientId }, value) {
    const { offlineSince, expiryMs } = decodeFacts(value)
    store.sessions.restoreSession(clientId, typeof offlineSince === 'number' ? offlineSince : null, typeof expiryMs === 'number' ? expiryMs : null)
  },
  f (store, { clientId, rest }, value) {
    const facts = decodeFacts(value)
    const { qos } = facts
    if (qos !== 0 && qos !== 1 && qos !== 2) throw new TypeError('subscription has no quality of service')
    store.sessions.restoreSubscription(clientId, rest, { ...facts, qos } satisfies SubscriptionOptions)
  },
  q (store, { clientId, rest }, value) {
    const sequence = Number(rest)
    store.sessions.restoreQueued(clientId, sequence, decodePacket(value, sequence))
  },
  i (store, { clientId, rest }) {
    store.sessions.restoreIncoming(clientId, Number(rest))
  },
  d (store, { clientId, rest }, value) {
    store.handshakes.restore(clientId, Number(rest), value.toString())
  },
  w (store, { clientId }, value) {
    const { facts, payload } = decodeMessage(value)
    const { topic, qos, retain } = facts
    if (typeof topic !== 'string' || (qos !== 0 && qos !== 1 && qos !== 2)) throw new TypeError('record is no will')
    store.restoreWill(clientId, { ...facts, topic, qos, retain: retain === true, payload, brokerId: 'restored', clientId } satisfies Will)
  },
  r (store, _key, value) {
    const packet = decodePacket(value, 0)
    if (packet.cmd === 'publish') store.restoreRetained(packet)
  }
}

function otherVersion (place: string, version: string | null): PersistenceError {
  const found = version === null ? 'was not written by Causeway' : `has format ${version}`
  return new PersistenceError(persistenceErrorCodes.VERSION, `the database in ${place} ${found}, this Causeway reads format ${FORMAT_VERSION}`, {
    hint: 'use the Causeway that wrote it, or another directory'
  })
}
