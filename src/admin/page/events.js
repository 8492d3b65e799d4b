/** What has happened, newest first. What happens to one link or set of files again and again is one line. */
import { element, part } from './element.js'
import { stateWords } from './links.js'
import { stageWords } from './trust.js'
import { count, counted, machineTime, when } from './words.js'

/** @typedef {import('./answers.d.ts').Happening} Happening */
/** @typedef {{ about: string, text: string, detail: string, tone: import('./answers.d.ts').Tone }} Line */

const MOST = 60
/** On the way from one state to the other. */
const PASSING = new Set(['idle', 'dialling', 'connecting', 'reading', 'canary'])
/** @type {Readonly<Record<string, string>>} */
const reasons = { link_down: 'the link is down', full: 'the queue is full', max_age: 'older than max_age', drop_oldest: 'the queue on disk is full', damaged: 'damaged on disk', too_large: 'larger than the remote takes', expired: 'their time is over', refused_by_remote: 'refused by the remote', set_aside: 'the remote ends the link on them' }

const list = part('events')
/** The last line about each link and set of files. */
const newest = /** @type {Map<string, { key: string, times: number, item: HTMLElement }>} */ (new Map())

/**
 * @param {Happening} event
 * @returns {string} what is worth being read out; empty: nothing
 */
export function showEvent (event) {
  const line = lineOf(event)
  if (line === null) return ''
  const key = `${line.text}\n${line.detail}`
  const before = newest.get(line.about)
  const times = before?.key === key ? before.times + 1 : 1
  if (times > 1) before?.item.remove()
  const item = itemOf(event.at, line, times)
  list.prepend(item)
  newest.set(line.about, { key, times, item })
  while (list.childElementCount > MOST) list.lastElementChild?.remove()
  part('no-events').hidden = true
  return times > 1 ? '' : line.text
}

/**
 * @param {number} at
 * @param {Line} line
 * @param {number} times
 */
function itemOf (at, { text, detail, tone }, times) {
  return element('li', { 'data-tone': tone },
    element('time', { datetime: machineTime(at) }, when(at)),
    element('p', {}, times > 1 ? `${text} (${counted(times, 'time')})` : text, detail === '' ? null : element('span', { class: 'quiet' }, detail)))
}

/**
 * @param {Happening} event
 * @returns {Line | null}
 */
function lineOf (event) {
  if (event.kind === 'drops') {
    const parts = Object.entries(event.dropped).map(([reason, messages]) => `${count(messages)}: ${reasons[reason] ?? reason}`)
    return { about: `drops ${event.bridge}`, text: `Link ${event.bridge} drops messages`, detail: parts.join(', '), tone: 'warn' }
  }
  if (event.kind === 'bridge') {
    const { name, reason } = event.state
    if (PASSING.has(name)) return null
    const [words, tone] = stateWords(name)
    return { about: `link ${event.bridge}`, text: `Link ${event.bridge} is ${words}`, detail: reason?.message ?? '', tone }
  }
  const { kind, name, stage, generation, reason, last } = event.trust
  if (PASSING.has(stage)) return null
  const owner = `of ${kind} ${name}`
  const about = `files ${owner}`
  if (stage === 'settled') return { about, text: `Certificate files ${owner}: generation ${generation} is in use`, detail: last?.reason ?? '', tone: 'good' }
  const [words, tone] = stageWords(stage)
  return { about, text: `Certificate files ${owner}: ${words}`, detail: reason?.message ?? '', tone }
}
