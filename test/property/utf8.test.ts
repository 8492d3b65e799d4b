/** Which bytes are a string, against the platform's own decoder at its strictest. */
import fc from 'fast-check'
import { test } from 'tap'
import { MAX_STRING_BYTES, faultOfString, isSendableText, textOf } from '../../src/mqtt/utf8.ts'
import { holds } from '../support/property.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decoded (bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

function agrees (bytes: Buffer): boolean {
  const text = decoded(bytes)
  const allowed = text !== null && !text.includes('\0')
  const framed = Buffer.concat([Buffer.of(0xff), bytes, Buffer.of(0x80)]) // neighbours must not matter
  if ((faultOfString(framed, 1, framed.length - 1) === null) !== allowed) return false
  return !allowed || (textOf(framed, 1, framed.length - 1) === text && isSendableText(text))
}

/** Bytes at which the tables of RFC 3629 change. */
const edge = fc.constantFrom(0x00, 0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff)

test('bytes are a string exactly when the strict decoder takes them and there is no U+0000', async t => {
  await holds(t, fc.property(fc.oneof(
    fc.array(edge, { maxLength: 6 }).map(bytes => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 12 }).map(bytes => Buffer.from(bytes)),
    fc.string({ unit: 'binary' }).map(text => Buffer.from(text))
  ), agrees), { numRuns: 20_000 })
})

test('all sequences of two bytes, and all leads with all second bytes', async t => {
  let wrong = 0
  for (let lead = 0; lead < 256; lead++) {
    for (let second = 0; second < 256; second++) {
      for (const tail of [[], [0x80], [0xbf, 0xbf]]) if (!agrees(Buffer.from([lead, second, ...tail]))) wrong++
    }
  }
  t.equal(wrong, 0)
})

test('a byte order mark is kept [MQTT-1.5.3-3]', async t => {
  const bytes = Buffer.of(0xef, 0xbb, 0xbf, 0x61)
  t.equal(faultOfString(bytes, 0, 4), null)
  t.equal(textOf(bytes, 0, 4), '\uFEFFa')
})

test('a text can be sent exactly when its bytes give it back and fit a length prefix', async t => {
  await holds(t, fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), units => {
    const text = String.fromCharCode(...units)
    return isSendableText(text) === (Buffer.from(text).toString() === text && !text.includes('\0'))
  }), { numRuns: 2000 })
  for (const [letter, bytes] of [['a', 1], ['é', 2], ['☃', 3], ['😀', 4]] as const) {
    const most = Math.floor(MAX_STRING_BYTES / bytes)
    t.ok(isSendableText(letter.repeat(most)))
    t.notOk(isSendableText(letter.repeat(most + 1)))
  }
})
