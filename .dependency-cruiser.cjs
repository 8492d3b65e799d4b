/**
 * Layers, lowest first. A file may import its own folder and any layer below; layers on one line are siblings that do not meet.
 * test/layers/ plants a violation of each rule and expects it to be reported.
 */
const layers = [
  ['control-characters', 'deadline', 'errors', 'logger', 'package'],
  ['metrics', 'mqtt'],
  ['relay'],
  ['spool'],
  ['trust'],
  ['config'],
  ['broker', 'bridge'],
  ['sidecar'],
  ['reload'],
  ['edge'],
  ['notify'],
  ['admin'],
  ['index'],
  ['bench'],
  ['cli'],
  ['main']
]
const path = names => `^src/(${names.join('|')})([./]|$)`
const upward = layers.slice(0, -1).map((names, i) => ({
  name: `${names.join('+')}-imports-nothing-above`,
  severity: 'error',
  from: { path: path(names) },
  to: { path: path(layers.slice(i + 1).flat()) }
}))
const siblings = (a, b) => ({ name: `${a}-does-not-meet-${b}`, severity: 'error', from: { path: `^src/${a}/` }, to: { path: `^src/${b}/` } })
const only = (pkg, home) => ({
  name: `${pkg}-only-in-its-place`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${home}` },
  to: { path: `(^|/)node_modules/${pkg}/` }
})
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...upward,
    siblings('broker', 'bridge'),
    siblings('bridge', 'broker'),
    siblings('sidecar', 'broker'),
    { name: 'bench-measures-from-outside', severity: 'error', from: { path: '^src/bench/' }, to: { path: path(['relay', 'spool', 'config', 'broker', 'bridge', 'reload', 'edge', 'admin', 'index']) } },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'hot-path-is-pure', severity: 'error', from: { path: '^src/(mqtt|relay|metrics)/' }, to: { dependencyTypes: ['core', 'npm'], pathNot: '^(node:)?buffer$' } },
    { name: 'resolvable', comment: 'an unresolved name would slip past every rule above', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    only('aedes', '(broker/edge-broker|bench/process/naive-bridge)\\.ts$'),
    only('mqtt-packet', 'broker/edge-broker\\.ts$'),
    only('mqemitter', 'broker/local-interest\\.ts$'),
    only('classic-level', 'broker/persistence/'),
    only('ws', 'broker/listener/'),
    only('mqtt', '(bridge/link/(remote-client|connect-options)|cli/quickstart/demo-client|bench/process/naive-bridge)\\.ts$'),
    only('node-forge', 'trust/'),
    only('zod', '(config/|bench/report/agreement\\.ts$)'),
    only('commander', 'cli/'),
    only('fastify', 'admin/http/'),
    only('@fastify/rate-limit', 'admin/http/app\\.ts$'),
    only('@fastify/swagger', 'admin/http/app\\.ts$'),
    only('prom-client', 'admin/metrics/exposition\\.ts$'),
    only('jose', 'admin/guard\\.ts$'),
    only('pino', 'logger\\.ts$')
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    // without exportsFields a package that has only `exports` (aedes) stays unresolved and every rule about it passes
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] }
  }
}
