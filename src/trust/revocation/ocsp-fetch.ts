/** Asks an OCSP responder over plain HTTP, as RFC 6960 appendix A has it: what comes back is signed. Bounded in time and size; redirects are not followed. */
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { withDeadline } from '../../deadline.ts'

/** Ten times what the largest responders send. */
export const MAX_RESPONSE_BYTES = 64 * 1024

export interface OcspFetch {
  readonly url: URL
  readonly body: Buffer
  readonly timeoutMs: number
  /** Gives it up. */
  readonly signal: AbortSignal
}

/** @throws Error saying why there is no answer */
export async function fetchOcsp ({ url, body, timeoutMs, signal }: OcspFetch): Promise<Buffer> {
  return withDeadline(signal, timeoutMs, async deadline => {
    try {
      return await answerOf(url, body, deadline)
    } catch (error) {
      throw deadline.aborted && !signal.aborted ? new Error(`no answer within ${timeoutMs} ms`, { cause: error }) : error
    }
  })
}

async function answerOf (url: URL, body: Buffer, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/ocsp-request', Accept: 'application/ocsp-response', 'Content-Length': body.length }
    request(url, { method: 'POST', agent: false, headers, signal }, response => {
      bytesOf(response).then(resolve, reject)
    }).on('error', reject).end(body)
  })
}

async function bytesOf (response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    if (response.statusCode !== 200) throw new Error(`HTTP status ${response.statusCode ?? 0}`)
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > MAX_RESPONSE_BYTES) throw new Error(`an answer of over ${MAX_RESPONSE_BYTES / 1024} KiB`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } finally {
    response.destroy()
  }
}
