/** The form of a stored password hash: `scrypt$N$r$p$salt$hash`. A broken one must not pass for a plain password. */

const form = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]{8,}={0,2})\$([A-Za-z0-9+/]{20,}={0,2})$/
/** 128 N r bytes are needed for one check; with more, a few log-ins at a time would exhaust a small device. */
const mostMemory = 64 * 1024 ** 2

export function faultOfHash (password: string): string | null {
  if (!password.startsWith('scrypt$')) return null
  const [, n, r, p] = (form.exec(password) ?? []).map(Number)
  if (n === undefined || r === undefined || p === undefined) return 'begins as a hash and is none: it must be scrypt$N$r$p$salt$hash, the last two in base64'
  if (n < 2 || !Number.isInteger(Math.log2(n))) return 'is a hash whose N is no power of two'
  if (r < 1 || p < 1 || 128 * n * r > mostMemory) return 'is a hash that needs more than 64 MiB, or has r or p 0'
  return null
}
