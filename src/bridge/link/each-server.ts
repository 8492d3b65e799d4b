/** A bridge with each of its servers, the first of them first. */
import type { BridgeConfig } from '../../config/model.ts'

export function atEachServer (config: BridgeConfig): [BridgeConfig, ...BridgeConfig[]] {
  return [config, ...config.hybridServers.map(server => ({ ...config, server }))]
}
