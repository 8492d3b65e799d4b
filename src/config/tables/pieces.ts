/** Kinds that several tables use. */
import { z } from 'zod/v3'
import { readBool } from '../readers/bool.ts'
import type { Kind } from '../schema/kind.ts'
import { scalar } from '../schema/scalar.ts'

/** A truth that NanoMQ writes as the numbers 0 and 1, and ignores as `true`. */
export function flag (): Kind<boolean> {
  return scalar({
    type: '0 or 1',
    read (node, reading) {
      if (node.form === 'number' && (node.text === '0' || node.text === '1')) return node.text === '1'
      const value = readBool({ ...node, form: 'boolean' }, reading)
      if (value !== undefined) reading.lenient(reading.quote(node), value ? '1' : '0')
      return value
    },
    show: value => value ? '1' : '0',
    schema: () => z.boolean()
  })
}

/** Of what is not written as a key. */
export const placeText: Kind<string> = scalar({ type: 'string', read: node => node.text, schema: () => z.string() })
