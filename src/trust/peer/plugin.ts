/**
 * A verification of the operator's own: a module beside the configuration that has the last word on a remote. It can only refuse;
 * what Causeway has refused it is not asked about. It is code that the operator has chosen, and runs in this process with its rights.
 */
import { createHash } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { reasonOf } from '../../errors.ts'
import { escapeControls } from '../../control-characters.ts'
import { TrustError, handshakeCodes, trustCodes } from '../errors.ts'
import { readBoundedFile } from '../bounded-file.ts'
import type { Finding } from './finding.ts'

/** A remote that has passed everything else. Nothing was said to it yet. */
export interface PeerToVerify {
  readonly host: string
  readonly port: number
  /** The name that its certificate was held to: `sni`, or the host. */
  readonly name: string
  /** Leaf first, each signed by the next, up to one in `cacertfile`. */
  readonly chain: readonly X509Certificate[]
  /** `TLSv1.3`. */
  readonly tlsVersion: string
  /** As OpenSSL has it. */
  readonly cipher: string
  readonly alpn: string | null
  /** DER of the OCSP response it has stapled. */
  readonly staple: Buffer | null
  /** Aborted when the answer is not waited for any more. */
  readonly signal: AbortSignal
}

export type PeerVerdict = { readonly allow: true } | { readonly allow: false, readonly reason: string }

/** The default export of a plugin. Anything but a verdict, a throw, and silence for longer than `verify_timeout` refuse the remote. */
export type VerifyPeer = (peer: PeerToVerify) => PeerVerdict | Promise<PeerVerdict>

export interface VerifyPlugin {
  readonly file: string
  /** Of its content, hex. */
  readonly fingerprint: string
  readonly verify: VerifyPeer
}

/** @throws TrustError; a module that fails to load leaves the one before in use */
export async function loadPlugin (file: string): Promise<VerifyPlugin> {
  const fingerprint = await fingerprintOf(file)
  const url = pathToFileURL(file)
  // a module is loaded once for each address: equal content is not loaded again, other content is
  url.searchParams.set('sha256', fingerprint)
  let loaded: { readonly default?: unknown }
  try {
    loaded = await import(url.href) as { readonly default?: unknown }
  } catch (error) {
    throw unusable(file, `it can not be loaded: ${escapeControls(reasonOf(error))}`, error)
  }
  if (await fingerprintOf(file) !== fingerprint) throw unusable(file, 'it has changed while it was being loaded')
  if (typeof loaded.default !== 'function') throw unusable(file, 'its default export is no function')
  return { file, fingerprint, verify: loaded.default as VerifyPeer } // what it answers is looked at each time
}

async function fingerprintOf (file: string): Promise<string> {
  return createHash('sha256').update(await readBoundedFile(file)).digest('hex')
}

function unusable (file: string, why: string, cause?: unknown): TrustError {
  return new TrustError(trustCodes.pluginUnusable, `the verification plugin ${file} can not be used: ${why}`, { hint: 'It has to be an ECMAScript module whose default export is a function (peer) => ({ allow: true }) or ({ allow: false, reason }).', cause })
}

/** null: it allows the remote. */
export async function pluginFinding ({ file, verify }: VerifyPlugin, peer: PeerToVerify, timeoutMs: number): Promise<Finding | null> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<string>(resolve => {
    timer = setTimeout(() => resolve(`it did not answer within ${timeoutMs} ms`), timeoutMs)
  })
  try {
    const fault = await Promise.race([answerOf(verify, peer), silence])
    return fault === null ? null : refusedBy(file, fault)
  } finally {
    clearTimeout(timer)
  }
}

/** null, or why not. */
async function answerOf (verify: VerifyPeer, peer: PeerToVerify): Promise<string | null> {
  try {
    return faultOf(await verify(peer))
  } catch (error) {
    return `it failed: ${reasonOf(error)}`
  }
}

/** @param answer of code that need not keep to the type */
function faultOf (answer: unknown): string | null {
  const { allow, reason } = typeof answer === 'object' && answer !== null ? answer as { readonly allow?: unknown, readonly reason?: unknown } : {}
  if (allow === true) return null
  return allow === false && typeof reason === 'string' && reason !== '' ? reason : 'it answered neither { allow: true } nor { allow: false, reason }'
}

function refusedBy (file: string, fault: string): Finding {
  return {
    code: handshakeCodes.plugin,
    words: `is not trusted by ${file}: ${escapeControls(fault.length > 300 ? fault.slice(0, 300) + '…' : fault)}`,
    hint: 'The plugin is named by verify_plugin; what it refuses and why is its author\'s to say.'
  }
}
