/** The throughput of one link over the last two minutes. The numbers beside it say the same to who does not see it. */

const SVG = 'http://www.w3.org/2000/svg'
/** Samples, one a second. */
export const WIDTH = 120
const HEIGHT = 72
const ROOM = 4

export class Chart {
  /** @type {number[]} */ #up = []
  /** @type {number[]} */ #down = []
  #paths = { area: path('area'), down: path('down'), up: path('up') }

  constructor () {
    /** @type {SVGSVGElement} */
    this.node = document.createElementNS(SVG, 'svg')
    this.node.setAttribute('class', 'chart')
    this.node.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`)
    this.node.setAttribute('preserveAspectRatio', 'none')
    this.node.setAttribute('aria-hidden', 'true')
    this.node.append(this.#paths.area, this.#paths.down, this.#paths.up)
  }

  /** The most of what is shown, a second. */
  get peak () { return Math.max(0, ...this.#up, ...this.#down) }

  /**
   * @param {number} up messages a second
   * @param {number} down
   */
  add (up, down) {
    this.#up = [...this.#up, up].slice(-WIDTH)
    this.#down = [...this.#down, down].slice(-WIDTH)
    const peak = Math.max(1, this.peak)
    const line = this.#line(this.#up, peak)
    this.#paths.up.setAttribute('d', line)
    this.#paths.down.setAttribute('d', this.#line(this.#down, peak))
    this.#paths.area.setAttribute('d', `${line}V${HEIGHT}H${WIDTH - this.#up.length + 1}Z`)
  }

  /**
   * @param {readonly number[]} values
   * @param {number} peak
   */
  #line (values, peak) {
    const from = WIDTH - values.length + 1
    return values.map((value, i) => `${i === 0 ? 'M' : 'L'}${from + i} ${(HEIGHT - 1 - (HEIGHT - ROOM) * value / peak).toFixed(1)}`).join('')
  }
}

/** @param {string} name */
function path (name) {
  const made = document.createElementNS(SVG, 'path')
  made.setAttribute('class', name)
  return made
}
