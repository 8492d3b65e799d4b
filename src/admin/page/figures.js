/** The node in a few numbers, and its state in a few words. */
import { element, part, say, tone } from './element.js'
import { more, sentIn } from './links.js'
import { bytes, count, counted, rate, span } from './words.js'

/** @typedef {import('./answers.d.ts').Status} Status */

/** @type {Map<string, { value: HTMLElement, note: HTMLElement }>} */
const shown = new Map()

/**
 * @param {Status} status
 * @param {Status | null} before
 */
export function showFigures (status, before) {
  const seconds = before === null ? 0 : (status.at - before.at) / 1000
  const total = (/** @type {Status} */ of) => of.bridges.reduce((sum, { isLocal = false, status: { counters } }) => isLocal ? sum : sum + sentIn(counters), 0)
  const queued = status.bridges.reduce((sum, { status: { queued: waiting } }) => sum + waiting, 0)
  const queuedBytes = status.bridges.reduce((sum, { status: { queuedBytes: waiting } }) => sum + waiting, 0)
  const diskBytes = status.bridges.reduce((sum, { status: { diskBytes: waiting } }) => sum + (waiting ?? 0), 0)
  figure('Devices', count(status.devices), 'connected')
  figure('From devices', before === null ? '–' : rate(more(status.receivedMessages, before.receivedMessages, seconds)), `${counted(status.receivedMessages, 'message')} in all`)
  figure('To remotes', before === null ? '–' : rate(more(total(status), total(before), seconds)), `${counted(total(status), 'message')} in all`)
  figure('Waiting', count(queued), `${bytes(queuedBytes)} in memory, ${bytes(diskBytes)} on disk`)
  say(part('about'), `${status.version} · up ${span(status.at - status.startedAt)}`)
  verdict(status)
}

/**
 * @param {number} days until the first certificate ends; null: there is none
 * @param {string} whose
 */
export function showNextEnd (days, whose) {
  figure('Next certificate ends', days < 0 ? `${counted(-days, 'day')} over` : counted(days, 'day'), whose)
}

/** @param {Status} status */
function verdict ({ ready, bridges, trust }) {
  const node = part('verdict')
  const wanted = bridges.filter(({ status: { name } }) => name !== 'disabled')
  const down = wanted.filter(({ status: { name } }) => name !== 'up')
  const troubled = trust.filter(({ stage }) => stage === 'staged' || stage === 'invalid')
  const [words, mood] = down.length > 0
    ? /** @type {const} */ ([`${count(down.length)} of ${counted(wanted.length, 'link')} down`, 'bad'])
    : troubled.length > 0
      ? /** @type {const} */ (['Certificate files need a look', 'warn'])
      : !ready ? /** @type {const} */ (['Not ready', 'warn']) : /** @type {const} */ ([wanted.length === 0 ? 'Ready, without links' : 'All links are up', 'good'])
  say(node, words)
  tone(node, mood)
  document.title = `${words} · Causeway`
}

/**
 * @param {string} title
 * @param {string} value
 * @param {string} note
 */
function figure (title, value, note) {
  let made = shown.get(title)
  if (made === undefined) {
    made = { value: element('span'), note: element('small') }
    part('figures').append(element('div', {}, element('dt', {}, title), element('dd', {}, made.value, made.note)))
    shown.set(title, made)
  }
  say(made.value, value)
  say(made.note, note)
}
