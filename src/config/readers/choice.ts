/** One word of a few, in any case. */
import type { HoconScalar } from '../hocon/tree.ts'
import type { Reading } from '../schema/reading.ts'
import { suggestion } from '../schema/suggestion.ts'

export function readChoice<W extends string> (scalar: HoconScalar, reading: Reading, words: readonly W[]): W | undefined {
  const word = scalar.text.toLowerCase()
  const found = words.find(each => each === word)
  if (found === undefined) reading.refuse(`must be ${alternatives(words)}`, suggestion(word, words))
  return found
}

export function alternatives (words: readonly (string | number)[]): string {
  const rest = words.slice(0, -1).join(', ')
  const last = String(words.at(-1) ?? '')
  return rest === '' ? last : `${rest} or ${last}`
}
