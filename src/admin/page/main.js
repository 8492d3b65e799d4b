/** The page: looks at the node each second while somebody looks at the page, and hears of changes at once. */
import { showCertificates } from './certificates.js'
import { askFor } from './decision.js'
import { element, part, say } from './element.js'
import { showEvent } from './events.js'
import { showFigures, showNextEnd } from './figures.js'
import { LinkCard } from './links.js'
import { get, Refusal } from './node.js'
import { TrustCard } from './trust.js'
import { counted, when } from './words.js'

/** @typedef {import('./answers.d.ts').Status} Status */
/** @typedef {import('./answers.d.ts').Trust} Trust */
/** @typedef {import('./answers.d.ts').Certificate} Certificate */

const EVERY_MS = 1000
const TRUST_EVERY_MS = 60_000
/** A change of certificate files comes as several events. */
const SETTLE_MS = 150

/** @type {Map<string, LinkCard>} */
const links = new Map()
/** @type {Map<string, TrustCard>} */
const trusts = new Map()
/** @type {Status | null} */
let last = null
let trustAt = 0
/** @type {number | null} */
let lostAt = null
/** Events that were there when the page was opened are not read out. */
let openedAt = Date.now()

async function look () {
  if (document.hidden) return
  try {
    showStatus(withSidecar(/** @type {Status} */ (await get('api/v1/status'))))
    if (Date.now() - trustAt > TRUST_EVERY_MS) await lookAtTrust()
    regained()
  } catch (error) {
    lost(error)
  }
}

/**
 * The link to a local broker is one of the links, under the name it has in events and metrics.
 * @param {Status} status
 * @returns {Status}
 */
function withSidecar (status) {
  const { sidecar, bridges } = status
  return sidecar === null ? status : { ...status, bridges: [{ ...sidecar, name: 'sidecar', isLocal: true }, ...bridges] }
}

/** @param {Status} status */
function showStatus (status) {
  const before = last
  last = status
  const seconds = before === null ? 0 : (status.at - before.at) / 1000
  keep(part('link-cards'), links, status.bridges.map(({ name }) => name), name => new LinkCard(name), 'There are no bridges.')
  for (const bridge of status.bridges) links.get(bridge.name)?.show(bridge, before?.bridges.find(({ name }) => name === bridge.name), seconds)
  showFigures(status, before)
  part('listeners').replaceChildren(...status.listeners.map(({ name, transport, host, port, path, connections }) =>
    element('li', {}, element('strong', {}, name), ` ${transport} ${host.includes(':') ? `[${host}]` : host}:${port}${path} · ${counted(connections, 'connection')}`)))
}

async function lookAtTrust () {
  const [trust, certificates] = await Promise.all([get('api/v1/trust'), get('api/v1/certificates')])
  showTrust(/** @type {readonly Trust[]} */ (trust))
  showCertificates(/** @type {readonly Certificate[]} */ (certificates))
  const [first] = /** @type {readonly Certificate[]} */ (certificates)
  if (first !== undefined) showNextEnd(first.daysLeft, `${first.kind} of ${first.owner.kind} ${first.owner.name}`)
  trustAt = Date.now()
}

/** @param {readonly Trust[]} all */
function showTrust (all) {
  const key = (/** @type {Pick<Trust, 'kind' | 'name'>} */ { kind, name }) => `${kind} ${name}`
  keep(part('trust-cards'), trusts, all.map(key), name => new TrustCard(all.find(trust => key(trust) === name) ?? { kind: '', name }, askFor), 'Nothing here uses certificate files.')
  for (const trust of all) trusts.get(key(trust))?.show(trust)
}

/**
 * Cards for exactly these names, in their order; those that are there stay.
 * @template {{ node: HTMLElement }} C
 * @param {HTMLElement} home
 * @param {Map<string, C>} cards
 * @param {readonly string[]} names
 * @param {(name: string) => C} make
 * @param {string} none
 */
function keep (home, cards, names, make, none) {
  if (names.join('\n') === [...cards.keys()].join('\n') && cards.size > 0) return
  const kept = new Map(cards)
  cards.clear()
  for (const name of names) cards.set(name, kept.get(name) ?? make(name))
  home.replaceChildren(...[...cards.values()].map(({ node }) => node))
  if (cards.size === 0) home.replaceChildren(element('p', { class: 'quiet' }, none))
}

/** @param {unknown} error */
function lost (error) {
  lostAt ??= Date.now()
  const trouble = part('trouble')
  const isLocked = error instanceof Refusal && error.status === 401
  say(trouble, isLocked ? 'The node wants you to log in again: load this page anew.' : `The node has not answered since ${when(lostAt)}. What is shown is from before; it is tried again by itself.`)
  trouble.hidden = false
}

function regained () {
  lostAt = null
  part('trouble').hidden = true
}

function follow () {
  const events = new EventSource('api/v1/events?recent=true')
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon
  const hear = (/** @type {MessageEvent<string>} */ { data }) => {
    const event = /** @type {import('./answers.d.ts').Happening} */ (JSON.parse(data))
    const words = showEvent(event)
    if (words !== '' && event.at >= openedAt) say(part('news'), words)
    if (event.kind !== 'trust') return
    clearTimeout(soon)
    soon = setTimeout(() => { lookAtTrust().catch(lost) }, SETTLE_MS)
  }
  for (const kind of ['bridge', 'trust', 'drops']) events.addEventListener(kind, hear)
  // refused for good, as by a limit: the browser does not try again by itself
  events.addEventListener('error', () => { if (events.readyState === EventSource.CLOSED) setTimeout(follow, TRUST_EVERY_MS) })
}

async function watch () {
  await look()
  setTimeout(() => { void watch() }, EVERY_MS)
}

document.addEventListener('visibilitychange', () => {
  openedAt = Date.now()
  void look()
})
void watch()
follow()
