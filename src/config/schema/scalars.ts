/** The kinds of single values, each with its limits. */
import { isAbsolute, resolve } from 'node:path'
import { z } from 'zod/v3'
import { readBool } from '../readers/bool.ts'
import { alternatives, readChoice } from '../readers/choice.ts'
import { readDuration, showDuration, type DurationForm } from '../readers/duration.ts'
import { readNumber } from '../readers/number.ts'
import { readSize, showSize } from '../readers/size.ts'
import { readText } from '../readers/text.ts'
import type { Kind, Schema } from './kind.ts'
import { scalar } from './scalar.ts'
import type { Reading } from './reading.ts'

export interface Range {
  readonly min: number
  readonly max: number
}

export function bool (): Kind<boolean> {
  return scalar({ type: 'true or false', read: readBool, schema: () => z.boolean() })
}

export interface NumberForm extends Range {
  /** What is counted, for the manual. */
  readonly unit?: string
}

export function whole ({ min, max, unit = '' }: NumberForm): Kind<number> {
  const range = `${min} to ${max}`
  const message = `must be a whole number from ${range}`
  return scalar({ type: `number, ${range}`, unit, read: readCount, schema: () => z.number().refine(n => Number.isInteger(n) && n >= min && n <= max, { message }) })
}

export function decimal ({ min, max }: Range): Kind<number> {
  const range = `${min} to ${max}`
  return scalar({ type: `decimal number, ${range}`, read: readCount, schema: () => z.number().refine(n => n >= min && n <= max, { message: `must be a number from ${range}` }) })
}

/** NanoMQ's numbers are above zero: it ignores any other. */
function readCount (node: Parameters<typeof readNumber>[0], reading: Reading): number | undefined {
  const value = readNumber(node, reading)
  if (value !== undefined && value <= 0 && reading.about.kept !== String(value) && node.form === 'number') {
    reading.lenient(reading.quote(node), String(value))
  }
  return value
}

/** One of a few numbers, such as a QoS. */
export function oneOf<const N extends number> (numbers: readonly N[]): Kind<N> {
  const type = alternatives(numbers)
  const schema = (): Schema<N> => z.custom<N>(value => numbers.some(number => number === value), { message: `must be ${type}` })
  // a number that is none of them is for the schema to refuse, with the same words
  return scalar({ type, read: (node, reading) => readNumber(node, reading) as N | undefined, schema })
}

export function size ({ min, max }: Range): Kind<number> {
  const range = `${showSize(min)} to ${showSize(max)}`
  const message = `must be a size from ${range}`
  return scalar({ type: `size, ${range}`, unit: 'bytes', read: readSize, show: showSize, schema: () => z.number().refine(n => n >= min && n <= max, { message }) })
}

/** Limits in milliseconds; the value too. */
export function duration (range: Range, how: DurationForm): Kind<number> {
  return scalar({
    type: `${how.nanomq === 'number' ? 'number or duration' : 'duration'}, ${showDuration(range.min)} to ${showDuration(range.max)}`,
    unit: how.nanomq === 'number' ? 'ms' : '',
    read: (node, reading) => readDuration(node, reading, how),
    show: showDuration,
    schema: () => inRange(range)
  })
}

/** A duration in milliseconds, or `never`, which is null. */
export function durationOrNever (range: Range, how: DurationForm): Kind<number | null> {
  return scalar<number | null>({
    type: `duration, ${showDuration(range.min)} to ${showDuration(range.max)}, or never`,
    read: (node, reading) => readText(node, reading).toLowerCase() === 'never' ? null : readDuration(node, reading, how),
    show: value => value === null ? 'never' : showDuration(value),
    schema: () => inRange(range).nullable()
  })
}

/** A duration whose value is in whole seconds. Limits in seconds. */
export function seconds ({ min, max }: Range): Kind<number> {
  return scalar({
    type: `duration, ${showDuration(min * 1000)} to ${showDuration(max * 1000)}`,
    unit: 's',
    read (node, reading) {
      const ms = readDuration(node, reading, { bare: 's', nanomq: 'seconds' })
      if (ms === undefined || ms % 1000 === 0) return ms === undefined ? undefined : ms / 1000
      const up = Math.ceil(ms / 1000)
      reading.warn(`MQTT counts this in whole seconds; taken as ${showDuration(up * 1000)}`)
      return up
    },
    show: value => `${value}s`,
    schema: () => z.number().refine(n => n >= min && n <= max, { message: `must be from ${showDuration(min * 1000)} to ${showDuration(max * 1000)}` })
  })
}

/** Our own keys: a time without a unit is not taken, since nobody can know what was meant. */
export const withUnit: DurationForm = { bare: null, nanomq: 'milliseconds' }

function inRange ({ min, max }: Range): Schema<number> {
  return z.number().refine(n => n >= min && n <= max, { message: `must be from ${showDuration(min)} to ${showDuration(max)}` })
}

export function choice<const W extends string> (words: readonly W[]): Kind<W> {
  return scalar({ type: alternatives(words), read: (node, reading) => readChoice(node, reading, words), schema: () => z.custom<W>(value => words.some(word => word === value), { message: `must be ${alternatives(words)}` }) })
}

export function text (schema: () => Schema<string> = line): Kind<string> {
  return scalar({ type: 'string', read: readText, show: showText, schema })
}

/** A path of a file or directory; a relative one is meant from the working directory. */
export function path (): Kind<string> {
  return scalar({
    type: 'path',
    read: (node, reading) => atHome(readText(node, reading), reading),
    show: JSON.stringify,
    schema: () => line().refine(value => value !== '', { message: 'must be a path, not empty' })
  })
}

function atHome (written: string, reading: Reading): string {
  return written === '' || isAbsolute(written) ? written : resolve(reading.ledger.cwd, written)
}

/** Text without control characters. */
export const line = (): Schema<string> => z.string().refine(value => !/\p{Cc}/u.test(value), { message: 'must not hold control characters' })

/** An MQTT string: at most 65,535 bytes of UTF-8 without U+0000 [MQTT-1.5.3-1, -2]. */
export const mqttString = (): Schema<string> => z.string().refine(fitsMqtt, { message: 'must be at most 65535 bytes of UTF-8 without U+0000' })

function fitsMqtt (value: string): boolean {
  const bytes = Buffer.from(value)
  return bytes.length <= 65_535 && !value.includes('\0') && bytes.toString() === value
}

function showText (value: string): string {
  return /^[A-Za-z_][\w.@-]*$/.test(value) ? value : JSON.stringify(value)
}
