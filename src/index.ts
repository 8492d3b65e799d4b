/** The public API, for those who embed an edge in a process of their own. The command line is built on the same. */
export { startEdge, type Edge, type EdgeOptions } from './edge.ts'
export { startAdmin, type Admin, type AdminOptions } from './admin/admin.ts'
export { loadConfig, type LoadedConfig, type LoadOptions } from './config/load.ts'
export type { Config } from './config/model.ts'
export { CausewayError } from './errors.ts'
export { createLogger, silentLogger, type Logger, type LoggerOptions, type LogLevel } from './logger.ts'
export type { Bridge } from './bridge/bridge.ts'
export type { BridgeState } from './bridge/bridge-state.ts'
