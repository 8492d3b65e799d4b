/** The page of metrics is made from the definitions, and their names keep to the conventions of Prometheus. */
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { metrics } from '../../../src/admin/metrics/metrics.ts'
import { metricsPage } from '../../../src/admin/metrics/reference-page.ts'
import { packageRoot } from '../../../src/package.ts'

test('docs/reference/metrics.md is what the source says', async t => {
  const written = readFileSync(new URL('docs/reference/metrics.md', packageRoot), 'utf8')
  t.ok(written === metricsPage(), 'stale: run npm run docs:metrics')
})

test('names are by the conventions', async t => {
  t.equal(new Set(metrics.map(({ name }) => name)).size, metrics.length, 'each is there once')
  for (const { name, type, help } of metrics) {
    t.match(name, /^(causeway|process)_[a-z0-9_]+$/)
    t.equal(name.endsWith('_total'), type === 'counter', `${name} is a ${type}`)
    t.match(help, /\.$/, `${name} has a sentence`)
  }
})
