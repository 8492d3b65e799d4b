/** A card for each link: its state, what goes through it, and what waits. A card is made once and then only told what is new. */
import { Chart, WIDTH } from './chart.js'
import { element, say, tone } from './element.js'
import { LatencyWindow } from './latency.js'
import { reasonBox } from './reason.js'
import { bytes, count, counted, rate, span } from './words.js'

/** @typedef {import('./answers.d.ts').Bridge} Bridge */

/** @type {Readonly<Record<string, readonly [words: string, tone: import('./answers.d.ts').Tone]>>} */
const states = {
  disabled: ['disabled', 'quiet'],
  idle: ['not started', 'quiet'],
  dialling: ['dialling', 'warn'],
  connecting: ['connecting', 'warn'],
  up: ['up', 'good'],
  waiting: ['down', 'bad'],
  draining: ['draining', 'warn'],
  stopped: ['stopped', 'quiet']
}

/** Of links that nobody wants up. */
const RESTING = new Set(['disabled', 'stopped'])
/** Of links that are wanted up and are not. */
const TRYING = new Set(['dialling', 'connecting', 'waiting'])

/** @param {string} name of a state */
export function stateWords (name) {
  return states[name] ?? [name, 'quiet']
}

/** @param {Readonly<Record<string, number>>} counters */
export function sentIn (counters) {
  return sum(counters, ['sentQos0', 'sentQos1', 'sentQos2'])
}

/**
 * @param {Readonly<Record<string, number>>} counters
 * @param {readonly string[]} names
 */
function sum (counters, names) {
  return names.reduce((total, name) => total + (counters[name] ?? 0), 0)
}

const DROPS = ['droppedLinkDown', 'droppedFull', 'droppedAge', 'droppedOldest', 'droppedDamaged', 'droppedTooLarge', 'droppedExpired', 'refusedByRemote', 'setAside']

export class LinkCard {
  #state = element('p', { class: 'pill' })
  #server = element('p', { class: 'quiet' })
  #peak = element('span')
  #chart = new Chart()
  #drawn = element('div', {}, this.#chart.node, element('p', { class: 'axis', 'aria-hidden': 'true' }, element('span', {}, `${WIDTH / 60} minutes`), this.#peak))
  #list = element('dl', { class: 'numbers' })
  #reason = element('div')
  /** When the link left the last state that says something else: between two attempts it is on its way for a moment, and down all the same. */
  #since = { words: '', at: 0 }
  #told = ''
  #latency = new LatencyWindow()
  #numbers = {
    up: element('dd'), down: element('dd'), usual: element('dd'), slow: element('dd'), queue: element('dd'), flight: element('dd'), memory: element('dd'), disk: element('dd'), oldest: element('dd'), dropped: element('dd')
  }

  /** @param {string} name */
  constructor (name) {
    const { up, down, usual, slow, queue, flight, memory, disk, oldest, dropped } = this.#numbers
    this.node = element('article', { class: 'card', 'aria-label': `Link ${name}` },
      element('div', { class: 'head' }, element('h3', {}, name), this.#state),
      this.#server,
      this.#drawn,
      this.#list,
      this.#reason)
    this.#list.append(
      pair('sent', up, 'up'), pair('received', down, 'down'), pair('median delay', usual), pair('99 % delay', slow),
      pair('waiting', queue), pair('under way', flight), pair('in memory', memory), pair('on disk', disk), pair('oldest', oldest), pair('dropped', dropped))
  }

  /**
   * @param {Bridge} bridge
   * @param {Bridge | undefined} before the same one, as it was
   * @param {number} seconds between the two
   */
  show ({ server, status }, before, seconds) {
    const { counters } = status
    const [words, mood] = stateWords(status.name)
    const kind = TRYING.has(status.name) ? 'trying' : status.name
    if (this.#since.words !== kind) this.#since = { words: kind, at: status.since }
    const { all, up } = status.links
    say(this.#state, `${words} ${span(Date.now() - this.#since.at)}${all > 1 ? `, ${up} of ${all} links` : ''}`)
    tone(this.#state, mood)
    say(this.#server, server)
    const perSecond = before === undefined || seconds <= 0
      ? { up: 0, down: 0 }
      : { up: more(sentIn(counters), sentIn(before.status.counters), seconds), down: more(counters['received'] ?? 0, before.status.counters['received'] ?? 0, seconds) }
    this.#chart.add(perSecond.up, perSecond.down)
    // nothing goes through a link that is not to be up: an empty chart and ten times 0 say nothing of it
    const isResting = RESTING.has(status.name) && this.#chart.peak === 0
    this.#drawn.hidden = isResting
    this.#list.hidden = isResting && status.queued === 0 && !status.diskBytes && sentIn(counters) === 0
    say(this.#peak, `peak ${rate(this.#chart.peak)}`)
    say(this.#numbers.up, rate(perSecond.up))
    say(this.#numbers.down, rate(perSecond.down))
    this.#count(status)
    this.#explain(status)
  }

  /** @param {import('./answers.d.ts').BridgeStatus} status */
  #count ({ counters, queued, queuedBytes, queueFill, inFlight, oldestMs, diskBytes, latency }) {
    const { usual, slow, queue, flight, memory, disk, oldest, dropped } = this.#numbers
    this.#latency.add(latency)
    say(usual, this.#latency.words(0.5))
    say(slow, this.#latency.words(0.99))
    say(queue, queueFill < 0.01 ? count(queued) : `${count(queued)} (${Math.round(queueFill * 100)} %)`)
    tone(queue, queueFill < 0.8 ? 'quiet' : 'warn')
    say(flight, count(inFlight))
    say(memory, bytes(queuedBytes))
    say(disk, diskBytes === null ? '–' : bytes(diskBytes))
    say(oldest, oldestMs < 1000 ? '–' : span(oldestMs))
    const lost = sum(counters, DROPS)
    say(dropped, count(lost))
    tone(dropped, lost > 0 ? 'warn' : 'quiet')
  }

  /** @param {import('./answers.d.ts').BridgeStanding} status */
  #explain ({ reason, failures = 0 }) {
    const told = reason === undefined ? '' : `${reason.code} ${reason.message} ${failures}`
    if (told === this.#told) return
    this.#told = told
    this.#reason.replaceChildren(...reason === undefined ? [] : [reasonBox(reason, failures > 1 ? `${counted(failures, 'failure')} since the link last lasted. It is tried again by itself.` : 'It is tried again by itself.')])
  }
}

/**
 * After a restart of the node counters begin again.
 * @param {number} now
 * @param {number} before
 * @param {number} seconds
 */
export function more (now, before, seconds) {
  return now < before ? 0 : (now - before) / seconds
}

/**
 * @param {string} title
 * @param {HTMLElement} value
 * @param {string} colour of its line in the chart
 */
function pair (title, value, colour = '') {
  return element('div', {}, element('dt', {}, colour === '' ? null : element('i', { class: colour }), title), value)
}
