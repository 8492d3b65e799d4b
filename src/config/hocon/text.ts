/** From the bytes of a file to a text that is sound: well-formed UTF-8, no byte order mark, no U+0000. */
import { isUtf8 } from 'node:buffer'

/** A text with the first thing in it that may not be there. */
export interface DecodedText {
  readonly text: string
  readonly flaw: { readonly offset: number, readonly what: string } | null
}

export function decodeText (bytes: Buffer): DecodedText {
  const text = bytes.toString('utf8')
  if (isUtf8(bytes)) return soundText(text)
  const utf16 = bytes[0] === 0xff || bytes[0] === 0xfe || bytes[1] === 0
  return { text, flaw: { offset: illFormedAt(bytes, text), what: utf16 ? 'this file is not UTF-8 but looks like UTF-16' : 'this is not well-formed UTF-8' } }
}

/** For a text that is in memory already. */
export function soundText (raw: string): DecodedText {
  const text = raw.startsWith('\ufeff') ? raw.slice(1) : raw
  const nul = text.indexOf('\0')
  if (nul !== -1) return { text, flaw: { offset: nul, what: 'the character U+0000 may not stand in a configuration' } }
  const lone = text.search(/\p{Surrogate}/u)
  if (lone !== -1) return { text, flaw: { offset: lone, what: 'half of a surrogate pair is not a character' } }
  return { text, flaw: null }
}

/** Where decoding put a replacement character that the bytes do not hold. */
function illFormedAt (bytes: Buffer, text: string): number {
  let byte = 0
  let offset = 0
  for (const character of text) {
    const length = Buffer.byteLength(character)
    if (character === '\ufffd' && bytes.readUIntBE(byte, Math.min(3, bytes.length - byte)) !== 0xefbfbd) break
    byte += length
    offset += character.length
  }
  return offset
}
