/**
 * Which bytes and which texts MQTT takes for a string: well-formed UTF-8 without U+0000, of at most 65,535 bytes.
 * Control characters and non-characters are allowed, as the standard leaves it open; a byte order mark is an ordinary
 * character, U+FEFF, and is kept [MQTT-1.5.3-3].
 */
import type { Violation } from './violation.ts'
import { violation } from './violation.ts'

/** A length prefix has two bytes. */
export const MAX_STRING_BYTES = 65_535

const ILL_FORMED = violation('MQTT-1.5.3-1', 'string is not well-formed UTF-8')
const NUL = violation('MQTT-1.5.3-2', 'string holds U+0000')

/** What is wrong with the string in `bytes[start, end)`; null when it may be used. HOT. */
export function faultOfString (bytes: Uint8Array, start: number, end: number): Violation | null {
  let at = start
  while (at < end) {
    const byte = bytes[at] as number
    if (byte === 0) return NUL // [MQTT-1.5.3-2]
    if (byte < 0x80) {
      at++
      continue
    }
    at = endOfSequence(bytes, at, end, byte)
    if (at < 0) return ILL_FORMED // [MQTT-1.5.3-1]
  }
  return null
}

/** One past the multi-byte sequence that starts at `at` with `lead`; -1 where RFC 3629, section 4, knows none. */
function endOfSequence (bytes: Uint8Array, at: number, end: number, lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return -1 // continuation, overlong form, beyond U+10FFFF
  const last = at + (lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3)
  if (last >= end) return -1
  const second = bytes[at + 1] as number
  if (second < lowestSecond(lead) || second > highestSecond(lead)) return -1
  for (let i = at + 2; i <= last; i++) {
    if (((bytes[i] as number) & 0xc0) !== 0x80) return -1
  }
  return last + 1
}

/** E0 and F0 start overlong forms below this. */
function lowestSecond (lead: number): number {
  return lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
}

/** ED starts surrogates, and F4 what is beyond U+10FFFF, above this. */
function highestSecond (lead: number): number {
  return lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
}

/** The text of a string without fault; a byte order mark stays in it. */
export function textOf (bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end)
}

/** Can `text` be sent as an MQTT string: no U+0000, no lone surrogate, at most 65,535 bytes? */
export function isSendableText (text: string): boolean {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0) return false
    if (unit < 0xd800 || unit > 0xdfff) {
      bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3
      continue
    }
    const low = text.charCodeAt(++i) // NaN at the end, which is in no range
    if (unit > 0xdbff || !(low >= 0xdc00 && low <= 0xdfff)) return false
    bytes += 4
  }
  return bytes <= MAX_STRING_BYTES
}
