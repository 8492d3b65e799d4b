/** Every configuration shown in the guides of access and sessions is read without a complaint and can be put to work. */
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { AuthGatekeeper } from '../../../../src/broker/auth/gatekeeper.ts'
import { inspectConfig } from '../../../../src/config/load.ts'
import { silentLogger } from '../../../../src/logger.ts'
import { packageRoot } from '../../../../src/package.ts'

const examplesOf = (page: string): string[] =>
  [...readFileSync(new URL(`docs/guide/${page}`, packageRoot), 'utf8').matchAll(/^```hocon\n(.*?)^```$/gms)].map(match => match[1] ?? '')

for (const [page, least] of [['access.md', 3], ['sessions.md', 1]] as const) {
  test(page, async t => {
    const examples = examplesOf(page)
    t.ok(examples.length >= least)
    for (const example of examples) {
      const text = example.startsWith('rules') ? `auth { acl {\n${example}\n} }` : example
      const dir = t.testdir({ 'a.conf': text })
      const { config, report } = inspectConfig({ file: `${dir}/a.conf`, cwd: dir, environment: {} })
      t.not(config, null, JSON.stringify(report))
      if (config === null) continue
      const gatekeeper = new AuthGatekeeper(config.auth, { logger: silentLogger })
      gatekeeper.close()
    }
  })
}
