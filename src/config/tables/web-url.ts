/** URLs of servers that are asked or told something. */
import { z } from 'zod/v3'
import { readText } from '../readers/text.ts'
import type { HoconScalar } from '../hocon/tree.ts'
import type { Kind } from '../schema/kind.ts'
import type { Reading } from '../schema/reading.ts'
import { scalar } from '../schema/scalar.ts'

/** `http://` or `https://`. A user name or password in it would end up in logs, so it is refused. */
export function webUrl (): Kind<string> {
  return scalar({ type: 'URL', read: readUrl, show: JSON.stringify, schema: () => z.string() })
}

/** The same, of which only scheme and server are shown: receivers of notices put tokens into their paths. */
export function secretUrl (): Kind<string> {
  return scalar({
    type: 'URL',
    read (node, reading) {
      reading.ledger.hide(node)
      return readUrl(node, reading)
    },
    show: url => JSON.stringify(`${new URL(url).origin}/…`),
    schema: () => z.string()
  })
}

function readUrl (node: HoconScalar, reading: Reading): string | undefined {
  const url = URL.parse(readText(node, reading))
  if (url === null || !/^https?:$/.test(url.protocol)) return reading.refuse('must be a URL that begins with http:// or https://')
  if (url.username !== '' || url.password !== '') {
    reading.ledger.hide(node)
    return reading.refuse('must not hold a user name or password', 'Use headers { Authorization = "…" }')
  }
  return url.href
}
