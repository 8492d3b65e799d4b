/** Files as they are written for NanoMQ: the same values in force, or a refusal at its line. */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'tap'
import { inspectConfig } from '../../src/config/load.ts'
import { packageRoot } from '../../src/package.ts'

interface Expected {
  /** What the configuration has, among other things. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Place of each problem, by its key. */
  readonly refused?: Readonly<Record<string, string>>
  /** Keys with a warning, in the order of the file. */
  readonly warned: readonly string[]
}

const folder = new URL('test/vectors/nanomq/', packageRoot)

test('files written for NanoMQ', async t => {
  const names = readdirSync(folder).filter(name => name.endsWith('.conf'))
  t.equal(names.length, 4)
  for (const name of names) {
    const expected = JSON.parse(readFileSync(new URL(name.replace('.conf', '.json'), folder), 'utf8')) as Expected
    const { config, report } = inspectConfig({ file: name, cwd: folder.pathname, environment: {} })
    const places = report.problems.map(({ path, place }) => [path, `${place?.line}:${place?.column}`] as const)
    t.same(Object.fromEntries(places), expected.refused ?? {}, `${name}: refused`)
    t.same(report.warnings.map(warning => warning.path), expected.warned, `${name}: warned`)
    if (expected.config !== undefined) t.match(config, expected.config, `${name}: in force`)
  }
})
