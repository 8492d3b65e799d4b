/** Reads configurations in tests from a text, without files or environment. */
import { interpretConfig, type InspectedConfig } from '../../src/config/load.ts'
import type { BridgeConfig, Config } from '../../src/config/model.ts'
import type { Notice } from '../../src/config/notice.ts'
import { readText } from './hocon.ts'

export const testCwd = '/site'

export function inspectText (text: string, environment: Readonly<Record<string, string>> = {}): InspectedConfig {
  return interpretConfig(readText(text, { environment }), { file: 'test.conf', cwd: testCwd, environment })
}

/** The configuration of a text in which nothing may be refused. */
export function configOf (text: string): Config {
  const { config, report } = inspectText(text)
  if (config === null) throw new Error(problemsOf(text).join('\n') + String(report.problems.length))
  return config
}

/** `path line:column message` of each. */
export function problemsOf (text: string): readonly string[] {
  return inspectText(text).report.problems.map(short)
}

export function warningsOf (text: string): readonly string[] {
  return inspectText(text).report.warnings.map(short)
}

function short ({ path, place, message }: Notice): string {
  return `${path} ${place === null ? '-' : `${place.line}:${place.column}`} ${message}`
}

/** A bridge named `b` with what it must have, and more. */
export function bridgeText (more = '', ssl = ''): string {
  return `bridges.mqtt.b {\n server = "tls+mqtt-tcp://r.example:8883"\n ssl { cacertfile = ca.pem\n ${ssl} }\n forwards = [{ local_topic = "a/#", remote_topic = "" }]\n ${more}\n}`
}

export function bridgeOf (text: string): BridgeConfig {
  const [bridge] = configOf(text).bridges
  if (bridge === undefined) throw new Error('there is no bridge')
  return bridge
}
