/** What is shipped for running it is well-formed and keeps its promises: units by systemd itself, manifests by their rules. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { test } from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { configOf } from '../support/config-text.ts'
import { packageRoot, packageVersion } from '../../src/package.ts'

const file = (path: string): Promise<string> => readFile(new URL(`deploy/${path}`, packageRoot), 'utf8')

interface Probe { readonly tcpSocket: { readonly port: string } }
type Labels = Readonly<Record<string, string>>

interface Container {
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean, readonly allowPrivilegeEscalation: boolean }
  readonly volumeMounts: readonly { readonly name: string, readonly mountPath: string, readonly subPath?: string }[]
  readonly image: string
  readonly ports: readonly { readonly name: string }[]
  readonly startupProbe: Probe
  readonly readinessProbe: Probe
  readonly livenessProbe: Probe
}
interface PodSpec {
  readonly securityContext: { readonly runAsNonRoot: boolean }
  readonly containers: readonly [Container]
  readonly volumes: readonly { readonly name: string, readonly configMap?: { readonly name: string }, readonly secret?: { readonly secretName: string } }[]
}
interface StatefulSet {
  readonly spec: { readonly serviceName: string, readonly selector: { readonly matchLabels: Labels }, readonly updateStrategy: { readonly type: string }, readonly template: { readonly metadata: { readonly labels: Labels }, readonly spec: PodSpec }, readonly volumeClaimTemplates: readonly { readonly metadata: { readonly name: string } }[] }
}
interface Service {
  readonly spec: { readonly selector: Labels, readonly ports: readonly { readonly targetPort: string }[] }
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
  const manifests = documents.map(document => document.toJS() as { readonly kind: string, readonly metadata: { readonly name: string } })
  t.strictSame(manifests.map(({ kind }) => kind), ['ConfigMap', 'Secret', 'Service', 'StatefulSet'])
  const [configMap, , service, statefulSet] = manifests as unknown as [ConfigMap, unknown, Service, StatefulSet] // as their kinds say
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
  const [nameOfMap, nameOfSecret, nameOfService] = manifests.map(({ metadata: { name } }) => name)
  t.ok(volumes.some(({ configMap: from }) => from?.name === nameOfMap) && volumes.some(({ secret }) => secret?.secretName === nameOfSecret), 'configuration and CA come from what is here')
  t.equal(statefulSet.spec.serviceName, nameOfService)
  t.same([service.spec.selector, statefulSet.spec.selector.matchLabels], [template.metadata.labels, template.metadata.labels], 'they select the pod')
  t.equal(statefulSet.spec.updateStrategy.type, 'RollingUpdate')
  t.equal(container.image, `causeway:${packageVersion()}`)
  const ports = container.ports.map(({ name }) => name)
  for (const port of [...service.spec.ports.map(({ targetPort }) => targetPort), ...[container.startupProbe, container.readinessProbe, container.livenessProbe].map(({ tcpSocket }) => tcpSocket.port)]) t.ok(ports.includes(port), port)
})

const noCompose = spawnSync('docker-compose', ['--version']).error !== undefined ? 'docker-compose is not installed' : false

test('docker-compose takes the file', { skip: noCompose }, async t => {
  const { status, stderr } = spawnSync('docker-compose', ['-f', new URL('deploy/docker/compose.yaml', packageRoot).pathname, 'config', '--quiet'], { encoding: 'utf8' })
  t.equal(status, 0, stderr)
})

test('the container has no rights, and its healthcheck and files are there', async t => {
  const compose = parse(await file('docker/compose.yaml')) as { services: { causeway: { read_only: boolean, cap_drop: string[], build: { dockerfile: string } } } }
  t.match(compose.services.causeway, { read_only: true, cap_drop: ['ALL'], build: { dockerfile: 'deploy/docker/Dockerfile' } })
  const dockerfile = await file('docker/Dockerfile')
  for (const line of [/^USER node$/m, /^HEALTHCHECK /m, /ca-certificates/, /^FROM node:24-[a-z-]+$/m]) t.match(dockerfile, line)
  const { bin } = JSON.parse(await readFile(new URL('package.json', packageRoot), 'utf8')) as { readonly bin: { readonly causeway: string } } // checked by npm
  t.match(dockerfile, `ENTRYPOINT ["node", "/opt/causeway/${bin.causeway}"]`)
  const allowed = (await file('docker/Dockerfile.dockerignore')).split('\n').flatMap(line => line.startsWith('!') ? [line.slice(1).replace('/**', '')] : [])
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) => sources.split(' '))
  t.same([...copied].sort(), [...allowed].sort(), 'what is copied is let in, and nothing else')
  for (const source of copied) t.ok(existsSync(new URL(source, packageRoot)), source)
})
