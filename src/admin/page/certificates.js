/** What is in use and ends some day, what ends first at the top. */
import { element, part, say } from './element.js'
import { count, counted, date, machineTime } from './words.js'

/** @typedef {import('./answers.d.ts').Certificate} Certificate */

const SHOWN = 8
const body = part('certificates')
const button = part('all-certificates')
let all = false
/** @type {readonly Certificate[]} */
let known = []

button.addEventListener('click', () => {
  all = true
  draw()
})

/** @param {readonly Certificate[]} certificates */
export function showCertificates (certificates) {
  if (JSON.stringify(certificates) === JSON.stringify(known)) return
  known = certificates
  draw()
}

function draw () {
  body.replaceChildren(...known.slice(0, all ? known.length : SHOWN).map(row))
  if (known.length === 0) body.replaceChildren(element('tr', { role: 'row' }, element('td', { role: 'cell', colspan: '5', class: 'quiet' }, 'No certificates are in use.')))
  say(button, `Show all ${count(known.length)}`)
  button.hidden = all || known.length <= SHOWN
}

/** @param {Certificate} certificate */
function row (certificate) {
  const { owner, kind, subject, file, notAfter, daysLeft } = certificate
  // as blocks, on a phone, they would no longer be a table for who hears it
  return element('tr', { role: 'row' },
    element('td', { role: 'cell' }, element('span', { class: 'pill', 'data-tone': toneOf(certificate) }, daysLeft < 0 ? `${counted(-daysLeft, 'day')} over` : counted(daysLeft, 'day'))),
    element('td', { role: 'cell' }, `${owner.kind} ${owner.name}`),
    element('td', { role: 'cell' }, kind),
    element('td', { role: 'cell' }, subject, file === null ? null : element('div', { class: 'quiet' }, file)),
    element('td', { role: 'cell' }, element('time', { datetime: machineTime(notAfter) }, date(notAfter))))
}

/**
 * One of many CAs may be over without harm.
 * @param {Certificate} certificate
 * @returns {import('./answers.d.ts').Tone}
 */
export function toneOf ({ kind, withinMs }) {
  if (withinMs === null) return 'good'
  return withinMs === 0 && kind !== 'CA' ? 'bad' : 'warn'
}
