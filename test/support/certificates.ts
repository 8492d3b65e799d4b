/**
 * Throw-away certificates for tests, made on the fly in a few milliseconds. Every authority of the same `name` has the same
 * subject and another key: call `testPki(t)` twice for a stranger that looks like the right one.
 */
import { randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKey, issueCertificate } from '../../src/trust/issuance.ts'
import type { Identity, KeyType } from '../../src/trust/issuance.ts'

/** What is used of a tap test. */
export interface TestScope {
  teardown (clean: () => unknown): void
}

export interface PkiOptions {
  /** @default 'Test' */
  readonly name?: string
  /** @default 'ec', which takes a millisecond; RSA keys are made once a process and used again. */
  readonly keys?: KeyType
  /** What the server leaf is made like. */
  readonly server?: LeafOptions
  readonly client?: LeafOptions
}

export interface LeafOptions {
  /** @default 'localhost' for a server, 'device' for a client */
  readonly commonName?: string
  /** DNS names. @default ['localhost'] for a server */
  readonly names?: readonly string[]
  /** @default ['127.0.0.1', '::1'] for a server */
  readonly ipAddresses?: readonly string[]
  /** @default 'valid' */
  readonly validity?: 'valid' | 'expired' | 'not yet'
  /** By itself instead of the authority. @default false */
  readonly selfSigned?: boolean
  /** `sent`: leaf, then intermediate in the file. `omitted`: leaf alone. `none`: signed by the root. @default 'sent' */
  readonly intermediate?: 'sent' | 'omitted' | 'none'
  /** @default that of the PKI */
  readonly keys?: KeyType
}

/** One certificate on disk and in memory. */
export interface Material extends Identity {
  readonly certFile: string
  readonly keyFile: string
  /** The content of certFile: leaf and what is sent with it. */
  readonly certPem: string
  readonly keyPem: string
}

export interface TestPki {
  readonly dir: string
  readonly root: Material
  readonly intermediate: Material
  readonly server: Material
  readonly client: Material
  /** The root: what a client of `server` puts in `cacertfile`. */
  readonly caFile: string
  issueServer (leaf?: LeafOptions): Promise<Material>
  issueClient (leaf?: LeafOptions): Promise<Material>
  /** Writes a file into `dir` and answers its path. */
  write (file: string, content: string | Buffer): Promise<string>
}

const day = 86_400_000
const rsaKeys: Promise<KeyObject>[] = []
let rsaUsed = 0

const periods = {
  valid: [-1, 30],
  expired: [-30, -1],
  'not yet': [1, 30]
} as const

const leafDefaults = {
  server: { commonName: 'localhost', names: ['localhost'], ipAddresses: ['127.0.0.1', '::1'], validity: 'valid', selfSigned: false, intermediate: 'sent', keys: undefined },
  client: { commonName: 'device', names: [], ipAddresses: [], validity: 'valid', selfSigned: false, intermediate: 'sent', keys: undefined }
} as const

export async function testPki (t: TestScope, options: PkiOptions = {}): Promise<TestPki> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-pki-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const pki = new ThrowAwayPki(dir, options)
  await pki.prepare()
  return pki.asPki()
}

class ThrowAwayPki {
  readonly #dir: string
  readonly #options: PkiOptions
  #root: Material | null = null
  #intermediate: Material | null = null
  #server: Material | null = null
  #client: Material | null = null

  constructor (dir: string, options: PkiOptions) {
    this.#dir = dir
    this.#options = options
  }

  async prepare (): Promise<void> {
    this.#root = await this.#authority('ca', 'Root', null)
    this.#intermediate = await this.#authority('intermediate', 'Intermediate', this.#root)
    this.#server = await this.#leaf('server', 'server', this.#options.server ?? {})
    this.#client = await this.#leaf('client', 'client', this.#options.client ?? {})
  }

  asPki (): TestPki {
    const root = present(this.#root)
    return {
      dir: this.#dir,
      root,
      intermediate: present(this.#intermediate),
      server: present(this.#server),
      client: present(this.#client),
      caFile: root.certFile,
      issueServer: async (leaf = {}) => this.#leaf(`server-${randomBytes(4).toString('hex')}`, 'server', leaf),
      issueClient: async (leaf = {}) => this.#leaf(`client-${randomBytes(4).toString('hex')}`, 'client', leaf),
      write: async (file, content) => this.#write(file, content)
    }
  }

  async #authority (file: string, title: string, issuer: Identity | null): Promise<Material> {
    const key = await keyOf(this.#options.keys)
    const certificate = issueCertificate({
      commonName: `${this.#options.name ?? 'Test'} ${title}`,
      organization: 'Causeway tests',
      role: 'authority',
      notBefore: new Date(Date.now() - 40 * day),
      notAfter: new Date(Date.now() + 40 * day)
    }, key, issuer)
    return this.#save(file, { certificate, key }, [])
  }

  async #leaf (file: string, role: 'server' | 'client', leaf: LeafOptions): Promise<Material> {
    const made = { ...leafDefaults[role], ...leaf }
    const key = await keyOf(made.keys ?? this.#options.keys)
    const issuer = made.intermediate === 'none' ? present(this.#root) : present(this.#intermediate)
    const [from, until] = periods[made.validity]
    const certificate = issueCertificate({
      ...made,
      role,
      notBefore: new Date(Date.now() + from * day),
      notAfter: new Date(Date.now() + until * day)
    }, key, made.selfSigned ? null : issuer)
    return this.#save(file, { certificate, key }, made.intermediate === 'sent' && !made.selfSigned ? [issuer] : [])
  }

  async #save (file: string, identity: Identity, sentWithIt: readonly Identity[]): Promise<Material> {
    const certPem = [identity, ...sentWithIt].map(each => each.certificate.toString()).join('')
    const keyPem = identity.key.export({ type: 'pkcs8', format: 'pem' }).toString()
    const certFile = await this.#write(`${file}.pem`, certPem)
    const keyFile = await this.#write(`${file}.key`, keyPem)
    return { ...identity, certFile, keyFile, certPem, keyPem }
  }

  async #write (file: string, content: string | Buffer): Promise<string> {
    const path = join(this.#dir, file)
    await writeFile(path, content, { mode: 0o600 })
    return path
  }
}

/** RSA keys take 100 ms each; the first eight are handed out in turn, so that neighbours in one PKI differ. */
async function keyOf (type: KeyType = 'ec'): Promise<KeyObject> {
  if (type !== 'rsa') return createKey(type)
  const place = rsaUsed++ % 8
  return await (rsaKeys[place] ??= createKey('rsa'))
}

function present (material: Material | null): Material {
  if (material === null) throw new Error('prepare() comes first')
  return material
}
