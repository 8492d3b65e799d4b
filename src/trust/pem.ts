/**
 * Splits PEM text into its blocks, on bytes, and refuses whatever would make OpenSSL drop a certificate without a word:
 * nothing between the markers of a block is ever skipped, and nothing outside them that looks like a block is taken for a comment.
 */
import { invalidFile } from './errors.ts'
import type { TrustError } from './errors.ts'
import { escapeControls } from '../control-characters.ts'

export interface PemBlock {
  /** What stands after BEGIN, such as `CERTIFICATE`. */
  readonly label: string
  /** Of its BEGIN, counted from 1. */
  readonly line: number
  /** `Proc-Type: …` and the like; only private keys may have them. */
  readonly headers: readonly string[]
  readonly der: Buffer
}

/** @throws TrustError with file, line and reason */
export function scanPem (bytes: Buffer, file: string): PemBlock[] {
  refuseBinary(bytes, file)
  const text = bytes.toString('latin1')
  const scanner = new PemScanner(file)
  let start = 0
  while (start < text.length) {
    const next = scanner.block(text, start)
    if (next !== start) {
      start = next
      continue
    }
    const end = text.indexOf('\n', start)
    const stop = end === -1 ? text.length : end
    scanner.take(text.slice(start, stop))
    start = stop + 1
  }
  const blocks = scanner.end()
  if (blocks.length === 0) throw invalidFile({ file, line: 1 }, ...wordsForNothing(text))
  return blocks
}

export function isKeyLabel (label: string): boolean {
  return label.endsWith('PRIVATE KEY')
}

const marker = /^-----(BEGIN|END) ([^-]+)-----$/
// two dashes are enough for suspicion: a marker that lost some of its five would otherwise pass for a comment
const likeMarker = /--+\s*(BEGIN|END)\b/i
const base64Line = /^[A-Za-z0-9+/]+={0,2}$/
// how every certificate above 255 bytes begins
const strayBody = /^MII[A-Za-z0-9+/]{45,}={0,2}$/
const header = /^[A-Za-z][A-Za-z0-9-]*: /
// UTF-8's byte order mark, each byte a character
const byteOrderMark = '\u00ef\u00bb\u00bf'

interface OpenBlock {
  readonly label: string
  readonly line: number
  readonly headers: string[]
  readonly body: string[]
  padded: boolean
}

/** A block as nearly all are, taken in one step; what it does not fit is looked at by line, to be put into words. */
const plainBlock = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/\r\n]+={0,2}\r?\n)-----END \1-----(?:\r?\n|$)/y

const again = 'Copy the file again from its source; it was changed or cut on the way.'

class PemScanner {
  readonly #file: string
  readonly #blocks: PemBlock[] = []
  #line = 0
  #open: OpenBlock | null = null

  constructor (file: string) {
    this.#file = file
  }

  /** Takes a whole block that has nothing unusual. @returns where it ends; `start` when there is none */
  block (text: string, start: number): number {
    if (this.#open !== null || !text.startsWith('-----BEGIN ', start)) return start
    plainBlock.lastIndex = start
    const [whole, label = '', lines = ''] = plainBlock.exec(text) ?? []
    if (whole === undefined) return start
    const body = lines.replace(/\r?\n/g, '')
    const der = Buffer.from(body, 'base64')
    if (der.toString('base64') !== body) return start
    this.#blocks.push({ label, line: this.#line + 1, headers: [], der })
    for (let at = text.indexOf('\n', start); at !== -1 && at < plainBlock.lastIndex; at = text.indexOf('\n', at + 1)) this.#line++
    return plainBlock.lastIndex
  }

  take (raw: string): void {
    this.#line++
    const text = (raw.startsWith(byteOrderMark) ? raw.slice(3) : raw).trimEnd()
    const found = marker.exec(text)
    if (found !== null) {
      const label = found[2] ?? ''
      if (found[1] === 'BEGIN') this.#begin(label)
      else this.#finish(label)
    } else if (likeMarker.test(text)) {
      throw this.#damagedMarker(text)
    } else if (this.#open !== null) {
      this.#body(this.#open, text)
    } else if (strayBody.test(text)) {
      throw this.#refuse('the text of a certificate without its BEGIN line', again)
    }
  }

  end (): PemBlock[] {
    if (this.#open !== null) {
      throw this.#refuse(`it ends inside the ${shown(this.#open.label)} that begins here: no END line`, 'The file is cut short, or still being written: copy it again.', this.#open.line)
    }
    return this.#blocks
  }

  #begin (label: string): void {
    if (this.#open !== null) {
      throw this.#refuse(`a BEGIN inside the ${shown(this.#open.label)} that begins at line ${this.#open.line}, which has no END line`, again)
    }
    this.#open = { label, line: this.#line, headers: [], body: [], padded: false }
  }

