/** Writes certificates into a file that may be named as `cacertfile`, each with what a person compares before it is trusted. */
import type { X509Certificate } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { reasonOf } from '../errors.ts'
import { dateOf, nameOf } from './certificate-facts.ts'
import { TrustError, trustCodes } from './errors.ts'

/** Readable by all: there is no secret in a certificate. */
const MODE = 0o644

/**
 * @param about lines that go before them
 * @param force what is there is replaced, in one step
 * @throws TrustError when there is a file already, or it can not be written
 */
export async function writeTrustFile (file: string, certificates: readonly X509Certificate[], about: readonly string[], force: boolean): Promise<void> {
  const text = [...about.map(comment), ...certificates.flatMap(written)].join('\n') + '\n'
  const beside = `${file}.${process.pid}.new`
  try {
    if (!force) return await writeFile(file, text, { flag: 'wx', mode: MODE })
    await writeFile(beside, text, { flag: 'wx', mode: MODE })
    await rename(beside, file)
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST' && !force
    if (force) await rm(beside, { force: true })
    throw taken
      ? new TrustError(trustCodes.fileTaken, `${file} is there already; nothing was written`, { hint: 'Name another file, or say --force to replace it. A running node would take what is written into its cacertfile.' })
      : new TrustError(trustCodes.unreadable, `${file} can not be written: ${reasonOf(error)}`, { hint: 'Check the directory, its owner and the space on the disk.', cause: error })
  }
}

function written (certificate: X509Certificate): string[] {
  return [
    comment(`subject ${nameOf(certificate)}`),
    comment(`issuer  ${nameOf(certificate, 'issuer')}`),
    comment(`valid   ${dateOf(certificate.validFrom)} to ${dateOf(certificate.validTo)}`),
    comment(`SHA-256 ${certificate.fingerprint256}`),
    certificate.toString().trimEnd()
  ]
}

/** A name comes from the wire: nothing in it may look like the marker of a block. */
function comment (line: string): string {
  return `# ${line.replace(/-{2,}/g, '-')}`
}
