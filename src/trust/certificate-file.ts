/**
 * The certificates of a PEM file, each parsed by OpenSSL and proven to be exactly the bytes between its markers. What else a
 * block may be is the caller's to say; by default nothing else is allowed.
 */
import { X509Certificate, createHash } from 'node:crypto'
import { reasonOf } from '../errors.ts'
import { readBoundedFile } from './bounded-file.ts'
import { invalidFile } from './errors.ts'
import type { FilePlace, TrustError } from './errors.ts'
import { isKeyLabel, scanPem } from './pem.ts'
import type { PemBlock } from './pem.ts'
import { Shared } from './shared.ts'
import { Slices } from './slices.ts'
import { escapeControls } from '../control-characters.ts'

/** A certificate and where its file has it. */
export interface PlacedCertificate extends FilePlace {
  readonly certificate: X509Certificate
  /** OpenSSL's trust settings that follow a `TRUSTED CERTIFICATE`; empty otherwise. */
  readonly settings: Buffer
}

/** A bundle of which one certificate has changed has 143 that are parsed already. */
const certificates = new Shared<X509Certificate>()

const certificateLabels = new Set(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'])

export interface CertificateFileOptions {
  /** Whether private keys may stand beside the certificates, as in a file that serves as `certfile` and `keyfile`. @default false */
  readonly keysBeside?: boolean
}

/** @throws TrustError with file, line and reason */
export async function readCertificates (file: string, options?: CertificateFileOptions): Promise<PlacedCertificate[]> {
  return parseCertificates(await readBoundedFile(file), file, options)
}

/** @throws TrustError with file, line and reason */
export async function parseCertificates (bytes: Buffer, file: string, options: CertificateFileOptions = {}): Promise<PlacedCertificate[]> {
  const found: PlacedCertificate[] = []
  const slices = new Slices()
  for (const block of scanPem(bytes, file)) {
    await slices.next()
    if (certificateLabels.has(block.label)) found.push(parseBlock(block, file))
    else if (options.keysBeside !== true || !isKeyLabel(block.label)) throw foreignBlock(block, file)
  }
  if (found.length === 0) throw invalidFile({ file, line: 1 }, 'no certificate in it, only a private key', 'Name the file that holds the certificate.')
  return found
}

function parseBlock (block: PemBlock, file: string): PlacedCertificate {
  const place = { file, line: block.line }
  if (block.der[0] !== 0x30) throw invalidFile(place, 'not a certificate: no ASN.1 sequence', 'Copy the file again from its source.')
  const length = encodedLength(block.der)
  if (length > block.der.length) throw invalidFile(place, 'the certificate is cut short', 'Copy the file again from its source.')
  if (length < block.der.length && block.label !== 'TRUSTED CERTIFICATE') {
    throw invalidFile(place, `${block.der.length - length} bytes after the end of the certificate`, 'Copy the file again from its source.')
  }
  const der = block.der.subarray(0, length)
  return { ...place, certificate: certificates.get(createHash('sha256').update(der).digest('hex'), () => parseDer(der, place)), settings: block.der.subarray(length) }
}

function parseDer (der: Buffer, place: FilePlace): X509Certificate {
  const hint = 'Make the certificate again, or leave it out.'
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(der)
  } catch (error) {
    throw invalidFile(place, `not a certificate: ${reasonOf(error)}`, hint)
  }
  // OpenSSL looks for PEM text first: DER that hides some in an extension would be read as another certificate
  if (!certificate.raw.equals(der)) throw invalidFile(place, 'not a certificate in DER', hint)
  try {
    if (certificate.publicKey.asymmetricKeyType === undefined) throw new Error('it is of no known kind')
  } catch (error) {
    throw invalidFile(place, `its public key can not be used: ${reasonOf(error)}`, hint)
  }
  return certificate
}

/** Bytes of the ASN.1 value at the start, by its own length; more than there are when it is cut short. */
function encodedLength (der: Buffer): number {
  const first = der[1] ?? 0
  if (first < 0x80) return 2 + first
  const octets = first & 0x7f
  if (octets === 0 || octets > 4 || der.length < 2 + octets) return der.length + 1
  return 2 + octets + der.readUIntBE(2, octets)
}

function foreignBlock (block: PemBlock, file: string): TrustError {
  const place = { file, line: block.line }
  if (isKeyLabel(block.label)) {
    return invalidFile(place, 'a private key', 'Take the key out of this file at once, and treat it as known to everybody who could read the file.')
  }
  if (block.label.endsWith('CERTIFICATE REQUEST')) return invalidFile(place, 'a certificate request, not a certificate', 'Have it signed by an authority and use the certificate that comes back.')
  if (block.label === 'X509 CRL') return invalidFile(place, 'a revocation list, not a certificate', 'Leave it out of this file.')
  return invalidFile(place, `a ${escapeControls(block.label.slice(0, 40))}, not a certificate`, 'Only CERTIFICATE blocks and comments belong in this file.')
}