  #finish (label: string): void {
    const block = this.#open
    if (block === null) throw this.#refuse(`END ${shown(label)} without a BEGIN before it`, again)
    if (label !== block.label) throw this.#refuse(`END ${shown(label)} closes BEGIN ${shown(block.label)} of line ${block.line}`, again)
    this.#open = null
    const body = block.body.join('')
    const der = Buffer.from(body, 'base64')
    if (body === '') throw this.#refuse(`the ${shown(label)} that begins here is empty`, again, block.line)
    if (der.toString('base64') !== body) throw this.#refuse(`the base64 of the ${shown(label)} that begins here is not whole`, again, block.line)
    this.#blocks.push({ label, line: block.line, headers: block.headers, der })
  }

  #body (block: OpenBlock, text: string): void {
    if (text === '') return
    if (isKeyLabel(block.label) && block.body.length === 0 && header.test(text)) {
      block.headers.push(text)
      return
    }
    if (block.padded || !base64Line.test(text)) throw this.#refuse(`not base64, inside the ${shown(block.label)} that begins at line ${block.line}`, again)
    block.padded = text.endsWith('=')
    block.body.push(text)
  }

  #damagedMarker (text: string): TrustError {
    const markers = text.match(/-----(BEGIN|END)/g) ?? []
    if (markers.length > 1 || /[^\s-]\s*-----(BEGIN|END)/.test(text)) {
      return this.#refuse('a marker glued to what stands before it', 'Files were joined without a line end between them: put each BEGIN and END on a line of its own.')
    }
    if (/^\s/.test(text)) return this.#refuse('white space before a BEGIN or END', 'Remove the indentation of the whole block.')
    return this.#refuse('a BEGIN or END line that is not whole: five dashes, BEGIN or END, label, five dashes', again)
  }

  #refuse (reason: string, hint: string, line = this.#line): TrustError {
    return invalidFile({ file: this.#file, line }, reason, hint)
  }
}

function refuseBinary (bytes: Buffer, file: string): void {
  const first = { file, line: 1 }
  if (bytes[0] === 0x30 && (bytes[1] ?? 0) > 0x80) {
    // a PKCS#12 file begins with its version, 3, where a certificate has a sequence
    const isPkcs12 = bytes.subarray(2, 8).includes(Buffer.of(0x02, 0x01, 0x03))
    throw isPkcs12
      ? invalidFile(first, 'it is PKCS#12, not PEM', `Convert it: openssl pkcs12 -in ${file} -out NEW.pem`)
      : invalidFile(first, 'it is DER, not PEM', `Convert it: openssl x509 -inform der -in ${file} -out NEW.pem (a key: openssl pkey).`)
  }
  const start = bytes.subarray(0, 2).toString('hex')
  if (start === 'fffe' || start === 'feff') throw invalidFile(first, 'it is UTF-16, not plain text', 'Save it as UTF-8 or ASCII.')
  const nul = bytes.indexOf(0)
  if (nul !== -1) {
    let line = 1
    for (let at = bytes.indexOf(10); at !== -1 && at < nul; at = bytes.indexOf(10, at + 1)) line++
    throw invalidFile({ file, line }, 'a NUL byte', 'The file is binary, or was damaged by a power failure: copy it again.')
  }
}

function wordsForNothing (text: string): [reason: string, hint: string] {
  if (text === '') return ['the file is empty', 'Copy it again; nothing is trusted when no certificate is given.']
  if (text.trim() === '') return ['only white space in it', 'Copy it again; nothing is trusted when no certificate is given.']
  return ['no BEGIN CERTIFICATE in it', 'Name a PEM file: text with BEGIN CERTIFICATE and END CERTIFICATE lines.']
}

/** A label comes from the file: short, and with nothing in it that moves the cursor. */
function shown (label: string): string {
  return escapeControls(label.length > 40 ? label.slice(0, 40) + '…' : label)
}
