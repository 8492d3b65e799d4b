/** Sends a request of which only the answer's status is looked at: bounded in time, and of the body no more is read than a little. */
import type { ClientRequest, IncomingMessage } from 'node:http'

/** An answer's body beyond this costs its connection. */
const MOST_IGNORED_BYTES = 64 * 1024

/**
 * @param timeoutMs for all of it, the wait for a free connection included
 * @throws Error saying why there is no answer; what else goes wrong with the request is told as it is
 */
export async function statusOf (request: ClientRequest, body: string | Buffer, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(error)
      request.destroy()
    }
    const overall = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    request.on('error', fail)
    request.on('close', () => {
      clearTimeout(overall)
      fail(new Error('the connection ended without an answer'))
    })
    request.on('response', response => {
      resolve(response.statusCode ?? 0)
      ignoreBody(response)
    })
    request.end(body)
  })
}

function ignoreBody (response: IncomingMessage): void {
  let seen = 0
  response.on('data', (chunk: Buffer) => {
    seen += chunk.length
    if (seen > MOST_IGNORED_BYTES) response.destroy()
  })
  response.on('error', () => {})
}
