/** A Name of X.501 in words, for messages about lists that are not certificates. */
import { escapeControls } from '../../control-characters.ts'
import { dottedOf, elementAt, membersIn, tags, valueOf } from './der-cursor.ts'

const shortNames: Readonly<Record<string, string>> = { '2.5.4.3': 'CN', '2.5.4.6': 'C', '2.5.4.7': 'L', '2.5.4.8': 'ST', '2.5.4.10': 'O', '2.5.4.11': 'OU' }

const bmpString = 0x1e

/** `CN=…, O=…`, the most telling part first; bounded and safe to print. @throws RangeError */
export function nameWords (der: Buffer): string {
  const parts: string[] = []
  for (const set of membersIn(der, elementAt(der, 0, der.length))) {
    for (const attribute of membersIn(der, set)) {
      const [type, value] = [...membersIn(der, attribute)]
      if (type?.tag !== tags.objectId || value === undefined) continue
      const oid = dottedOf(der, type)
      const bytes = valueOf(der, value)
      parts.push(`${shortNames[oid] ?? oid}=${value.tag === bmpString && bytes.length % 2 === 0 ? Buffer.from(bytes).swap16().toString('utf16le') : bytes.toString('utf8')}`)
    }
  }
  const whole = parts.length === 0 ? '(no name)' : parts.reverse().join(', ')
  return escapeControls(whole.length > 160 ? whole.slice(0, 160) + '…' : whole)
}
