/** Why something is not as it should be, and what to do. */
import { element } from './element.js'

/**
 * @param {import('./answers.d.ts').Reason} reason
 * @param {string} after a sentence more
 */
export function reasonBox ({ code, message, hint }, after = '') {
  return element('div', { class: 'reason', 'data-tone': 'bad' }, ...reasonParts({ code, message, hint }), after === '' ? null : element('p', { class: 'quiet' }, after))
}

/** @param {import('./answers.d.ts').Reason} reason */
export function reasonParts ({ code, message, hint }) {
  return [
    element('strong', {}, message === '' ? code : message),
    hint === '' ? null : element('p', {}, hint),
    code === '' ? null : element('p', { class: 'quiet' }, code)
  ]
}
