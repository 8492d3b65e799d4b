/** The sidecar of an edge, with the certificate files its link is verified by. */
import type { BridgeConfig, SidecarConfig } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import type { BridgeRelay } from '../relay/bridge-relay.ts'
import { type Sidecar, startSidecar } from '../sidecar/sidecar.ts'
import type { TrustFiles } from './trust-files.ts'

export interface SidecarSurroundings {
  readonly config: SidecarConfig
  readonly bridges: readonly BridgeConfig[]
  readonly relay: BridgeRelay
  readonly trust: TrustFiles
  readonly logger: Logger
  readonly maxPacketSize: number
}

export function runSidecar ({ trust: files, ...around }: SidecarSurroundings): Sidecar {
  const { link } = around.config
  const trust = files.open(link)
  files.addBridge(link.name, trust)
  const sidecar = startSidecar({ ...around, trust: trust?.source ?? null, ...(trust === null ? {} : { trustListener: trust }) })
  trust?.serve(sidecar.link)
  return sidecar
}
