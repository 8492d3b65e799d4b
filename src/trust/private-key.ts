/** Reads one private key, PKCS#8 or traditional, open or encrypted, and says in words what stands in the way. Its bytes never reach a message. */
import { createPrivateKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { reasonOf } from '../errors.ts'
import { readBoundedFile } from './bounded-file.ts'
import { TrustError, trustCodes } from './errors.ts'
import { isKeyLabel, scanPem } from './pem.ts'
import type { PemBlock } from './pem.ts'

/** What may stand beside the key: its certificates, and the curve that `openssl ecparam -genkey` writes first. */
const beside = new Set(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE', 'EC PARAMETERS'])

/**
 * @param password null when none is configured
 * @throws TrustError
 */
export async function readPrivateKey (file: string, password: string | null): Promise<KeyObject> {
  return decode(onlyKey(scanPem(await readBoundedFile(file), file), file), file, password)
}

function onlyKey (blocks: readonly PemBlock[], file: string): PemBlock {
  const keys = blocks.filter(block => isKeyLabel(block.label))
  const stranger = blocks.find(block => !isKeyLabel(block.label) && !beside.has(block.label))
  const [key, second] = keys
  if (key === undefined) throw invalidKey(file, 1, 'no private key in it', 'Name the file that holds the private key.')
  if (second !== undefined) throw invalidKey(file, second.line, `a second private key; the first is at line ${key.line}`, 'Leave one in the file.')
  if (stranger !== undefined) throw invalidKey(file, stranger.line, 'a block that is neither key nor certificate', 'Take it out of the file.')
  return key
}

function decode (block: PemBlock, file: string, password: string | null): KeyObject {
  const encrypted = block.label === 'ENCRYPTED PRIVATE KEY' || block.headers.some(line => /^Proc-Type: .*ENCRYPTED/.test(line))
  if (encrypted && (password === null || password === '')) {
    throw new TrustError(trustCodes.passwordMissing, `the key ${file}:${block.line} is encrypted and no passphrase is given`, { hint: 'Set key_password, or store the key without a passphrase, mode 0600.' })
  }
  try {
    return createPrivateKey(encrypted ? { key: pemOf(block), passphrase: password ?? '' } : { key: pemOf(block) })
  } catch (error) {
    throw encrypted ? undecipherable(error, file, block) : invalidKey(file, block.line, `not a private key: ${reasonOf(error)}`, 'Copy the key again from its source.')
  }
}

/** Of 256 wrong passphrases one looks right to the padding, and what it opens is no key: "unsupported" too, but of the decoder and not of the cipher. */
function undecipherable (error: unknown, file: string, block: PemBlock): TrustError {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_OSSL_EVP_UNSUPPORTED') {
    return invalidKey(file, block.line, 'it is encrypted in a way that OpenSSL 3 no longer has', 'Encrypt it anew where an older OpenSSL is: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW')
  }
  return new TrustError(trustCodes.passwordWrong, `the passphrase does not open the key ${file}:${block.line}`, { hint: 'Correct key_password.', cause: error })
}

function pemOf (block: PemBlock): string {
  const body = block.der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()
  const headers = block.headers.length === 0 ? '' : block.headers.join('\n') + '\n\n'
  return `-----BEGIN ${block.label}-----\n${headers}${body}\n-----END ${block.label}-----\n`
}

function invalidKey (file: string, line: number, reason: string, hint: string): TrustError {
  return new TrustError(trustCodes.keyInvalid, `the private key can not be used: ${file}:${line}: ${reason}`, { hint })
}
