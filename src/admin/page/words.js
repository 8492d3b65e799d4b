/** Numbers and times as people read them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const dayAndTime = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' })

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
const DAY_MS = 86_400_000
const SPANS = /** @type {const} */ ([[DAY_MS, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's']])

/** @param {number} value */
export function count (value) {
  return value < 100_000 ? whole.format(value) : short.format(value)
}

/**
 * @param {number} value
 * @param {string} one
 * @param {string} many
 */
export function counted (value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** @param {number} perSecond */
export function rate (perSecond) {
  return `${perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))}/s`
}

/** @param {number} value */
export function bytes (value) {
  const unit = value < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(value) / 10))
  const scaled = value / 1024 ** unit
  return `${unit === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${UNITS[unit] ?? ''}`
}

/**
 * The two largest units of a time.
 * @param {number} ms
 */
export function span (ms) {
  const at = SPANS.findIndex(([size]) => ms >= size)
  const [size, unit] = SPANS[at] ?? [1000, 's']
  const [lesser, lesserUnit] = SPANS[at + 1] ?? [0, '']
  const rest = lesser === 0 || at < 0 ? 0 : Math.floor(ms % size / lesser)
  return `${Math.max(0, Math.floor(ms / size))} ${unit}${rest === 0 ? '' : ` ${rest} ${lesserUnit}`}`
}

/** @param {number} ms */
export function took (ms) {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** @param {number} at milliseconds since 1970 */
export function when (at) {
  return (Date.now() - at < DAY_MS / 2 ? time : dayAndTime).format(at)
}

/** @param {number} at milliseconds since 1970 */
export function date (at) {
  return day.format(at)
}

/** @param {number} at milliseconds since 1970 */
export function machineTime (at) {
  return new Date(at).toISOString()
}
