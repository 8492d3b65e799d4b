/** What is shipped for running it is well-formed and keeps its promises: units by systemd itself, manifests by their rules. */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { test } from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { configOf } from '../support/config-text.ts'
import { packageRoot } from '../../src/package.ts'

const file = (path: string): Promise<string> => readFile(new URL(`deploy/${path}`, packageRoot), 'utf8')

interface Container {
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean, readonly allowPrivilegeEscalation: boolean }
  readonly volumeMounts: readonly { readonly name: string, readonly mountPath: string, readonly subPath?: string }[]
  readonly ports: readonly { readonly name: string }[]
  readonly readinessProbe: { readonly tcpSocket: { readonly port: string } }
}
interface PodSpec {
  readonly securityContext: { readonly runAsNonRoot: boolean }
  readonly containers: readonly [Container]
  readonly volumes: readonly { readonly name: string }[]
}
interface StatefulSet {
  readonly spec: { readonly template: { readonly spec: PodSpec }, readonly volumeClaimTemplates: readonly { readonly metadata: { readonly name: string } }[] }
}
interface ConfigMap {
  readonly data: { readonly 'causeway.conf': string }
}

const noSystemd = spawnSync('systemd-analyze', ['--version']).error !== undefined ? 'systemd is not installed' : false

test('systemd takes the unit', { skip: noSystemd }, async t => {
  const unit = await file('systemd/causeway.service')
  t.match(unit, /^Type=notify$/m)
  t.match(unit, /^NotifyAccess=all$/m, 'a child says that it is ready')
  // the program is not installed where the tests run: that alone may be missed
  const path = new URL('deploy/systemd/causeway.service', packageRoot).pathname
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' })
  const complaints = stderr.split('\n').filter(line => line.includes('causeway.service') && !line.includes('is not executable'))
  t.strictSame(complaints, [])
})

test('the manifests fit together, and their configuration is one', async t => {
  const documents = parseAllDocuments(await file('kubernetes/causeway.yaml'))
  t.strictSame(documents.flatMap(({ errors }) => errors), [])
  const manifests = documents.map(document => document.toJS() as { readonly kind: string })
  t.strictSame(manifests.map(({ kind }) => kind), ['ConfigMap', 'Secret', 'Service', 'StatefulSet'])
  const [configMap, , , statefulSet] = manifests as unknown as [ConfigMap, unknown, unknown, StatefulSet] // as their kinds say
  t.equal(configOf(configMap.data['causeway.conf']).bridges[0]?.tls?.cacertfile, '/etc/causeway/trust/ca.pem')
  const { template, volumeClaimTemplates } = statefulSet.spec
  const { securityContext, containers: [container], volumes } = template.spec
  t.equal(securityContext.runAsNonRoot, true)
  t.match(container.securityContext, { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false })
  const names = [...volumes, ...volumeClaimTemplates.map(({ metadata }) => metadata)].map(({ name }) => name)
  for (const { name, subPath } of container.volumeMounts) {
    t.ok(names.includes(name), `volume ${name}`)
    t.equal(subPath, undefined, 'a subPath is never updated')
  }
  t.ok(container.ports.some(({ name }) => name === container.readinessProbe.tcpSocket.port))
})

test('the container has no rights, and its healthcheck and files are there', async t => {
  const compose = parse(await file('docker/compose.yaml')) as { services: { causeway: { read_only: boolean, cap_drop: string[], build: { dockerfile: string } } } }
  t.match(compose.services.causeway, { read_only: true, cap_drop: ['ALL'], build: { dockerfile: 'deploy/docker/Dockerfile' } })
  const dockerfile = await file('docker/Dockerfile')
  for (const line of [/^USER node$/m, /^HEALTHCHECK /m, /ca-certificates/, /^ENTRYPOINT \["node", "\/opt\/causeway\/dist\/main\.js"\]$/m]) t.match(dockerfile, line)
})
