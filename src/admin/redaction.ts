/** A copy without secrets, for answers. What a key holds is judged by its name, so that a key that is added is hidden without anybody thinking of it. */

const SECRET = /pass(word|phrase)|secret|token|headers|params|private/i
export const HIDDEN = '******'

export function withoutSecrets (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, SECRET.test(key) && inner !== null && inner !== '' ? HIDDEN : serverOnly(key, inner)]))
}

/** Paths of receivers hold tokens. */
function serverOnly (key: string, value: unknown): unknown {
  return key === 'url' && typeof value === 'string' && /^https?:/.test(value) ? `${new URL(value).origin}/…` : withoutSecrets(value)
}
