/** `spool`, and NanoMQ's `bridges.mqtt.cache`, which means the same here: the queues of the bridges on disk. */
import { join } from 'node:path'
import type { BridgeConfig, SpoolConfig } from '../model.ts'
import { withoutDeadLetters } from '../dead-letter-topic.ts'
import { inert, required, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import type { Reading } from '../schema/reading.ts'
import { bool, choice, duration, path, size, whole, withUnit } from '../schema/scalars.ts'
import { type Given, section, shaped } from '../schema/section.ts'
import type { UnplacedBridge } from './bridge.ts'

const mebibyte = 1024 ** 2
const defaults = {
  fsync: 'always', spoolAfterMs: 0, maxBytes: 1024 * mebibyte, maxMessages: 1_000_000, maxAgeMs: 0, minFreeBytes: 64 * mebibyte, onFull: 'backpressure'
} as const satisfies Omit<SpoolConfig, 'dir'>
const year = 366 * 86_400_000

export const spool: Kind<SpoolConfig> = section<SpoolConfig>({
  keys: {
    dir: required('dir', path(), { ours: true, says: 'Directory of the queues; each bridge has one of its name in it. It is made if need be. One process at a time.' }),
    fsync: works('fsync', choice(['always', 'interval', 'never']), {
      or: defaults.fsync,
      ours: true,
      says: '`always`: on the medium before a device is acknowledged, many messages at a time. `interval`: handed to the system before, synced every second: a power cut loses that second. `never`: when the system likes.'
    }),
    spoolAfterMs: works('spool_after', duration({ min: 0, max: 60_000 }, withUnit), {
      or: defaults.spoolAfterMs, ours: true, says: 'A message waits so long for the acknowledgement of the remote before it is written at all, which spares flash; a device may wait as long for its own.'
    }),
    maxBytes: works('max_bytes', size({ min: 64 * 1024, max: 1024 * 1024 * mebibyte }), { or: defaults.maxBytes, ours: true, says: 'Size of the files of one bridge. Where its rules have several priorities, each has a queue with an equal part of this.' }),
    maxMessages: works('max_messages', whole({ min: 1, max: 1_000_000_000, unit: 'messages' }), { or: defaults.maxMessages, ours: true, says: 'Messages of one bridge that may wait; divided as `max_bytes` is.' }),
    maxAgeMs: works('max_age', duration({ min: 0, max: year }, withUnit), { or: defaults.maxAgeMs, ours: true, says: 'Messages that have waited longer are given up, and counted. 0s: never. A clock that is set back or forth makes none old.' }),
    minFreeBytes: works('min_free', size({ min: 0, max: 1024 * 1024 * mebibyte }), { or: defaults.minFreeBytes, ours: true, says: 'So much of the file system stays free for others; below it the queue is full.' }),
    onFull: works('on_full', choice(['backpressure', 'drop_oldest', 'drop_newest']), {
      or: defaults.onFull,
      ours: true,
      says: 'When a limit is reached: `backpressure` holds acknowledgements back, so that devices keep their messages; the others lose messages that were or will be acknowledged, and count them (`acknowledged_dropped`).'
    })
  }
})

interface CacheValues {
  readonly enable: boolean
  readonly mountedFilePath: string | null
  readonly diskCacheSize: number
}

/** Not straight into what is named there: NanoMQ's example says `/tmp`. */
const below = join('causeway', 'spool')

export const nanomqCache: Kind<SpoolConfig | null> = shaped<CacheValues, SpoolConfig | null>({
  keys: {
    enable: works('enable', bool(), { or: true, says: 'false: as if the block were not there.' }),
    mountedFilePath: works('mounted_file_path', path(), { or: null, says: `The queues are in \`${below}\` below this directory; left out, below the working directory. The files are our own, not NanoMQ's.` }),
    diskCacheSize: works('disk_cache_size', whole({ min: 0, max: 1_000_000_000, unit: 'messages' }), {
      or: defaults.maxMessages, nanomq: '102400', says: 'Messages of one bridge that may wait; 0: the default. When it is reached, acknowledgements are held back and nothing is dropped.'
    })
  },
  others: [
    inert('flush_mem_threshold', 'number', 'everything is written as it comes.'),
    inert('resend_interval', 'number', 'NanoMQ does not use it either.')
  ]
}, ({ enable, mountedFilePath, diskCacheSize }) => enable
  ? { ...defaults, dir: join(mountedFilePath ?? '.', below), maxMessages: diskCacheSize === 0 ? defaults.maxMessages : diskCacheSize }
  : null)

type GivenBridges = Given<{ readonly mqtt: readonly UnplacedBridge[], readonly cache: CacheValues | null }>

/** What is kept on disk needs a place there. */
export function checkPlaces (own: Given<SpoolConfig> | null | undefined, bridges: unknown, reading: Reading): void {
  const { mqtt = [], cache } = (bridges ?? {}) as GivenBridges // read by the keys of bridges
  if (own != null && cache != null) reading.named('bridges.mqtt.cache').warn('has no effect beside spool')
  const isPlaced = own != null || (cache != null && cache.enable !== false)
  mqtt.forEach((bridge, i) => {
    if (bridge?.spoolQos0 === true && (bridge.durability ?? (isPlaced ? 'spool' : 'memory')) !== 'spool') {
      reading.find(['bridges', 'mqtt', i]).named('spool_qos0').refuse('is true, and nothing of this bridge is kept on disk', 'Set durability = spool, and spool { dir = "/var/lib/causeway/spool" }')
    }
    if (isPlaced) return
    if (bridge?.durability === 'spool') refuseWithoutPlace(reading.find(['bridges', 'mqtt', i]))
    bridge?.forwards?.forEach((rule, k) => {
      if (rule?.durability === 'spool') refuseWithoutPlace(reading.find(['bridges', 'mqtt', i, 'forwards', k]))
    })
  })
}

function refuseWithoutPlace (reading: Reading): void {
  reading.named('durability').refuse('is spool, and no directory for it is named', 'Add spool { dir = "/var/lib/causeway/spool" }')
}

/** Gives each bridge its durability and its directory, and keeps all of them from dead letters. */
export function placed (all: SpoolConfig | null, bridges: readonly UnplacedBridge[]): { readonly spool: SpoolConfig | null, readonly bridges: readonly BridgeConfig[] } {
  return {
    spool: all,
    bridges: bridges.map(bridge => {
      const durability = bridge.durability ?? (all === null ? 'memory' : 'spool')
      const keeps = durability === 'spool' || bridge.forwards.some(rule => rule.durability === 'spool')
      return { ...bridge, forwards: withoutDeadLetters(bridge.forwards, bridges), durability, spool: keeps && all !== null ? { ...all, dir: join(all.dir, bridge.name) } : null }
    })
  }
}
