/**
 * Tries a candidate on a remote before anything depends on it: a whole verified handshake, and then the time in which a remote of
 * TLS 1.3 judges our certificate, which it does after the handshake. No byte of MQTT is sent.
 */
import type { TLSSocket } from 'node:tls'
import { diagnoseEstablished, dialVerified } from './dial.ts'
import type { DialOptions } from './dial.ts'
import { HandshakeError, handshakeCodes } from './errors.ts'
import type { InUse } from './in-use.ts'

/** How one of several servers has answered. */
export interface ServerTrial {
  /** Its URL. */
  readonly server: string
  readonly verdict: 'accepted' | 'refused' | 'unreachable'
  /** Empty where there is nothing to say. */
  readonly reason: string
}

export type CanaryVerdict = (
  /** `note`: what is not proven by it all the same. `answers`: OCSP answers that speak for the remote. */
  | { readonly kind: 'accepted', readonly note?: string, readonly answers?: readonly InUse[] }
  /** The remote does not accept the candidate, or the candidate not the remote. */
  | { readonly kind: 'refused', readonly reason: HandshakeError }
  /** Nothing was proven: the remote is not there, or the canary was given up. */
  | { readonly kind: 'unreachable', readonly reason: HandshakeError }
) & {
  /** Where there is more than one. */
  readonly servers?: readonly ServerTrial[]
}

/** Without a session ticket, silence of this many handshake times counts as accepted, within these bounds. */
const QUIET_HANDSHAKES = 5
const QUIET_LEAST_MS = 250
const QUIET_MOST_MS = 3000
/** A ticket tells that the remote's TLS has accepted us; the program around it may still close. */
const AFTER_TICKET_MS = 50

/** Never throws. */
export async function tryCandidate (options: DialOptions): Promise<CanaryVerdict> {
  const begun = performance.now()
  const [unproven, answers]: [string[], InUse[]] = [[], []]
  const witness = { unproven: (words: string) => { unproven.push(words) }, proven: (answer: InUse) => { answers.push(answer) } }
  try {
    const socket = await dialVerified({ ...options, witness })
    // with TLS 1.2 the handshake is not over before our certificate is judged
    if (socket.getProtocol() === 'TLSv1.3') await judgement(socket, options, performance.now() - begun)
    else socket.destroy()
    return { kind: 'accepted', answers, ...(unproven.length === 0 ? {} : { note: unproven.join('; ') }) }
  } catch (error) {
    const reason = error instanceof HandshakeError ? error : diagnoseEstablished(error, options)
    return { kind: options.signal?.aborted === true || provesNothing(reason) ? 'unreachable' : 'refused', reason }
  }
}

/** Was the remote not there, so that it said neither yes nor no? */
function provesNothing ({ code }: HandshakeError): boolean {
  return code === handshakeCodes.unreachable || code === handshakeCodes.timeout || code === handshakeCodes.aborted
}

/**
 * Gives the remote its time to refuse us. The socket is closed then.
 * @throws what it ended with
 */
async function judgement (socket: TLSSocket, { signal }: DialOptions, handshakeMs: number): Promise<void> {
  const quietMs = Math.min(Math.max(handshakeMs * QUIET_HANDSHAKES, QUIET_LEAST_MS), QUIET_MOST_MS)
  const end = (): void => { socket.destroy() }
  signal?.addEventListener('abort', end, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      // some programs refuse by closing without a word
      let reason = Object.assign(new Error('closed'), { code: 'ECONNRESET' })
      let timer = setTimeout(resolve, quietMs)
      socket.once('session', () => {
        clearTimeout(timer)
        timer = setTimeout(resolve, AFTER_TICKET_MS)
      })
      socket.on('error', (error: NodeJS.ErrnoException) => { reason = Object.assign(error, { code: error.code ?? '' }) })
      socket.once('close', () => {
        clearTimeout(timer)
        reject(reason)
      })
      socket.resume()
    })
  } finally {
    signal?.removeEventListener('abort', end)
    socket.destroy()
  }
}
