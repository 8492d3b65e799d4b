/** The rules for the name a message is published under: what is a name, and which names filters treat apart. */
import { MAX_STRING_BYTES, faultOfString, isSendableText } from './utf8.ts'
import type { Violation } from './violation.ts'
import { violation } from './violation.ts'

/**
 * Most levels a name or filter may have unless a caller says less. A matcher goes as deep as a filter has levels, so
 * that 65,535 slashes must not get through; no real tree is a tenth as deep.
 */
export const MAX_TOPIC_LEVELS = 1000

const EMPTY = violation('MQTT-4.7.3-1', 'topic name is empty')
const WILDCARD = violation('MQTT-3.3.2-2', 'topic name holds a wildcard')
const TOO_LONG = violation('MQTT-4.7.3-3', 'topic name is longer than 65,535 bytes')
const TOO_DEEP = violation('', 'topic name has too many levels', 0x90)

const HASH = 0x23
const DOLLAR = 0x24
const PLUS = 0x2b
const SLASH = 0x2f

const SYS = Buffer.from('$SYS')

/** What is wrong with the topic name in `bytes[start, end)`; null when a message may have it. One look at each byte, where all are ASCII. HOT. */
export function faultOfTopicName (bytes: Uint8Array, start: number, end: number, maxLevels = MAX_TOPIC_LEVELS): Violation | null {
  if (start === end) return EMPTY // [MQTT-4.7.3-1]
  if (end - start > MAX_STRING_BYTES) return TOO_LONG // [MQTT-4.7.3-3]
  let levels = 1
  let odd = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    odd |= byte | (byte - 1) // has bit 7 where a byte is 0 or beyond ASCII
    if (byte > SLASH) continue
    if (byte === SLASH) levels++
    else if (byte === PLUS || byte === HASH) return WILDCARD // [MQTT-3.3.2-2] [MQTT-4.7.1-1]
  }
  if (levels > maxLevels) return TOO_DEEP
  return (odd & 0x80) === 0 ? null : faultOfString(bytes, start, end) // [MQTT-4.7.3-2]
}

/** Can a message be published under `name`? */
export function isTopicName (name: string, maxLevels = MAX_TOPIC_LEVELS): boolean {
  if (name === '') return false // [MQTT-4.7.3-1]
  let levels = 1
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i)
    if (unit === PLUS || unit === HASH) return false // [MQTT-4.7.1-1]
    if (unit === SLASH) levels++
  }
  return levels <= maxLevels && isSendableText(name) // [MQTT-4.7.3-2] [MQTT-4.7.3-3]
}

/** Does `name` start with `$`, so that no filter that starts with a wildcard matches it [MQTT-4.7.2-1]? */
export function isSystemTopic (name: string): boolean {
  return name.charCodeAt(0) === DOLLAR
}

/** Is `name` the server's own: `$SYS` and what is below it, which no client may publish to? */
export function isServerTopic (name: string): boolean {
  return name.startsWith('$SYS') && (name.length === 4 || name.charCodeAt(4) === SLASH)
}

/** As {@link isServerTopic}, of the name in `bytes[start, end)`. HOT. */
export function isServerName (bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== DOLLAR || end - start < SYS.length) return false
  for (let i = 1; i < SYS.length; i++) if (bytes[start + i] !== SYS[i]) return false
  return end - start === SYS.length || bytes[start + SYS.length] === SLASH
}
