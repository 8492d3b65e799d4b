/** From a file to a configuration: read, judged as a whole, frozen. Nothing of it is applied here, and no certificate is looked at. */
import { resolve } from 'node:path'
import { deepFreeze } from './deep-freeze.ts'
import { type Environment, ineffectiveVariables } from './environment.ts'
import { ConfigInvalidError } from './errors.ts'
import { ConfigSyntaxError, type HoconDocument, readHoconFile } from './hocon/read.ts'
import type { HoconObject } from './hocon/tree.ts'
import type { Config, SpoolConfig } from './model.ts'
import { inFileOrder, type Notice } from './notice.ts'
import type { ConfigReport } from './report.ts'
import { judge } from './schema/judge.ts'
import { Ledger } from './schema/ledger.ts'
import { Reading } from './schema/reading.ts'
import { root } from './tables/root.ts'

export interface LoadOptions {
  readonly file: string
  /** Relative paths, in the file too, are meant from here. */
  readonly cwd: string
  /** For `${NAME}` in the file. */
  readonly environment: Environment
}

export interface LoadedConfig {
  /** Frozen through and through. */
  readonly config: Config
  readonly report: ConfigReport
  /**
   * The same with a part of its tree changed, judged anew as a whole. No file is read, and no variable of the environment is looked up.
   * @throws ConfigInvalidError when something in it is refused
   */
  readonly revise: (edit: (root: HoconObject) => HoconObject) => LoadedConfig
}

export interface InspectedConfig {
  /** null when something is refused. */
  readonly config: Config | null
  readonly report: ConfigReport
}

/**
 * @throws ConfigError when the file can not be read, ConfigSyntaxError when it is not HOCON,
 * ConfigInvalidError with all problems when something in it is refused
 */
export function loadConfig (options: LoadOptions): LoadedConfig {
  return acceptConfig(readHoconFile(options.file, options), options)
}

/**
 * As {@link loadConfig}, of a text that has been read already.
 * @throws ConfigInvalidError
 */
export function acceptConfig (document: HoconDocument, options: LoadOptions): LoadedConfig {
  const { config, report } = interpretConfig(document, options)
  if (config === null) throw new ConfigInvalidError(report)
  return { config, report, revise: edit => acceptConfig({ ...document, root: edit(document.root) }, options) }
}

/**
 * As {@link loadConfig}, but tells what is wrong in the report.
 * @throws ConfigError when the file can not be read at all
 */
export function inspectConfig (options: LoadOptions): InspectedConfig {
  try {
    return interpretConfig(readHoconFile(options.file, options), options)
  } catch (thrown) {
    if (!(thrown instanceof ConfigSyntaxError)) throw thrown
    return { config: null, report: reportOfSyntax(thrown, options.file) }
  }
}

/** As {@link inspectConfig}, of a text that has been read already. */
export function interpretConfig (document: HoconDocument, { file, cwd, environment }: LoadOptions): InspectedConfig {
  const ledger = new Ledger(cwd, document.warnings.filter(warning => warning.overrides !== null).map(warning => warning.place))
  for (const { place, message } of document.warnings) ledger.warn({ path: '', place, message, hint: '' })
  for (const warning of warnOfVariables(environment)) ledger.warn(warning)
  const values = judge(root, document.root, new Reading({ ledger, path: '', place: document.root.place }))
  const report = deepFreeze(reportOf(ledger, document, file))
  if (values === undefined) return { config: null, report }
  const log = { ...values.log, file: values.log.file === null ? null : resolve(cwd, values.log.file) }
  const persistence = values.persistence === null ? null : { dir: resolve(cwd, values.persistence.dir) }
  const spool = atHome(values.spool, cwd)
  const bridges = values.bridges.map(bridge => ({ ...bridge, spool: atHome(bridge.spool, cwd) }))
  return { config: deepFreeze({ ...values, log, persistence, spool, bridges, file: resolve(cwd, file) }), report }
}

function atHome (spool: SpoolConfig | null, cwd: string): SpoolConfig | null {
  return spool === null ? null : { ...spool, dir: resolve(cwd, spool.dir) }
}

function warnOfVariables (environment: Environment): readonly Notice[] {
  const names = ineffectiveVariables(environment)
  if (names.length === 0) return []
  const what = names.length === 1 ? 'variable' : 'variables'
  const have = names.length === 1 ? 'has' : 'have'
  // eslint-disable-next-line no-template-curly-in-string -- it is how the file is written
  const hint = 'Write the keys into the file; ${NAME} stands for a variable of the environment'
  return [{ path: '', place: null, message: `the environment ${what} ${names.join(', ')} ${have} no effect here`, hint }]
}

function reportOf (ledger: Ledger, document: HoconDocument, file: string): ConfigReport {
  const { entries, warnings, advice, problems } = ledger
  return {
    file,
    files: document.files,
    entries: entries.map(entry => ledger.hasProblemAt(entry.path) ? { ...entry, fate: 'refused' } : entry),
    warnings: inFileOrder(warnings),
    advice: inFileOrder(advice),
    problems: inFileOrder(problems).map(problem => ({ ...problem, excerpt: problem.place === null || ledger.isHidden(problem.place) ? '' : document.excerpt(problem.place) }))
  }
}

function reportOfSyntax (error: ConfigSyntaxError, file: string): ConfigReport {
  const { place, hint, excerpt } = error
  const message = error.message.slice(`${place.file}:${place.line}:${place.column}: `.length)
  return deepFreeze({ file, files: [], entries: [], warnings: [], advice: [], problems: [{ path: '', place, message, hint, excerpt }] })
}
