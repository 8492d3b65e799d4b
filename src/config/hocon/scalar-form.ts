/** What an unquoted text is, by NanoMQ's lexer: its tokens for numbers, literals, sizes, durations and percents; any other text is a string. */
import type { ScalarForm } from './tree.ts'

const forms: readonly (readonly [ScalarForm, RegExp])[] = [
  ['boolean', /^(?:true|false)$/],
  ['null', /^null$/],
  ['number', /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/],
  // NanoMQ has KB MB GB in one case; its reader of sizes knows the short and mixed ones too
  ['size', /^\d+(?:[kmg]b|[kgb])$/i],
  ['duration', /^\d+(?:us|ms|s|m|h|d|M)$/],
  ['percent', /^\d+(?:\.\d+)?%$/]
]

export function formOf (text: string): ScalarForm {
  return forms.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unquoted'
}
