/**
 * One generation of trust: CA set, client certificate and key, the one SecureContext made of them, and what a remote is held to
 * beside. Frozen; a reload makes another and swaps one reference, so that a dial never sees the key of one generation with the CA of the next.
 */
import { createHash } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import { chainInUse, inUse } from './in-use.ts'
import type { InUse } from './in-use.ts'
import { noDemands } from './peer/demands.ts'
import type { Demands } from './peer/demands.ts'
import { loadPlugin } from './peer/plugin.ts'
import type { VerifyPlugin } from './peer/plugin.ts'
import { readOptionalKeyPair } from './key-pair.ts'
import { Slices } from './slices.ts'
import { readTrustBundle } from './trust-bundle.ts'
import type { TrustBundle } from './trust-bundle.ts'
import { listsInUse, readRevocationLists } from './revocation/list-file.ts'
import type { PlacedList } from './revocation/list-file.ts'
import { dialOptionsOf, fingerprintOf, sharedContextOf } from './secure-context.ts'
import type { SecureMaterial } from './secure-context.ts'

/** What a snapshot is made from: the paths of NanoMQ's `ssl { }` block, and what else is demanded of a remote. @default noDemands */
export interface TrustFiles extends Partial<Demands> {
  readonly cacertfile: string
  readonly certfile: string | null
  readonly keyfile: string | null
  readonly keyPassword: string | null
}

export interface TrustSnapshot {
  /** 1 for the first, then counting. */
  readonly generation: number
  readonly files: TrustFiles
  readonly demands: Demands
  readonly anchors: readonly X509Certificate[]
  /** The client certificate and what was sent with it, leaf first; empty without one. */
  readonly chain: readonly X509Certificate[]
  /** In the order of the files. */
  readonly revocationLists: readonly PlacedList[]
  readonly plugin: VerifyPlugin | null
  /** SHA-256 over all of it, hex: equal content, equal fingerprint. */
  readonly fingerprint: string
  /** For every dial of this generation, and of others with the same content; never passed with a session. */
  readonly context: SecureContext
  /** What is odd but usable: an expired certificate among good ones, a duplicate, one not yet valid. */
  readonly warnings: readonly string[]
  /** Everything in it that ends some day. */
  readonly inUse: readonly InUse[]
}

/** Every file that a snapshot is made from: what has to be watched. */
export function filesOf ({ cacertfile, certfile, keyfile, crlfile = [], verifyPlugin = null }: TrustFiles): readonly string[] {
  return [cacertfile, certfile, keyfile, ...crlfile, verifyPlugin].filter(file => file !== null)
}

/**
 * Reads, checks and joins the files into one generation.
 * @param now expiry is judged at this moment
 * @throws TrustError naming file, line and reason; nothing of a bad set is kept
 */
export async function createTrustSnapshot (files: TrustFiles, generation: number, now = new Date()): Promise<TrustSnapshot> {
  const demands = demandsOf(files)
  const [bundle, pair] = await Promise.all([readTrustBundle(files.cacertfile, 'servers', now), readOptionalKeyPair(files, now)])
  const { lists, warnings } = await readRevocationLists(demands.crlfile, bundle.anchors, now)
  const plugin = demands.verifyPlugin === null ? null : await loadPlugin(demands.verifyPlugin)
  const material = { anchors: bundle.anchors, chain: pair?.chain ?? [], key: pair?.key ?? null }
  return Object.freeze({
    generation,
    files: Object.freeze({ ...files }),
    demands,
    anchors: material.anchors,
    chain: Object.freeze([...material.chain]),
    revocationLists: Object.freeze(lists),
    plugin,
    fingerprint: fingerprintOfAll(material, demands, lists, plugin),
    context: await sharedContextOf(material, dialOptionsOf(material, demands), files.certfile ?? files.cacertfile),
    warnings: Object.freeze([...bundle.warnings, ...(pair?.warnings ?? []), ...warnings]),
    inUse: Object.freeze([
      ...await anchorsInUse(bundle),
      ...chainInUse(material.chain, 'client certificate', files.certfile),
      ...listsInUse(lists)
    ])
  })
}

async function anchorsInUse ({ anchors, file }: TrustBundle): Promise<InUse[]> {
  const all: InUse[] = []
  const slices = new Slices()
  for (const anchor of anchors) {
    await slices.next()
    all.push(inUse(anchor, 'CA', file))
  }
  return all
}

function demandsOf (files: TrustFiles): Demands {
  const { cacertfile, certfile, keyfile, keyPassword, ...given } = files
  return Object.freeze({ ...noDemands, ...given })
}

const demanded = Object.keys(noDemands) as (keyof Demands)[]

function fingerprintOfAll (material: SecureMaterial, demands: Demands, lists: readonly PlacedList[], plugin: VerifyPlugin | null): string {
  const hash = createHash('sha256').update(fingerprintOf(material)).update(JSON.stringify(demanded.map(key => demands[key])))
  for (const { der } of lists) hash.update(createHash('sha256').update(der).digest())
  return hash.update(plugin?.fingerprint ?? '').digest('hex')
}
