/** The node this page comes from. The browser adds the credentials it was let in with. */

/** An answer that is not what was asked for. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor (status, message) {
    super(message)
    this.status = status
  }
}

const PATIENCE_MS = 10_000

/**
 * @param {string} path
 * @returns {Promise<unknown>} its `data`
 */
export async function get (path) {
  return answerOf(await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) }))
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<unknown>} its `data`
 */
export async function post (path, body) {
  return answerOf(await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE_MS) }))
}

/** @param {Response} response */
async function answerOf (response) {
  const answer = /** @type {{ data?: unknown, message?: string, hint?: string }} */ (await response.json().catch(() => ({})))
  if (response.ok) return answer.data
  throw new Refusal(response.status, [answer.message ?? `the node answers ${response.status}`, answer.hint ?? ''].filter(part => part !== '').join('. '))
}
