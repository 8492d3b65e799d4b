/** The forms of a stored password: `scrypt$N$r$p$salt$hash` and PostgreSQL's `SCRAM-SHA-256$…`. A broken one must not pass for a plain password. */
import { SCRAM_ITERATIONS } from '../scram-iterations.ts'

const form = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]{8,}={0,2})\$([A-Za-z0-9+/]{20,}={0,2})$/
/** 128 N r bytes are needed for one check; with more, a few log-ins at a time would exhaust a small device. */
const mostMemory = 64 * 1024 ** 2
const scramForm = /^SCRAM-SHA-256\$([1-9]\d{0,8}):([A-Za-z0-9+/]{11,86}={0,2})\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)$/

export function faultOfHash (password: string): string | null {
  if (password.startsWith('SCRAM-SHA-256$')) return faultOfScram(password)
  if (!password.startsWith('scrypt$')) return null
  const [, n, r, p] = (form.exec(password) ?? []).map(Number)
  if (n === undefined || r === undefined || p === undefined) return 'begins as a hash and is none: it must be scrypt$N$r$p$salt$hash, the last two in base64'
  if (n < 2 || !Number.isInteger(Math.log2(n))) return 'is a hash whose N is no power of two'
  if (r < 1 || p < 1 || 128 * n * r > mostMemory) return 'is a hash that needs more than 64 MiB, or has r or p 0'
  return null
}

function faultOfScram (password: string): string | null {
  const [, iterations, ...parts] = scramForm.exec(password) ?? []
  const isExact = parts.length > 0 && parts.every(part => Buffer.from(part, 'base64').toString('base64') === part)
  if (iterations === undefined || !isExact) return 'begins as a SCRAM secret and is none: it must be SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey, the last three in base64'
  if (Number(iterations) < SCRAM_ITERATIONS.least || Number(iterations) > SCRAM_ITERATIONS.most) {
    return `is a SCRAM secret whose iterations are not ${SCRAM_ITERATIONS.least} to ${SCRAM_ITERATIONS.most}`
  }
  return null
}
