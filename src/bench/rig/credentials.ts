/** Two authorities and a server certificate from each, made for one campaign; the second is what a rotation rotates to. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Identity as ServerIdentity } from '../process/calls.ts'
import { type CertificateRequest, createKey, type Identity, issueCertificate } from '../../trust/issuance.ts'

export interface Authority {
  /** PEM of the root. */
  readonly root: string
  readonly server: ServerIdentity
}

export interface Credentials {
  /** What a target has as its bundle; rewritten by a rotation. */
  readonly caFile: string
  readonly first: Authority
  readonly second: Authority
}

const DAY = 86_400_000

export async function makeCredentials (dir: string): Promise<Credentials> {
  const [first, second] = await Promise.all([authority('Bench root A'), authority('Bench root B')])
  const caFile = join(dir, 'ca.pem')
  await writeFile(caFile, first.root)
  return { caFile, first, second }
}

async function authority (commonName: string): Promise<Authority> {
  const span = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 30 * DAY) }
  const root = await identity({ ...span, commonName, role: 'authority' }, null)
  const leaf = await identity({ ...span, commonName: 'localhost', role: 'server', names: ['localhost'], ipAddresses: ['127.0.0.1'] }, root)
  return {
    root: root.certificate.toString(),
    server: { certificate: leaf.certificate.toString(), key: leaf.key.export({ type: 'pkcs8', format: 'pem' }).toString() }
  }
}

async function identity (request: CertificateRequest, issuer: Identity | null): Promise<Identity> {
  const key = await createKey('ec')
  return { key, certificate: issueCertificate(request, key, issuer) }
}
