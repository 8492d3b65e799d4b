/** A card for each set of certificate files: the generation in use, how it came to it, and what waits for a decision. */
import { element, say, tone } from './element.js'
import { reasonParts } from './reason.js'
import { counted, machineTime, took, when } from './words.js'

/** @typedef {import('./answers.d.ts').Tone} Tone */
/** @typedef {import('./answers.d.ts').Trust} Trust */

/** @type {Readonly<Record<string, readonly [words: string, tone: Tone]>>} */
const stages = {
  settled: ['in use', 'good'],
  reading: ['reading', 'warn'],
  invalid: ['files can not be used', 'bad'],
  canary: ['trial connection', 'warn'],
  staged: ['trial refused', 'bad'],
  aborted: ['given up', 'warn'],
  stopped: ['stopped', 'quiet']
}

/** @type {Readonly<Record<string, readonly [words: string, tone: Tone]>>} */
const steps = {
  detected: ['files have changed', 'quiet'],
  valid: ['files are valid', 'quiet'],
  invalid: ['files can not be used', 'bad'],
  unchanged: ['files are back to what is in use', 'quiet'],
  proven: ['trial connection accepted', 'good'],
  unproven: ['no trial connection', 'quiet'],
  refused: ['trial connection refused', 'bad'],
  aborted: ['given up by an operator', 'warn'],
  'cut over': ['link has moved', 'good'],
  'not cut over': ['link has not moved', 'warn']
}

/** Steps that are shown at once; the others are behind a click. */
const SHOWN = 6

/** @param {string} stage */
export function stageWords (stage) {
  return stages[stage] ?? [stage, 'quiet']
}

export class TrustCard {
  #stage = element('p', { class: 'pill' })
  #about = element('p', { class: 'quiet' })
  #pending = element('div')
  #timeline = element('ol', { class: 'timeline', 'aria-label': 'Last steps, newest first' })
  #older = element('ol', { class: 'timeline' })
  #summary = element('summary')
  #details = element('details', {}, this.#summary, this.#older)
  #told = ''
  #drawn = ''
  #decide

  /**
   * @param {Pick<Trust, 'kind' | 'name'>} owner
   * @param {(step: 'commit' | 'abort', of: Trust) => void} decide
   */
  constructor ({ kind, name }, decide) {
    this.#decide = decide
    this.node = element('article', { class: 'card', 'aria-label': `Certificate files of ${kind} ${name}` },
      element('div', { class: 'head' }, element('h3', {}, `${kind} ${name}`), this.#stage),
      this.#about, this.#pending, this.#timeline, this.#details)
  }

  /** @param {Trust} trust */
  show (trust) {
    const [words, mood] = stageWords(trust.stage)
    say(this.#stage, words)
    tone(this.#stage, mood)
    say(this.#about, trust.generation === 0 ? 'nothing has been fit to serve yet' : `generation ${trust.generation} serves`)
    this.#ask(trust)
    const said = trust.reason?.message ?? ''
    const drawn = JSON.stringify([trust.history, said])
    if (drawn === this.#drawn) return
    this.#drawn = drawn
    const newest = [...trust.history].reverse()
    const items = newest.map(step => stepItem(step, said))
    this.#timeline.replaceChildren(...items.slice(0, SHOWN))
    this.#older.replaceChildren(...items.slice(SHOWN))
    say(this.#summary, `${counted(newest.length - SHOWN, 'step')} before`)
    this.#details.hidden = newest.length <= SHOWN
  }

  /**
   * Buttons stay as they are while the question is the same: who is about to press one keeps it.
   * @param {Trust} trust
   */
  #ask (trust) {
    const { stage, reason, candidate = '', attempts = 0 } = trust
    const told = reason === undefined ? '' : `${stage} ${candidate} ${reason.message} ${attempts}`
    if (told === this.#told) return
    this.#told = told
    if (reason === undefined) return this.#pending.replaceChildren()
    const box = element('div', { class: 'reason', 'data-tone': 'bad' }, ...reasonParts(reason))
    if (stage === 'staged') {
      box.append(
        element('p', { class: 'quiet' }, `The candidate ${candidate.slice(0, 16)}… is valid. The remote has refused it ${counted(attempts, 'time')}, and it is tried again by itself. Generation ${trust.generation} serves on.`),
        element('div', { class: 'choices' }, this.#button('commit', 'Use it all the same …', trust), this.#button('abort', 'Give it up …', trust)))
    }
    this.#pending.replaceChildren(box)
  }

  /**
   * @param {'commit' | 'abort'} step
   * @param {string} words
   * @param {Trust} trust
   */
  #button (step, words, trust) {
    const button = element('button', { type: 'button' }, words)
    button.addEventListener('click', () => this.#decide(step, trust))
    return button
  }
}

/**
 * @param {import('./answers.d.ts').Step} step
 * @param {string} said the reason that stands above already
 */
function stepItem ({ step, at, durationMs, generation, reason, times }, said) {
  const [words, mood] = step === 'committed' ? [`generation ${generation} in use`, /** @type {Tone} */ ('good')] : steps[step] ?? [step, /** @type {Tone} */ ('quiet')]
  const facts = [durationMs > 0 ? took(durationMs) : '', times > 1 ? counted(times, 'time') : '', reason === said ? '' : reason].filter(fact => fact !== '').join(' · ')
  return element('li', { 'data-tone': mood },
    element(step === 'committed' ? 'strong' : 'span', {}, words), ' ',
    element('time', { datetime: machineTime(at), class: 'quiet' }, `${when(at)}${facts === '' ? '' : ` · ${facts}`}`))
}
