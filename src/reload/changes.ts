/** What a reload is to do, all of it decided. */
import type { AuthConfig, BridgeConfig, Config, LimitsConfig, MqttConfig } from '../config/model.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { ConfigReport } from '../config/report.ts'
import type { LogLevels } from '../logger.ts'
import type { ListenerChanges } from './listener-changes.ts'

/** A configuration with what was said about its file; the report names keys and shows values without secrets. */
export interface Stated {
  readonly config: Config
  /** null: where there is no file. */
  readonly report: ConfigReport | null
  /** Changes a part of it; absent where there is no file. */
  readonly revise?: LoadedConfig['revise']
}

/** Who is told of what happens here. */
export type NoticesConfig = Pick<Config, 'webhook' | 'alerts'>

export interface ChangedBridge {
  readonly config: BridgeConfig
  readonly rules: boolean
  readonly link: boolean
  /** It has another number of links. */
  readonly links: boolean
}

/** Everything that is to be done. */
export interface Changes {
  readonly listeners: ListenerChanges
  readonly bridges: {
    /** All that there are then. */
    readonly all: readonly BridgeConfig[]
    readonly added: readonly BridgeConfig[]
    readonly removed: readonly BridgeConfig[]
    readonly changed: readonly ChangedBridge[]
  }
  /** null: as it was. */
  readonly auth: AuthConfig | null
  readonly limits: { readonly mqtt: MqttConfig, readonly limits: LimitsConfig } | null
  readonly notices: NoticesConfig | null
  readonly logLevels: LogLevels | null
}
