/**
 * A PKI for development in a directory: root, intermediate, a server leaf and a client leaf. What is still good is kept, the rest
 * made again and reported; a file that is not ours is never touched.
 */
import type { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { isIssuedBy, validityAt } from './certificate-facts.ts'
import { createKey, issueCertificate } from './issuance.ts'
import type { CertificateRequest, Identity, KeyType } from './issuance.ts'
import { readKeyPair } from './key-pair.ts'
import { openPkiDirectory } from './pki-directory.ts'
import type { PkiDirectory } from './pki-directory.ts'
import { pemOf, pemOfKey } from './secure-context.ts'

export interface DevelopmentPkiOptions {
  /** DNS names of the server. @default ['localhost'] */
  readonly names?: readonly string[]
  /** @default ['127.0.0.1', '::1'] */
  readonly ipAddresses?: readonly string[]
  /** Of the leaves; at most 825, which is what operating systems put up with. @default 365 */
  readonly days?: number
  /** @default 'ec', P-256: a millisecond each and understood by everything that speaks TLS 1.2 */
  readonly keys?: KeyType
  /** Told before each step, such as `server certificate`. */
  readonly progress?: (step: string) => void
  readonly now?: Date
}

export interface DevelopmentPki {
  readonly dir: string
  /** The root: `cacertfile` of a client. */
  readonly caFile: string
  /** Leaf and intermediate: `certfile` of a listener. */
  readonly serverCertFile: string
  readonly serverKeyFile: string
  readonly clientCertFile: string
  readonly clientKeyFile: string
  /** What was made by this call and why, such as `server.pem: expired`. */
  readonly made: readonly string[]
  /** What was there and still good. */
  readonly reused: readonly string[]
}

const day = 86_400_000
/** Clocks differ; a certificate made here is used elsewhere a moment later. */
const clockSlack = 3_600_000
/** Longer ones are refused by Apple's systems. */
const maxDays = 825
const organization = 'Causeway development certificates'

/** @throws TrustError when the directory holds something else */
export async function createDevelopmentPki (dir: string, options: DevelopmentPkiOptions = {}): Promise<DevelopmentPki> {
  return new PkiMaker(await openPkiDirectory(dir), options).make()
}

interface Planned {
  readonly file: string
  readonly what: string
  readonly request: Omit<CertificateRequest, 'notBefore' | 'notAfter' | 'organization'>
  readonly days: number
}

class PkiMaker {
  readonly #directory: PkiDirectory
  readonly #options: DevelopmentPkiOptions
  readonly #now: Date
  readonly #made: string[] = []
  readonly #reused: string[] = []

  constructor (directory: PkiDirectory, options: DevelopmentPkiOptions) {
    this.#directory = directory
    this.#options = options
    this.#now = options.now ?? new Date()
  }

  async make (): Promise<DevelopmentPki> {
    const { names = ['localhost'], ipAddresses = ['127.0.0.1', '::1'], days = 365 } = this.#options
    const leafDays = Math.min(days, maxDays)
    const root = await this.#provide({ file: 'ca', what: 'root', request: { commonName: 'Causeway Development Root', role: 'authority', pathLength: 1 }, days: maxDays }, [])
    const intermediate = await this.#provide({ file: 'intermediate', what: 'intermediate', request: { commonName: 'Causeway Development Intermediate', role: 'authority', pathLength: 0 }, days: maxDays }, [root])
    const above = [intermediate, root]
    await this.#provide({ file: 'server', what: 'server certificate', request: { commonName: names[0] ?? ipAddresses[0] ?? 'localhost', role: 'server', names, ipAddresses }, days: leafDays }, above)
    await this.#provide({ file: 'client', what: 'client certificate', request: { commonName: 'device', role: 'client' }, days: leafDays }, above)
    const path = (file: string): string => join(this.#directory.path, file)
    return {
      dir: this.#directory.path,
      caFile: path('ca.pem'),
      serverCertFile: path('server.pem'),
      serverKeyFile: path('server.key'),
      clientCertFile: path('client.pem'),
      clientKeyFile: path('client.key'),
      made: this.#made,
      reused: this.#reused
    }
  }

  /** @param above issuers, the nearest first; none: signed by itself */
  async #provide (planned: Planned, above: readonly Identity[]): Promise<Identity> {
    const found = await this.#existing(planned, above)
    if (typeof found !== 'string') {
      this.#reused.push(`${planned.file}.pem`)
      return found
    }
    this.#options.progress?.(planned.what)
    const key = await createKey(this.#options.keys ?? 'ec')
    const issuer = above[0] ?? null
    const notAfter = Math.min(this.#now.getTime() - clockSlack + planned.days * day, issuer === null ? Infinity : Date.parse(issuer.certificate.validTo))
    const certificate = issueCertificate({ ...planned.request, organization, notBefore: new Date(this.#now.getTime() - clockSlack), notAfter: new Date(notAfter) }, key, issuer)
    const sent = planned.request.role === 'authority' ? [] : above.slice(0, -1).map(each => each.certificate)
    await this.#directory.write(`${planned.file}.key`, pemOfKey(key), 0o600)
    await this.#directory.write(`${planned.file}.pem`, pemOf([certificate, ...sent]).join(''), 0o644)
    this.#made.push(`${planned.file}.pem: ${found}`)
    return { certificate, key }
  }

  /** What is there, or why it has to be made. */
  async #existing (planned: Planned, above: readonly Identity[]): Promise<Identity | string> {
    const [cert, key] = [`${planned.file}.pem`, `${planned.file}.key`]
    const present = [await this.#directory.has(cert), await this.#directory.has(key)]
    if (!present.includes(true)) return 'new'
    if (present.includes(false)) return 'incomplete'
    let identity: Identity
    try {
      const pair = await readKeyPair({ certfile: join(this.#directory.path, cert), keyfile: join(this.#directory.path, key), keyPassword: null }, this.#now)
      const leaf = pair.chain[0]
      if (leaf === undefined) return 'incomplete'
      identity = { certificate: leaf, key: pair.key }
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'CW_TRUST_CERT_EXPIRED' ? 'expired' : 'damaged'
    }
    return this.#fault(identity.certificate, planned, above[0] ?? null) ?? identity
  }

  #fault (certificate: X509Certificate, planned: Planned, issuer: Identity | null): string | null {
    // a day ahead, so that what is started now does not fail tonight
    if (validityAt(certificate, new Date(this.#now.getTime() + day)) === 'expired') return 'about to expire'
    if (validityAt(certificate, this.#now) === 'not yet valid') return 'not yet valid'
    if (!isIssuedBy(certificate, issuer?.certificate ?? certificate)) return 'its issuer was made anew'
    const { names = [], ipAddresses = [] } = planned.request
    const missing = [...names.filter(name => certificate.checkHost(name) === undefined), ...ipAddresses.filter(address => certificate.checkIP(address) === undefined)]
    return missing.length === 0 ? null : `lacked ${missing.join(', ')}`
  }
}
