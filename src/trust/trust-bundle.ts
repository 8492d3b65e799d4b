/**
 * The set of certificates a file says to trust, or a refusal that names file, line and reason. There is no third answer: an
 * empty set never leaves here, because Node takes an empty `ca` for "trust the system store".
 */
import { createHash } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { readBoundedFile } from './bounded-file.ts'
import { parseCertificates } from './certificate-file.ts'
import type { PlacedCertificate } from './certificate-file.ts'
import { dateOf, isAuthority, isSelfSigned, nameOf, validityAt } from './certificate-facts.ts'
import { invalidFile, trustCodes } from './errors.ts'
import { Shared } from './shared.ts'
import { Slices } from './slices.ts'
import { distrustOf } from './trusted-settings.ts'
import type { TrustPurpose } from './trusted-settings.ts'

export interface TrustBundle {
  readonly file: string
  /** Each once, in the order of the file. */
  readonly anchors: readonly X509Certificate[]
  /** `FILE:LINE: …`: what is odd but usable. */
  readonly warnings: readonly string[]
}

// parsing the system's bundle takes 25 ms; what is judged of it depends on the time and is not kept
const parsed = new Shared<PlacedCertificate[]>()

/**
 * @param now expiry is judged at this moment
 * @throws TrustError when nothing, or something that can not be right, would be trusted
 */
export async function readTrustBundle (file: string, purpose: TrustPurpose = 'servers', now = new Date()): Promise<TrustBundle> {
  const bytes = await readBoundedFile(file)
  const key = `${createHash('sha256').update(bytes).digest('hex')} ${file}`
  return judge(await parsed.make(key, async () => parseCertificates(bytes, file)), purpose, now)
}

async function judge (placed: readonly PlacedCertificate[], purpose: TrustPurpose, now: Date): Promise<TrustBundle> {
  const file = placed[0]?.file ?? ''
  refuseDistrusted(placed, purpose)
  refuseWithoutAuthority(placed, file)
  refuseAllExpired(placed, file, now)
  const seen = new Map<string, number>()
  const anchors: X509Certificate[] = []
  const warnings: string[] = []
  const slices = new Slices()
  for (const each of placed) {
    await slices.next()
    const key = each.certificate.fingerprint256
    const before = seen.get(key)
    if (before !== undefined) {
      warnings.push(`${file}:${each.line}: the same certificate as at line ${before}`)
      continue
    }
    seen.set(key, each.line)
    anchors.push(each.certificate)
    const oddity = oddityOf(each.certificate, now)
    if (oddity !== null) warnings.push(`${file}:${each.line}: ${nameOf(each.certificate)} ${oddity}`)
  }
  return Object.freeze({ file, anchors: Object.freeze(anchors), warnings: Object.freeze(warnings) })
}

function oddityOf (certificate: X509Certificate, now: Date): string | null {
  const validity = validityAt(certificate, now)
  if (validity === 'expired') return `has expired on ${dateOf(certificate.validTo)}`
  if (validity === 'not yet valid') return `is not valid before ${dateOf(certificate.validFrom)}`
  return isAuthority(certificate) || isSelfSigned(certificate) ? null : 'is no CA: only this very certificate is trusted by it'
}

function refuseDistrusted (placed: readonly PlacedCertificate[], purpose: TrustPurpose): void {
  for (const each of placed) {
    const reason = distrustOf(each.settings, purpose)
    if (reason !== null) throw invalidFile(each, `${nameOf(each.certificate)} has ${reason}`, 'Leave it out, or trust it on purpose: openssl x509 -in FILE writes it without the settings.', trustCodes.distrusted)
  }
}

function refuseWithoutAuthority (placed: readonly PlacedCertificate[], file: string): void {
  if (placed.some(each => isAuthority(each.certificate) || isSelfSigned(each.certificate))) return
  const first = placed[0]
  if (first === undefined) throw invalidFile({ file, line: 1 }, 'no certificate in it', 'Name a PEM file of CA certificates.')
  throw invalidFile(first, `no CA in it: ${nameOf(first.certificate)} is the certificate of a server or client, issued by ${nameOf(first.certificate, 'issuer')}`,
    'Name the file of the authority that issued it.', trustCodes.noAuthority)
}

function refuseAllExpired (placed: readonly PlacedCertificate[], file: string, now: Date): void {
  if (placed.some(each => validityAt(each.certificate, now) !== 'expired')) return
  const last = placed.reduce((latest, each) => Date.parse(each.certificate.validTo) > Date.parse(latest.certificate.validTo) ? each : latest)
  throw invalidFile({ file, line: last.line }, `every certificate in it has expired, the last, ${nameOf(last.certificate)}, on ${dateOf(last.certificate.validTo)}`,
    `Get the new CA certificate from whoever runs the remote; if the date is right, the clock here is wrong: it says ${now.toISOString()}.`, trustCodes.allExpired)
}
